"""How much a key has used of its limits, counted in this process, or in a Redis or Valkey that servers share.

The windows slide. What is counted, and when, is left to the drivers; who may sign in to `auth`.
"""

import time
from collections.abc import Awaitable, Callable
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

from hiwar.errors import Allowance, RateLimitError
from hiwar.serving.keys import Principal
from hiwar.serving.shared_counter import SharedCounter

if TYPE_CHECKING:
    from limits.aio.storage import RedisStorage

_FORGOTTEN_S = 60.0
"""How often counts that are over are looked for in memory."""
_TOKENS = "characters to speak or 100 ms of audio to hear"

Result = TypeVar("Result")


class Quotas:
    """Counts requests and tokens by key, in the `shared` counter while it answers, else for this process alone."""

    def __init__(self, shared: SharedCounter | None = None) -> None:
        self._memory = _Memory()
        self._own = _Counter(self._memory)
        self._shared = shared
        self._together = None if shared is None else _Counter(_storage(shared))

    async def request(self, principal: Principal) -> Allowance | None:
        """Count one request. What is left of a minute's; None without a limit. Raises RateLimitError."""
        most = principal.limits.requests_per_minute
        if most is None:
            return None
        item = RateLimitItemPerMinute(most, namespace="requests")
        taken, allowance = await self._count(lambda counter: counter.one(item, principal.key_id))
        if not taken:
            message = f"This key may make {most} requests a minute; wait a little."
            raise RateLimitError(message, ceil(allowance.reset_s * 1000), allowance)
        return allowance

    async def spend(self, principal: Principal, tokens: int) -> None:
        """Count tokens against the minute and the day. Raises RateLimitError: the day has not counted them then.

        What no wait makes fit is refused without a time to wait, and counts nowhere.
        """
        limits = principal.limits
        _must_fit(tokens, limits.tokens_per_minute, "minute")
        _must_fit(tokens, limits.tokens_per_day, "day")
        if tokens and limits.tokens_per_minute is not None:
            await self._spend(RateLimitItemPerMinute(limits.tokens_per_minute, namespace="tokens"), principal, tokens)
        if tokens and limits.tokens_per_day is not None:
            await self._spend(RateLimitItemPerDay(limits.tokens_per_day, namespace="tokens"), principal, tokens)

    async def close(self) -> None:
        """Forget everything. No call follows."""
        await self._memory.close()

    async def _spend(self, item: RateLimitItem, principal: Principal, tokens: int) -> None:
        wait_s = await self._count(lambda counter: counter.many(item, principal.key_id, tokens))
        if wait_s:
            message = (
                f"This key may use {item.amount} tokens a {item.GRANULARITY.name}, {_TOKENS}; "
                "wait, or send less at a time."
            )
            raise RateLimitError(message, ceil(wait_s * 1000))

    async def _count(self, count: Callable[["_Counter"], Awaitable[Result]]) -> Result:
        together = self._together
        if self._shared is not None and together is not None:
            counted = await self._shared.ask(lambda: count(together))
            if counted is not None:
                return counted
        return await count(self._own)


def _must_fit(tokens: int, most: int | None, span: str) -> None:
    if most is not None and tokens > most:
        message = f"This key may use {most} tokens a {span}, {_TOKENS}: this is {tokens} at once; send less at a time."
        raise RateLimitError(message, None)


class _Memory(MemoryStorage):
    """The library's, which would look through all keys at each count."""

    def __init__(self) -> None:
        super().__init__()
        self._forgotten_s = time.monotonic()

    async def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802 - the library's
        if time.monotonic() - self._forgotten_s >= _FORGOTTEN_S:
            self._forgotten_s = time.monotonic()
            await super()._MemoryStorage__schedule_expiry()  # type: ignore[misc]

    async def close(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
        await self.reset()


class _Counter:
    """The windows of all keys in one place. Requests are few and counted to the moment, tokens by two buckets."""

    def __init__(self, storage: "MemoryStorage | RedisStorage") -> None:
        self._storage = storage
        self._exact = MovingWindowRateLimiter(storage)
        self._bucketed = SlidingWindowCounterRateLimiter(storage)

    async def one(self, item: RateLimitItem, key_id: str) -> tuple[bool, Allowance]:
        """Count a request. Whether there was room for it, and what is left."""
        taken = await self._exact.hit(item, key_id)
        left = await self._exact.get_window_stats(item, key_id)
        return taken, Allowance(item.amount, max(0, left.remaining), max(0.0, left.reset_time - time.time()))

    async def many(self, item: RateLimitItem, key_id: str, tokens: int) -> float:
        """Count tokens. Returns in how many seconds there is room for them, and has not counted them, or 0.0."""
        if await self._bucketed.hit(item, key_id, cost=tokens):
            return 0.0
        buckets = await self._storage.get_sliding_window(item.key_for(key_id), item.get_expiry())
        return wait_s(item.amount - tokens, item.get_expiry(), buckets)


def wait_s(room: int, window_s: float, buckets: tuple[int, float, int, float]) -> float:
    """In how many seconds no more than `room`, which is not negative, counts in a sliding window.

    `buckets` are the previous count, the seconds until it does not count any more, the current count and the
    seconds until that does not. A bucket's part that counts falls evenly while the one behind it is filled.
    """
    previous, previous_s, current, current_s = buckets
    if current <= room and previous:
        return max(0.001, previous_s - (room - current) * window_s / previous)
    if current:
        return max(0.001, current_s - room * window_s / current)
    return 0.001


def _storage(shared: SharedCounter) -> "RedisStorage":
    from limits.aio.storage import RedisStorage

    options: dict[str, Any] = {"connection_pool": shared.redis.connection_pool}
    return RedisStorage("async+redis://", implementation="redispy", key_prefix="hiwar", **options)
