"""The room for open connections: how many there are, of all and of each key. What they do is left to the drivers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from hiwar.errors import Allowance, HiwarError
from hiwar.protocol import refusals
from hiwar.serving.admission import Admitted
from hiwar.serving.keys import Principal
from hiwar.serving.leases import Leases
from hiwar.serving.limits import ServingLimits
from hiwar.serving.observation import StreamObservation


@dataclass(slots=True, eq=False)
class Slot:
    """The room of one open connection: a stream's once `principal` has signed in, else that of one yet to sign in.

    `end` ends its stream with an error, once there is one; `break_off` what is done before there is, and after.
    """

    seen: StreamObservation
    principal: Principal | None = None
    end: Callable[[HiwarError], Awaitable[None]] | None = None
    allowance: Allowance | None = None
    """What was left of the key's requests when the last one was counted."""
    held: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    """What is given back with the slot."""
    admitted: Admitted | None = None
    """Its place among those that are served, for a stream that holds one from its beginning to its end."""
    _patience: asyncio.Timeout | None = None
    _broken_off: HiwarError | None = None

    def break_off(self, error: HiwarError) -> None:
        """Cancel what is done in the room: `used` raises the error then."""
        if self._patience is not None and self._broken_off is None:
            self._broken_off = error
            self._patience.reschedule(0.0)

    @contextlib.asynccontextmanager
    async def used(self) -> AsyncIterator[None]:
        """While the context is open it may be broken off."""
        try:
            async with asyncio.timeout(None) as self._patience:
                yield
        except TimeoutError as error:
            if self._broken_off is None:
                raise
            raise self._broken_off from error
        finally:
            self._patience = None


class Slots:
    """All open connections. `empty` is set while there are none."""

    def __init__(self, limits: ServingLimits, leases: Leases) -> None:
        self.empty = asyncio.Event()
        self.empty.set()
        self._limits = limits
        self._leases = leases
        self._open: set[Slot] = set()

    def __len__(self) -> int:
        return len(self._open)

    @property
    def unsigned(self) -> int:
        """Connections that have yet to sign in."""
        return sum(slot.principal is None for slot in self._open)

    @contextlib.asynccontextmanager
    async def room(self, principal: Principal | None, seen: StreamObservation) -> AsyncIterator[Slot]:
        """Room for one connection while the context is open: as a stream, or with None among those yet to sign in.

        Raises HiwarError server_busy, and rate_limit_exceeded when the key has as many streams as it may.
        """
        if principal is None and self.unsigned >= self._limits.connections_unsigned_max:
            raise refusals.too_many_unsigned()
        slot = Slot(seen)
        self._open.add(slot)
        self.empty.clear()
        try:
            async with slot.held:
                if principal is not None:
                    await self.sign_in(slot, principal)
                async with slot.used():
                    yield slot
        finally:
            self._open.discard(slot)
            if not self._open:
                self.empty.set()

    async def sign_in(self, slot: Slot, principal: Principal) -> None:
        """The connection of a slot becomes a stream. Raises HiwarError as `room`."""
        if len(self._open) - self.unsigned >= self._limits.streams_max:
            raise refusals.too_many_streams()
        slot.principal = principal  # from here on it counts: another may come while the lease is on its way
        try:
            with slot.seen.stage("place"):
                await slot.held.enter_async_context(self._leases.lease(principal))
        except BaseException:
            slot.principal = None
            raise
        slot.seen.signed_in(principal)

    def key_ids(self) -> frozenset[str]:
        """The keys that have streams."""
        return frozenset(slot.principal.key_id for slot in self._open if slot.principal is not None)

    async def end(self, key_id: str, error: HiwarError) -> None:
        """End all that a key has open."""
        ends: list[Awaitable[None]] = []
        for slot in self._open:
            if slot.principal is not None and slot.principal.key_id == key_id:
                if slot.end is None:
                    slot.break_off(error)
                else:
                    ends.append(slot.end(error))
        await asyncio.gather(*ends, return_exceptions=True)
