"""Open streams of a key: how many there may be, in one server and in several, and that none stays taken."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from hiwar.errors import RateLimitError
from hiwar.serving.keys import UNLIMITED, KeyLimits, Principal
from hiwar.serving.leases import Leases
from hiwar.serving.shared_counter import SharedCounter
from support.accounts import RedisServer, needs_redis, redis_server
from support.streams import HeldClock, run

TWO = Principal("a", "a", limits=KeyLimits(concurrent_streams=2))


async def room(leases: Leases, principal: Principal = TWO) -> int:
    """How many more streams the key may open at this moment."""
    async with AsyncExitStack() as held:
        for count in range(10):
            try:
                await held.enter_async_context(leases.lease(principal))
            except RateLimitError:
                return count
    return 10


async def until_room(leases: Leases, wanted: int) -> None:
    while await room(leases) != wanted:  # noqa: ASYNC110 - a Redis tells no event
        await asyncio.sleep(0.01)


def test_a_key_has_as_many_streams_as_it_may_and_others_have_their_own() -> None:
    async def scenario() -> None:
        leases = Leases()
        async with leases.lease(TWO):
            assert await room(leases) == 1
            with pytest.raises(RateLimitError, match="2 streams") as caught:
                async with leases.lease(TWO), leases.lease(TWO):
                    pass
            assert caught.value.retry_after_ms == 1000
            assert await room(leases, Principal("b", "b", limits=KeyLimits(concurrent_streams=3))) == 3
            assert await room(leases, Principal("c", "c", limits=UNLIMITED)) == 10
        assert await room(leases) == 2
        await leases.close()

    run(scenario())


def test_a_stream_that_fails_or_is_cancelled_gives_its_lease_back() -> None:
    async def scenario() -> None:
        leases, open_ = Leases(), asyncio.Event()

        async def stream() -> None:
            async with leases.lease(TWO):
                open_.set()
                await asyncio.Event().wait()

        with pytest.raises(ValueError, match="it"):
            async with leases.lease(TWO):
                raise ValueError("it")
        task = asyncio.create_task(stream())
        await open_.wait()
        task.cancel()
        await asyncio.wait({task})
        assert await room(leases) == 2

    run(scenario())


@needs_redis
def test_servers_that_share_a_redis_share_the_streams(tmp_path: Path) -> None:
    async def scenario(address: str) -> None:
        counters = [SharedCounter(address) for _ in range(2)]
        one, other = (Leases(counter) for counter in counters)
        async with one.lease(TWO):
            assert await room(other) == 1
            async with other.lease(TWO):
                assert await room(one) == await room(other) == 0
        assert await room(one) == await room(other) == 2
        for leases, counter in zip((one, other), counters, strict=True):
            await leases.close()
            await counter.close()

    with redis_server(tmp_path) as redis:
        run(scenario(redis.address))


@needs_redis
def test_of_many_that_come_at_once_no_more_are_let_in_than_may(tmp_path: Path) -> None:
    async def scenario(address: str) -> None:
        counters = [SharedCounter(address) for _ in range(2)]
        servers, let_in, end = [Leases(counter) for counter in counters], list[int](), asyncio.Event()

        async def stream(leases: Leases) -> None:
            async with leases.lease(TWO):
                let_in.append(1)
                await end.wait()

        streams = [asyncio.create_task(stream(leases)) for leases in servers * 10]
        while sum(task.done() for task in streams) < 18:
            await asyncio.wait([task for task in streams if not task.done()], return_when=asyncio.FIRST_COMPLETED)
        end.set()
        ends = await asyncio.gather(*streams, return_exceptions=True)
        assert sum(isinstance(end, RateLimitError) for end in ends) == 18
        assert len(let_in) == 2
        for counter in counters:
            await counter.close()

    with redis_server(tmp_path) as redis:
        run(scenario(redis.address))


@needs_redis
def test_one_who_is_cancelled_while_the_lease_is_on_its_way_leaves_none(tmp_path: Path) -> None:
    async def scenario(address: str) -> None:
        counter = SharedCounter(address)
        leases = Leases(counter)

        async def stream() -> None:
            async with leases.lease(TWO):
                await asyncio.Event().wait()

        for turns in range(12):
            task = asyncio.create_task(stream())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
        await leases.close()
        assert await room(leases) == 2
        await counter.close()

    with redis_server(tmp_path) as redis:
        run(scenario(redis.address))


@needs_redis
def test_the_leases_of_a_server_that_died_end_and_those_of_one_that_lives_are_renewed(tmp_path: Path) -> None:
    async def scenario(address: str) -> None:
        counters = [SharedCounter(address) for _ in range(3)]
        dead = Leases(counters[0], lifetime_s=0.3, renewed_s=1000.0)
        living = Leases(counters[1], lifetime_s=0.3, renewed_s=0.05)
        looking = Leases(counters[2])
        async with dead.lease(TWO), living.lease(TWO):
            assert await room(looking) == 0
            await until_room(looking, 1)
            for _ in range(20):
                await asyncio.sleep(0.02)
                assert await room(looking) == 1
        assert await room(looking) == 2
        for counter in counters:
            await counter.close()

    with redis_server(tmp_path) as redis:
        run(scenario(redis.address))


@needs_redis
def test_without_the_shared_counter_each_counts_its_own_and_says_so_again_when_it_is_back(tmp_path: Path) -> None:
    async def scenario(redis: RedisServer) -> None:
        clock = HeldClock()
        counters = [SharedCounter(redis.address, clock) for _ in range(2)]
        leases, looking = Leases(counters[0], renewed_s=0.02), Leases(counters[1])
        await asyncio.to_thread(redis.stop)
        async with leases.lease(TWO), leases.lease(TWO):
            assert await room(leases) == 0
            assert await room(looking) == 2, "it cannot know"
            await asyncio.to_thread(redis.start)
            clock.now = 60.0
            await until_room(looking, 0)
        await leases.close()
        assert await room(looking) == 2
        for counter in counters:
            await counter.close()

    with redis_server(tmp_path) as redis:
        run(scenario(redis))
