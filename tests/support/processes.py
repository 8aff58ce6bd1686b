"""The `hiwar` of this environment as processes of its own, with their data in a folder of the test."""

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support.serving import WAIT_S


@dataclass(frozen=True, slots=True)
class Process:
    """A `hiwar serve` of its own, ready. What it says from then on is still to be read from its pipes."""

    process: "subprocess.Popen[str]"
    url: str
    announced: str = field(repr=False)
    """Everything that it printed on standard output until it was ready."""

    def line_with(self, words: str) -> str:
        """Wait for a line on standard error."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if words in line:
                return line
        raise AssertionError(f"the server ended without a line with {words!r}")

    def stop(self) -> "Ended":
        """Ask it to end, and wait for that."""
        self.process.terminate()
        return self.ended()

    def ended(self) -> "Ended":
        """Wait for its end."""
        out, err = self.process.communicate(timeout=WAIT_S)
        return Ended(self.process.returncode, out, err)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what it had said that nobody had read."""

    code: int
    out: str
    err: str


def hiwar_command(data_dir: Path, variables: Mapping[str, str] | None = None) -> tuple[list[str], dict[str, str]]:
    """The `hiwar` of this environment with its data in `data_dir`, and the environment to run it in.

    It keeps its bytecode, whatever is set for the tests: each of dozens would compile all of it again.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HIWAR_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    own = {"HIWAR_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", **(variables or {})}
    return [str(Path(sys.executable).with_name("hiwar"))], {**inherited, **own}


MODEL_FREE_VARIABLES: Mapping[str, str] = {
    "HIWAR_ENGINES_SYNTHESIS": "tone",
    "HIWAR_ENGINES_RECOGNITION": "tone",
    "HIWAR_ENGINES_VOICE_ACTIVITY": "tone",
    "HIWAR_ADMISSION_ENABLED": "false",
}


@contextlib.contextmanager
def serve_process(
    data_dir: Path, *options: str, variables: Mapping[str, str] = MODEL_FREE_VARIABLES, wait_s: float = WAIT_S
) -> Iterator[Process]:
    """`hiwar serve` on a free port, ready; killed at the end when the test has not ended it."""
    command, environment = hiwar_command(data_dir, variables)
    arguments = [*command, "serve", "--port", "0", "--grpc-port", "0", *options]
    with subprocess.Popen(
        arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        watchdog = threading.Timer(wait_s, process.kill)
        watchdog.start()
        try:
            announced = _read_announcement(process)
            watchdog.cancel()
            address = re.search(r"(wss?://\S+)/v1/tts/stream", announced)
            assert address, announced + (process.stderr.read() if process.stderr else "")
            yield Process(process, address[1], announced)
        finally:
            watchdog.cancel()
            process.kill()


def _read_announcement(process: "subprocess.Popen[str]") -> str:
    """Standard output up to the last line of the announcement, or to the end of the process."""
    assert process.stdout is not None
    announced = ""
    for line in process.stdout:
        announced += line
        if "--live" in line:
            break
    return announced
