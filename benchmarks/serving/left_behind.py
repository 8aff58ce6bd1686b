"""What a server still holds after the parts of a benchmark, beside what it held before them, with nobody connected."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from measured_server import MeasuredServer
from process_use import Held, held_by

_WAIT_S_MAX = 15.0
_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Before the first part and after the last one; None where the system does not tell."""

    parts: tuple[str, ...]
    before: Held | None
    after: Held | None


def left_behind(server: MeasuredServer, parts: Sequence[str], before: Held | None) -> LeftBehind:
    """Look again and again until descriptors and threads are back, not longer than some seconds."""
    ends_s = time.monotonic() + _WAIT_S_MAX
    while not _is_back(before, after := held_by(server.process)) and time.monotonic() < ends_s:
        time.sleep(_EVERY_S)
    return LeftBehind(tuple(parts), before, after)


def _is_back(before: Held | None, after: Held | None) -> bool:
    if before is None or after is None:
        return True
    return after.descriptors <= before.descriptors and after.threads <= before.threads
