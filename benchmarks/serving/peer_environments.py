"""Other speech servers, each in a virtual environment of its own and as a process on loopback, on the same weights.

They come from the package registry, pinned; nothing else is fetched: their models are the files that hiwar has here.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from hiwar.engines.model_store import ModelStore
from hiwar.server.settings import load_settings

MODEL = "whisper-base"

_INSTALL_S_MAX = 1800
_START_S_MAX = 180.0
_DONE = "installed.txt"


@dataclass(frozen=True, slots=True)
class Environment:
    """`packages` go in without their dependencies, `needs` are those of them that recognition uses."""

    name: str
    packages: tuple[str, ...]
    needs: tuple[str, ...]
    program: str


WHISPER_LIVE = Environment(
    "whisper-live",
    ("whisper-live==0.10.0",),
    (
        "faster-whisper==1.2.0",
        "fastapi==0.121.3",
        "python-multipart==0.0.20",
        "requests==2.32.5",
        "uvicorn==0.38.0",
        "websockets==15.0.1",
    ),
    "peers.whisper_live_program",
)
REALTIMESTT = Environment(
    "realtimestt",
    ("realtimestt==1.1.2",),
    (
        "colorama==0.4.6",
        "faster-whisper==1.2.1",
        "halo==0.0.31",
        "requests==2.32.5",
        "scipy==1.17.1",
        "setuptools==80.9.0",
        "soundfile==0.13.1",
        "webrtcvad-wheels==2.0.14",
        "websockets==16.0",
    ),
    "peers.realtimestt_program",
)


@contextlib.contextmanager
def running(environment: Environment) -> Iterator[str]:
    """Install it if it is not here yet, start it, and give the address of its WebSocket."""
    python = _installed(environment)
    store = ModelStore(load_settings().settings.models_dir)
    models = [store.ensure(name, print) for name in (MODEL, "silero")]
    port = _free_port()
    command = [str(python), "-m", environment.program, str(port), *map(str, models)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        cwd=Path(__file__).parent,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            _wait_for(port, process)
            yield f"ws://127.0.0.1:{port}"
        finally:
            # Its own group, since one peer has a process for its model; there is nothing to save.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _installed(environment: Environment) -> Path:
    """The environment's Python. Ends the program when the registry cannot be reached."""
    folder = platformdirs.user_cache_path("hiwar", appauthor=False) / "peers" / environment.name
    python = folder / "bin" / "python"
    asked = "\n".join([*environment.packages, *environment.needs])
    done = folder / _DONE
    if done.is_file() and done.read_text(encoding="utf-8") == asked:
        return python
    print(f"Installing {environment.packages[0]} into an environment of its own, once.", flush=True)
    venv.create(folder, clear=True, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for arguments in (environment.needs, ("--no-deps", *environment.packages)):
        try:
            subprocess.run([*pip, *arguments], check=True, timeout=_INSTALL_S_MAX)  # noqa: S603 - pinned above
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            sys.exit(f"{environment.packages[0]} could not be installed; see above.")
    done.write_text(asked, encoding="utf-8")
    return python


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends_s = time.monotonic() + _START_S_MAX
    while time.monotonic() < ends_s and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    sys.exit("A peer did not start.")
