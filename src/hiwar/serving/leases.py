"""How many streams each key has open, as leases with a lifetime: a server that dies gives back what it held.

In this process, or in a Redis or Valkey that servers share. Requests and tokens are counted by `quotas`.
"""

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import AsyncIterator

from hiwar.errors import RateLimitError
from hiwar.serving.keys import Principal
from hiwar.serving.shared_counter import SharedCounter

_LIFETIME_S = 30.0
_RENEWED_S = 10.0
_AGAIN_MS = 1000
"""When to ask for a stream again: nobody knows when another ends."""
_ANY = 2**31
"""More streams than a key can have."""

# KEYS[1]: the key's leases with their ends, by the counter's own clock. ARGV: lifetime in s, most, the lease.
_TAKE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[1] * 1000))
return 1
"""


class Leases:
    """The open streams of all keys. While the `shared` counter does not answer, each server counts its own."""

    def __init__(
        self, shared: SharedCounter | None = None, *, lifetime_s: float = _LIFETIME_S, renewed_s: float = _RENEWED_S
    ) -> None:
        self._open: Counter[str] = Counter()
        self._shared = shared
        self._take = None if shared is None else shared.redis.register_script(_TAKE)
        self._lifetime_s = lifetime_s
        self._renewed_s = renewed_s
        self._returning: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def lease(self, principal: Principal) -> AsyncIterator[None]:
        """A stream of this key while the context is open. Raises RateLimitError when it has as many as it may."""
        most = principal.limits.concurrent_streams
        if most is None:
            yield
            return
        message = f"This key may have {most} streams at a time; close one first."
        if self._open[principal.key_id] >= most:
            raise RateLimitError(message, _AGAIN_MS)
        # Counted before anything is awaited: another may come meanwhile.
        self._open[principal.key_id] += 1
        try:
            async with self._shared_lease(principal.key_id, most) as taken:
                if not taken:
                    raise RateLimitError(message, _AGAIN_MS)
                yield
        finally:
            self._open[principal.key_id] -= 1
            if not self._open[principal.key_id]:
                del self._open[principal.key_id]

    async def close(self) -> None:
        """Wait until what was held is given back; no lease is open."""
        if self._returning:
            await asyncio.wait(self._returning)

    @contextlib.asynccontextmanager
    async def _shared_lease(self, key_id: str, most: int) -> AsyncIterator[bool]:
        """A lease in the shared counter, and whether there is one: there is while the counter does not answer."""
        if self._shared is None:
            yield True
            return
        lease = secrets.token_hex(8)
        taking = asyncio.create_task(self._taken(key_id, most, lease))
        renewing: asyncio.Task[None] | None = None
        try:
            taken = await asyncio.shield(taking)
            if taken:
                renewing = asyncio.create_task(self._renew(key_id, lease))
            yield taken
        finally:
            # A task of its own: whoever is cancelled, while the lease is on its way or later, leaves none.
            returning = asyncio.create_task(self._give_back(key_id, lease, taking, renewing))
            self._returning.add(returning)
            returning.add_done_callback(self._returning.discard)
            await asyncio.shield(returning)

    async def _taken(self, key_id: str, most: int, lease: str) -> bool:
        shared, take = self._shared, self._take
        if shared is None or take is None:
            return True
        answer = await shared.ask(lambda: take(keys=[_name(key_id)], args=[self._lifetime_s, most, lease]))
        return answer is None or bool(answer)

    async def _renew(self, key_id: str, lease: str) -> None:
        while True:
            await asyncio.sleep(self._renewed_s)
            # A lease that was lost while the counter was away is had again: its stream is there, whoever came since.
            await self._taken(key_id, _ANY, lease)

    async def _give_back(
        self, key_id: str, lease: str, taking: "asyncio.Task[bool]", renewing: "asyncio.Task[None] | None"
    ) -> None:
        await asyncio.wait({taking})
        if renewing is not None:
            renewing.cancel()
            await asyncio.wait({renewing})
        shared = self._shared
        if shared is not None:
            await shared.ask(lambda: shared.redis.zrem(_name(key_id), lease))


def _name(key_id: str) -> str:
    return f"hiwar:streams:{key_id}"
