"""What a process has used and holds, as Linux tells it in /proc: processor time, memory, descriptors, threads.

None where that is not known.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Use:
    """Seconds on any core since the process began, and its resident memory now."""

    core_s: float
    memory_mb: float


def use_of(process: int | None) -> Use | None:
    """Of a process by its id, its threads included."""
    if process is None:
        return None
    try:
        # The second field is the program's name, in brackets, and may hold anything.
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        pages = int(fields[21])
        return Use(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE)
    except (AttributeError, OSError, ValueError, IndexError):
        return None


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds now: resident memory, open files and sockets, threads."""

    memory_mb: float
    descriptors: int
    threads: int


def held_by(process: int | None) -> Held | None:
    """Of a process by its id."""
    used = use_of(process)
    if used is None:
        return None
    folder = Path(f"/proc/{process}")
    try:
        return Held(
            round(used.memory_mb, 1), len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir()))
        )
    except OSError:
        return None
