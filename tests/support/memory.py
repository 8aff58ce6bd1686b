"""What this process holds, native memory of libraries included."""

import resource
from pathlib import Path

import pytest

_STATM = Path("/proc/self/statm")

needs_resident_memory = pytest.mark.skipif(not _STATM.exists(), reason="only Linux says so")


def resident_kb() -> int:
    return int(_STATM.read_text().split()[1]) * resource.getpagesize() // 1024
