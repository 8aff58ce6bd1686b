"""What keys have used, in memory and in a Redis that servers share: exact, with the time to wait, and after a loss."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from hiwar.errors import ErrorCode, HiwarError, RateLimitError
from hiwar.serving.keys import UNLIMITED, KeyLimits, Principal
from hiwar.serving.quotas import Quotas, wait_s
from hiwar.serving.shared_counter import SharedCounter
from support.accounts import needs_redis, redis_server
from support.streams import HeldClock, run


def who(key_id: str = "a", **limits: int | None) -> Principal:
    given: dict[str, int | None] = {"requests_per_minute": None, "tokens_per_minute": None, "tokens_per_day": None}
    return Principal(key_id, key_id, limits=KeyLimits(**{**given, **limits}))


async def taken(quotas: Quotas, principal: Principal, times: int) -> int:
    """How many of so many requests at once were counted."""
    results = await asyncio.gather(*(quotas.request(principal) for _ in range(times)), return_exceptions=True)
    assert all(isinstance(result, RateLimitError) for result in results if isinstance(result, BaseException))
    return sum(not isinstance(result, BaseException) for result in results)


def test_as_many_requests_as_allowed_are_counted_and_keys_do_not_share() -> None:
    async def scenario() -> None:
        quotas = Quotas()
        assert await taken(quotas, who(requests_per_minute=60), 80) == 60
        assert await taken(quotas, who("b", requests_per_minute=5), 8) == 5
        await quotas.close()

    run(scenario())


def test_a_count_says_what_is_left_and_a_refusal_when_to_come_again() -> None:
    async def scenario() -> None:
        quotas, principal = Quotas(), who(requests_per_minute=2)
        for remaining in (1, 0):
            allowance = await quotas.request(principal)
            assert allowance is not None
            assert (allowance.limit, allowance.remaining) == (2, remaining)
            assert 55 < allowance.reset_s <= 60
        with pytest.raises(RateLimitError, match="2 requests a minute") as caught:
            await quotas.request(principal)
        assert caught.value.code is ErrorCode.RATE_LIMIT_EXCEEDED
        assert caught.value.retry_after_ms is not None
        assert 55_000 < caught.value.retry_after_ms <= 60_000
        assert caught.value.allowance is not None
        assert caught.value.allowance.remaining == 0

    run(scenario())


def test_who_has_no_limit_is_not_counted() -> None:
    async def scenario() -> None:
        quotas = Quotas()
        principal = Principal("a", "a", limits=UNLIMITED)
        for _ in range(100):
            assert await quotas.request(principal) is None
            await quotas.spend(principal, 1_000_000)

    run(scenario())


@pytest.mark.parametrize(("limit", "word"), [("tokens_per_minute", "minute"), ("tokens_per_day", "day")])
def test_tokens_are_counted_to_the_last_and_what_does_not_fit_counts_nothing(limit: str, word: str) -> None:
    async def scenario() -> None:
        quotas, principal = Quotas(), Principal("a", "a", limits=replace(UNLIMITED, **{limit: 100}))
        await quotas.spend(principal, 60)
        with pytest.raises(RateLimitError, match=f"100 tokens a {word}") as caught:
            await quotas.spend(principal, 41)
        assert caught.value.retry_after_ms is not None
        assert caught.value.retry_after_ms > 0
        await quotas.spend(principal, 40)
        await quotas.spend(principal, 0)
        with pytest.raises(RateLimitError):
            await quotas.spend(principal, 1)

    run(scenario())


def test_a_text_longer_than_a_whole_limit_is_refused_with_what_to_do() -> None:
    async def scenario() -> None:
        quotas, principal = Quotas(), who(tokens_per_minute=200, tokens_per_day=100)
        with pytest.raises(RateLimitError, match=r"100 tokens a day.* 101 at once; send less at a time") as caught:
            await quotas.spend(principal, 101)
        assert (caught.value.retryable, caught.value.retry_after_ms, caught.value.wait_ms) == (False, None, None)
        await quotas.spend(principal, 100)
        with pytest.raises(RateLimitError, match="wait") as caught:
            await quotas.spend(principal, 100)
        assert caught.value.retryable

    run(scenario())


@pytest.mark.parametrize(
    ("room", "buckets", "expected"),
    [
        (40, (100, 60.0, 0, 0.0), 36.0),  # of the last minute's 100, 60 are over after 36 s
        (40, (100, 30.0, 20, 90.0), 18.0),  # 20 have come since: 20 of the 100 may count
        (40, (0, 0.0, 60, 70.0), 30.0),  # those of this minute begin to be over in 10 s, 20 of them after 20 more
        (0, (0, 0.0, 60, 70.0), 70.0),  # all of it
    ],
)
def test_the_wait_is_until_there_is_room(room: int, buckets: tuple[int, float, int, float], expected: float) -> None:
    assert wait_s(room, 60.0, buckets) == pytest.approx(expected)


def test_a_count_does_not_look_through_all_keys() -> None:
    async def scenario() -> None:
        quotas = Quotas()
        for number in range(100):
            await quotas.request(who(f"key {number}", requests_per_minute=5))
        assert len(asyncio.all_tasks()) == 1
        quotas._memory._forgotten_s -= 3600.0
        await quotas.request(who(requests_per_minute=5))
        assert len(asyncio.all_tasks()) == 2, "what is over is looked for now and then"
        await quotas.close()
        await asyncio.sleep(0)
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    run(scenario())


def test_an_address_that_is_none_is_a_clear_error() -> None:
    with pytest.raises(HiwarError, match="redis://"):
        SharedCounter("redis://host:port/0")


@needs_redis
def test_two_servers_that_share_a_redis_count_exactly_together(tmp_path: Path) -> None:
    async def scenario(address: str) -> None:
        counters = [SharedCounter(address) for _ in range(2)]
        one, other = (Quotas(counter) for counter in counters)
        principal = who(requests_per_minute=60, tokens_per_minute=1000)
        assert sum(await asyncio.gather(taken(one, principal, 40), taken(other, principal, 40))) == 60
        await asyncio.gather(*(quotas.spend(principal, 50) for quotas in [one, other] * 10))
        for quotas in (one, other):
            with pytest.raises(RateLimitError) as caught:
                await quotas.spend(principal, 1)
            assert caught.value.retry_after_ms
        for counter in counters:
            await counter.close()

    with redis_server(tmp_path) as redis:
        run(scenario(redis.address))


@needs_redis
def test_a_lost_counter_is_replaced_by_an_own_one_and_taken_up_again_each_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        clock = HeldClock()
        shared = SharedCounter(redis.address, clock)
        quotas, principal = Quotas(shared), who(requests_per_minute=3)
        assert await taken(quotas, principal, 2) == 2
        await asyncio.to_thread(redis.stop)
        assert await taken(quotas, principal, 4) == 3, "counted by itself"
        assert shared.lost
        await asyncio.to_thread(redis.start)
        assert await taken(quotas, principal, 1) == 0, "left alone for a while"
        clock.now = 60.0
        assert await taken(quotas, principal, 1) == 1, "the new Redis has counted nothing"
        assert await taken(quotas, principal, 4) == 2
        assert not shared.lost
        await shared.close()

    with redis_server(tmp_path) as redis, caplog.at_level(logging.WARNING, "hiwar.quotas"):
        run(scenario())
    assert [record.message for record in caplog.records] == [
        "the shared counter does not answer; this server counts for itself meanwhile",
        "the shared counter answers again",
    ]
