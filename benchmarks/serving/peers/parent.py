"""A peer's program ends when the benchmark that started it does: its standard input is then closed."""

import os
import sys
import threading


def end_with_parent() -> None:
    """From now on."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
