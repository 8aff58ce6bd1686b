"""The server that a benchmark measures: one that runs already, or a `hiwar serve` of its own; and what it runs on."""

import contextlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hiwar.server.settings import load_settings
from hiwar.serving.auth import read_local_key

_LOADING_S_MAX = 300.0
"""The first start of all joins the recognition model."""

_THREADS = "HIWAR_ENGINES_THREADS"
_AS_SET = "as the server was set"


@dataclass(frozen=True, slots=True)
class MeasuredServer:
    """Where it is, the key for it, and what it was started with, when that is known.

    `process` is the id of a server that was started here, `grpc` where gRPC clients connect to it.
    """

    url: str
    key: str | None = field(repr=False)
    threads: str
    recognition: str
    process: int | None = None
    grpc: str | None = None


@contextlib.contextmanager
def measured_server(url: str | None, key: str | None, threads: int) -> Iterator[MeasuredServer]:
    """The server at `url`; without one, a server of its own on a free loopback port with `threads` engine threads."""
    if url is not None:
        yield MeasuredServer(url, key, _AS_SET, _AS_SET)
        return
    with tempfile.TemporaryDirectory() as folder, started_server(Path(folder), threads) as server:
        yield server


@contextlib.contextmanager
def started_server(
    data_dir: Path, threads: int, variables: Mapping[str, str] | None = None
) -> Iterator[MeasuredServer]:
    """A server of its own on free loopback ports, with `variables` on top of this process's environment."""
    environment = {**os.environ, **(variables or {}), _THREADS: str(threads)}
    engines = load_settings(environment=environment).settings.engines
    recognition = f"{engines.recognition} ({engines.recognition_model or 'its own model'})"
    program = Path(sys.executable).with_name("hiwar")
    command = [str(program), "serve", "--port", "0", "--grpc-port", "0", "--data-dir", str(data_dir)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        watchdog = threading.Timer(_LOADING_S_MAX, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            lines = iter(process.stdout)
            address = next(filter(None, (re.search(r"(wss?://\S+)/v1/tts/stream", line) for line in lines)), None)
            grpc = next(filter(None, (re.search(r"grpc +(\S+)", line) for line in lines)), None)
            if address is None or grpc is None:
                sys.exit("The server did not start; see above.")
            watchdog.cancel()
            key = read_local_key(data_dir)
            yield MeasuredServer(address[1], key, str(threads), recognition, process.pid, grpc[1])
        finally:
            watchdog.cancel()
            process.terminate()


@dataclass(frozen=True, slots=True)
class Facts:
    """What every figure must stand beside. `commit` is that of this checkout, `date` in UTC.

    `load_average` is of the minute before: near 0, or else others used the machine.
    """

    processor: str
    cores: int | None
    memory_gb: float | None
    load_average: float | None
    python: str
    commit: str
    engines: tuple[str, ...]
    recognition: str
    threads: str
    date: str


def facts(server: MeasuredServer) -> Facts:
    """Machine, commit, engines and threads."""
    engines = {f"{voice['engine']} ({voice['model']})" for voice in _voices(server)}
    return Facts(
        processor=_processor(),
        cores=os.cpu_count(),
        memory_gb=_memory_gb(),
        load_average=_load_average(),
        python=platform.python_version(),
        commit=_commit(),
        engines=tuple(sorted(engines)),
        recognition=server.recognition,
        threads=server.threads,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def voice_languages(server: MeasuredServer) -> dict[str, str]:
    """The server's voices, each with its own language."""
    return {voice["name"]: voice["language"] for voice in _voices(server)}


def setting(server: MeasuredServer) -> str:
    """The facts in two lines."""
    found = facts(server)
    return (
        f"{found.processor}, {found.cores} cores, Python {found.python}, commit {found.commit}\n"
        f"synthesis: {', '.join(found.engines)}; recognition: {found.recognition}; engine threads: {found.threads}"
    )


def fetched(server: MeasuredServer, path: str) -> bytes:
    """The body of a GET with the server's key. Raises urllib.error.HTTPError."""
    url = "http" + server.url.removeprefix("ws") + path
    request = urllib.request.Request(url, headers={"X-API-Key": server.key or ""})  # noqa: S310 - http or https
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        return bytes(answer.read())


def _voices(server: MeasuredServer) -> list[dict[str, Any]]:
    voices: list[dict[str, Any]] = json.loads(fetched(server, "/v1/voices"))["voices"]
    return voices


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, OSError, ValueError):  # not told on this system
        return None


def _load_average() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):  # not told on this system
        return None


def _processor() -> str:
    with contextlib.suppress(OSError):
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    command = [git, "describe", "--always", "--dirty"]
    done = subprocess.run(  # noqa: S603 - fixed arguments
        command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
