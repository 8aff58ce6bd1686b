"""Speaks faster or slower by whole units of duration: what rounding takes from one sound, the next ones are given.

The durations themselves, and how long a unit is, are the engine's.
"""

import numpy as np
from numpy.typing import NDArray


def spread(durations: NDArray[np.floating] | NDArray[np.integer], speed: float) -> NDArray[np.intp]:
    """Durations at normal speed, shape (n,), as whole units at `speed`; none is shorter than one unit."""
    found: list[int] = []
    owed = 0.0
    for duration in durations.tolist():
        owed += duration / speed
        found.append(max(1, round(owed)))
        owed -= found[-1]
    return np.array(found, np.intp)
