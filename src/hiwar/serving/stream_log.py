"""The log's line at the end of each stream, and of each request at debug level; so many a second at the most."""

import logging
from collections.abc import Mapping

from hiwar.serving.clock import Clock

log = logging.getLogger("hiwar.streams")

LINES_PER_S_MAX = 50


class StreamLog:
    """Writes lines while there are few; the next line says in `left_out` how many there were too many."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left = float(LINES_PER_S_MAX)
        self._at_s = clock()
        self._left_out = 0

    def stream_ended(self, fields: Mapping[str, object]) -> None:
        """A connection or call is over."""
        self._write(logging.INFO, "stream ended", fields)

    def request_ended(self, fields: Mapping[str, object]) -> None:
        """A synthesis request is over."""
        self._write(logging.DEBUG, "request ended", fields)

    def _write(self, level: int, message: str, fields: Mapping[str, object]) -> None:
        if not log.isEnabledFor(level):
            return
        now = self._clock()
        self._left = min(LINES_PER_S_MAX, self._left + (now - self._at_s) * LINES_PER_S_MAX)
        self._at_s = now
        if self._left < 1:
            self._left_out += 1
            return
        self._left -= 1
        left_out, self._left_out = self._left_out, 0
        log.log(level, message, extra={**fields, **({"left_out": left_out} if left_out else {})})
