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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hiwar.serving.auth import read_local_key

_LOADING_S_MAX = 300.0
"""The first start of all joins the recognition model."""

_THREADS = "HIWAR_ENGINES_THREADS"


@dataclass(frozen=True, slots=True)
class MeasuredServer:
    """Where it is, the key for it, and the engine threads that it was started with, when that is known."""

    url: str
    key: str | None = field(repr=False)
    threads: str


@contextlib.contextmanager
def measured_server(url: str | None, key: str | None, threads: int) -> Iterator[MeasuredServer]:
    """The server at `url`; without one, a server of its own on a free loopback port with `threads` engine threads."""
    if url is not None:
        yield MeasuredServer(url, key, "as the server was set")
        return
    with tempfile.TemporaryDirectory() as folder, _started(Path(folder), threads) as address:
        yield MeasuredServer(address, read_local_key(Path(folder)), str(threads))


@contextlib.contextmanager
def _started(data_dir: Path, threads: int) -> Iterator[str]:
    program = Path(sys.executable).with_name("hiwar")
    command = [str(program), "serve", "--port", "0", "--grpc-port", "0", "--data-dir", str(data_dir)]
    environment = {**os.environ, _THREADS: str(threads)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        watchdog = threading.Timer(_LOADING_S_MAX, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            lines = iter(process.stdout)
            address = next(filter(None, (re.search(r"(wss?://\S+)/v1/tts/stream", line) for line in lines)), None)
            if address is None:
                sys.exit("The server did not start; see above.")
            watchdog.cancel()
            yield address[1]
        finally:
            watchdog.cancel()
            process.terminate()


def setting(server: MeasuredServer) -> str:
    """Machine, commit, engines and threads: what every figure must stand beside."""
    request = urllib.request.Request(  # noqa: S310 - http or https
        "http" + server.url.removeprefix("ws") + "/v1/voices", headers={"X-API-Key": server.key or ""}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        voices = json.load(answer)["voices"]
    models = sorted({f"{voice['engine']} ({voice['model']})" for voice in voices})
    return (
        f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, commit {_commit()}\n"
        f"synthesis: {', '.join(models)}; engine threads: {server.threads}"
    )


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
