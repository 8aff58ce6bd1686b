"""A Redis or Valkey in which servers count together, and whether it answers. What is counted is left to others."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.clock import Clock

log = logging.getLogger("hiwar.quotas")

_ANSWER_S = 1.0
"""How long it may take to answer."""
_AGAIN_S = 5.0
"""How long one that does not answer is left alone."""

Answer = TypeVar("Answer")


class SharedCounter:
    """A counter by its address, redis:// or rediss://. Its loss and its return are logged once each.

    Raises HiwarError for an address that is none.
    """

    def __init__(self, address: str, now: Clock = time.monotonic) -> None:
        # Loaded here: most servers count for themselves, and it takes long.
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError

        try:
            # Once more at once: a connection that waited in the pool may be one to a server that was started again.
            self.redis: Redis = Redis.from_url(
                address, retry=Retry(NoBackoff(), 1), socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S
            )
        except ValueError as error:
            message = "counters must be the address of a Redis or Valkey: redis://host:6379/0, or rediss://..."
            raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error
        self._faults = (RedisError, OSError, TimeoutError)
        self._now = now
        self._lost = False
        self._again_s = float("-inf")
        self._asking: set[asyncio.Future[Any]] = set()

    @property
    def lost(self) -> bool:
        """Whether it did not answer the last time it was asked."""
        return self._lost

    async def ask(self, question: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """Its answer, None when it gives none; then it is left alone for a few seconds, and asked by one alone."""
        if self._lost:
            if self._now() < self._again_s:
                return None
            self._again_s = self._now() + _AGAIN_S
        # A task of its own: cancelled in the middle, the library would leave its connection open.
        asking = asyncio.ensure_future(question())
        self._asking.add(asking)
        asking.add_done_callback(self._asked)
        await asyncio.wait({asking}, timeout=_ANSWER_S)
        if not asking.done() or isinstance(asking.exception(), self._faults):
            if not self._lost:
                log.warning("the shared counter does not answer; this server counts for itself meanwhile")
            self._lost, self._again_s = True, self._now() + _AGAIN_S
            return None
        if self._lost:
            self._lost = False
            log.warning("the shared counter answers again")
        return asking.result()

    async def close(self) -> None:
        """Wait for what is still asked, which takes seconds at most, and let go of its connections. No call follows."""
        if self._asking:
            await asyncio.wait(self._asking)
        await self.redis.aclose()

    def _asked(self, asking: "asyncio.Future[Any]") -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()
