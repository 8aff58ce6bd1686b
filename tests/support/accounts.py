"""What is counted in tests: in this process alone, and a Redis of their own where one is installed."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiwar.serving.admission import Admission
from hiwar.serving.keys import UNLIMITED, KeyLimits, Principal, Service
from hiwar.serving.leases import Leases
from hiwar.serving.limits import AdmissionSettings
from hiwar.serving.metering import Accounts, Meter
from hiwar.serving.quotas import Quotas
from hiwar.serving.slots import Slot
from support.observing import seen

WAIT_S = 30.0

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not on the PATH")


def own_accounts() -> Accounts:
    """Counted in memory; nothing is written."""
    return Accounts(Quotas(), Leases())


def open_admission() -> Admission:
    """Takes whoever comes."""
    return Admission(AdmissionSettings(enabled=False), threads=2, clock=time.monotonic)


def own_meter(limits: KeyLimits = UNLIMITED, service: Service = "tts") -> Meter:
    """That of a stream whose key has these limits."""
    return Meter(Slot(seen(), Principal("id", "anyone", limits=limits)), service, Quotas(), None)


class RedisServer:
    """A redis-server on a free loopback port, which keeps nothing on disk. Stopped, it can be started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when it answers."""
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(["redis-server", *arguments], stdout=subprocess.DEVNULL)  # noqa: S607
        deadline_s = time.monotonic() + WAIT_S
        while not self._answers():
            assert self._process.poll() is None, "redis-server ended"
            assert time.monotonic() < deadline_s, "redis-server never answered"

    def stop(self) -> None:
        """Returns when it is gone, with all that it knew."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(WAIT_S)
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """One that runs while the context is open."""
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
