"""Time as something passed in, so that tests can hold it still."""

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds of a monotonic clock."""

monotonic: Clock = time.monotonic
