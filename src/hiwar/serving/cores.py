"""How many engine steps run at this moment, of all worker pools together. What runs them is left to `workers`."""

import threading


class Cores:
    """`count` steps fill the machine. Any thread may call."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._running = 0
        self._freed = threading.Condition()

    def begin(self) -> None:
        """A step begins, whether there is a core for it or not."""
        with self._freed:
            self._running += 1

    def end(self) -> None:
        """It is over."""
        with self._freed:
            self._running -= 1
            if self._running < self._count:
                self._freed.notify()

    def wait_free(self, timeout_s: float) -> bool:
        """Wait until a step could begin that takes no core from another; False when none was free in time."""
        with self._freed:
            return self._freed.wait_for(lambda: self._running < self._count, timeout_s)
