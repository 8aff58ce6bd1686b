"""Runs a program whose output goes to a terminal."""

import os
import pty
import subprocess
import termios
import threading
from collections.abc import Callable, Mapping, Sequence


def on_a_terminal(
    command: Sequence[str],
    *,
    wait_s: float,
    environment: Mapping[str, str] | None = None,
    over: Callable[[str], bool] = lambda _shown: False,
) -> str:
    """Everything that the program shows until it ends by itself, or is ended once what it has shown is `over`."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        watchdog = threading.Timer(wait_s, process.kill)
        watchdog.start()
        shown = b""
        try:
            while not over(shown.decode(errors="replace")):
                shown += os.read(ours, 65536)
        except OSError:
            pass  # it has ended
        finally:
            watchdog.cancel()
            process.terminate()
            os.close(ours)
    return shown.decode(errors="replace")
