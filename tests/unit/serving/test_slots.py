"""Room for connections: counted once each, given back whatever happens, and ended by key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hiwar.errors import ErrorCode, HiwarError, RateLimitError
from hiwar.protocol import refusals
from hiwar.serving.keys import KeyLimits, Principal
from hiwar.serving.leases import Leases
from hiwar.serving.limits import ServingLimits
from hiwar.serving.slots import Slots
from support.observing import seen
from support.streams import run

ONE = Principal("a", "a", limits=KeyLimits(concurrent_streams=1))
OTHER = Principal("b", "b")


def test_a_stream_over_the_keys_limit_takes_no_room() -> None:
    async def scenario() -> None:
        slots = Slots(ServingLimits(streams_max=2), Leases())
        async with slots.room(ONE, seen()):
            for _ in range(3):
                with pytest.raises(RateLimitError):
                    async with slots.room(ONE, seen()):
                        pass
            async with slots.room(OTHER, seen()):
                assert len(slots) == 2
                assert slots.key_ids() == {"a", "b"}
        async with slots.room(ONE, seen()):
            pass
        assert slots.empty.is_set()

    run(scenario())


def test_who_is_refused_at_sign_in_stays_among_those_yet_to_sign_in() -> None:
    async def scenario() -> None:
        slots = Slots(ServingLimits(streams_max=1, connections_unsigned_max=1), Leases())
        async with slots.room(ONE, seen()), slots.room(None, seen()) as slot:
            with pytest.raises(HiwarError) as caught:
                await slots.sign_in(slot, OTHER)
            assert caught.value.code is ErrorCode.SERVER_BUSY
        slots = Slots(ServingLimits(streams_max=2, connections_unsigned_max=1), Leases())
        async with slots.room(ONE, seen()), slots.room(None, seen()) as slot:
            with pytest.raises(RateLimitError):
                await slots.sign_in(slot, ONE)
            assert slot.principal is None
            await slots.sign_in(slot, OTHER)
            assert slot.principal is OTHER
        async with slots.room(ONE, seen()):
            pass

    run(scenario())


def test_of_those_who_sign_in_at_once_no_more_become_streams_than_may() -> None:
    class Slow(Leases):
        @asynccontextmanager
        async def lease(self, principal: Principal) -> AsyncIterator[None]:
            await asyncio.sleep(0)
            async with super().lease(principal):
                yield

    async def scenario() -> None:
        slots = Slots(ServingLimits(streams_max=2), Slow())

        async def stream() -> None:
            async with slots.room(OTHER, seen()):
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        ends = await asyncio.gather(*(stream() for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(end, HiwarError) for end in ends) == 3
        assert slots.empty.is_set()

    run(scenario())


def test_a_peer_that_does_not_take_its_end_holds_up_nobodys() -> None:
    async def scenario() -> None:
        slots = Slots(ServingLimits(), Leases())
        ended, stuck = asyncio.Event(), asyncio.Event()

        async def never(_error: HiwarError) -> None:
            await stuck.wait()

        async def at_once(error: HiwarError) -> None:
            assert error.code is ErrorCode.UNAUTHORIZED
            ended.set()

        async with (
            slots.room(OTHER, seen()) as one,
            slots.room(OTHER, seen()) as other,
            slots.room(ONE, seen()) as anothers,
        ):
            one.end, other.end = never, at_once
            anothers.end = never
            ending = asyncio.create_task(slots.end("b", refusals.key_revoked()))
            await ended.wait()
            stuck.set()
            await ending

    run(scenario())


def test_who_has_no_stream_to_end_is_broken_off_and_a_time_out_of_its_own_stays_one() -> None:
    async def scenario() -> None:
        slots = Slots(ServingLimits(), Leases())

        async def uploads() -> None:
            async with slots.room(OTHER, seen()), slots.room(ONE, seen()):
                for _ in range(2):
                    await slots.end("b", refusals.key_revoked())
                await asyncio.Event().wait()

        with pytest.raises(HiwarError) as caught:
            await uploads()
        assert caught.value.code is ErrorCode.UNAUTHORIZED
        with pytest.raises(TimeoutError):
            async with slots.room(OTHER, seen()):
                raise TimeoutError
        assert slots.empty.is_set()

    run(scenario())
