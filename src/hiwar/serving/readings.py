"""Reads texts that are only explained: in turns, and behind audio. What a reading is, `pipelines.explanation` knows."""

import asyncio
from collections.abc import Iterator

from hiwar.protocol import refusals
from hiwar.serving.clock import Clock
from hiwar.serving.workers import Workers
from hiwar.text.explanation import SegmentReading

_DUE_S = 1.0
"""How soon a segment is due: behind audio that is needed now."""
_TEXTS_MAX = 16
"""Texts that are read at a time; one more is answered `server_busy`."""


class Readings:
    """A segment of one text after one of another. Only one waits for a thread at a time.

    Of many, those that are overdue would go before all audio, and they would fill the queue.
    """

    def __init__(self, workers: Workers, clock: Clock) -> None:
        self._workers = workers
        self._clock = clock
        self._texts = 0
        self._turn = asyncio.Lock()

    async def read(self, segments: Iterator[SegmentReading]) -> tuple[SegmentReading, ...]:
        """All segments, each computed on a worker. Raises HiwarError server_busy, and what computing them raises."""
        if self._texts >= _TEXTS_MAX:
            raise refusals.too_many_readings()
        self._texts += 1
        try:
            found: list[SegmentReading] = []
            while segment := await self._next(segments):
                found.append(segment)
            return tuple(found)
        finally:
            self._texts -= 1

    async def _next(self, segments: Iterator[SegmentReading]) -> SegmentReading | None:
        async with self._turn:
            return await self._workers.run(lambda: next(segments, None), self._clock() + _DUE_S)
