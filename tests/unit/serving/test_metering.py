"""What one stream tells of its use: against the limits of its key, and into the log of usage."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hiwar.errors import RateLimitError
from hiwar.serving.keys import KeyLimits, Principal
from hiwar.serving.leases import Leases
from hiwar.serving.metering import Accounts, Meter
from hiwar.serving.quotas import Quotas
from hiwar.serving.slots import Slot
from hiwar.serving.usage import UsageLog, UsageRow, read_usage
from hiwar.serving.workers import NOBODYS, Share
from support.observing import seen
from support.streams import run


def who(**limits: int | None) -> Principal:
    return Principal("a", "one", limits=KeyLimits(**limits), weight=2.0)


def used(path: Path) -> list[UsageRow]:
    return list(read_usage(path, date(2020, 1, 1), datetime.now(UTC).date()))


def test_nothing_is_counted_before_somebody_signed_in(tmp_path: Path) -> None:
    async def scenario() -> None:
        usage = UsageLog(tmp_path / "usage.db")
        slot, quotas = Slot(seen()), Quotas()
        meter = Meter(slot, "asr", quotas, usage)
        assert meter.share == NOBODYS
        await meter.request()
        await meter.heard(5_000)
        slot.principal = who(tokens_per_minute=50)
        assert meter.share == Share("a", 2.0)
        await meter.heard(5_000)
        await Accounts(quotas, Leases(), usage).close()

    run(scenario())
    assert [(row.requests, row.audio_ms) for row in used(tmp_path / "usage.db")] == [(0, 5_000)]


def test_audio_is_counted_by_the_second_and_its_rest_at_the_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        usage = UsageLog(tmp_path / "usage.db")
        meter = Meter(Slot(seen(), who(tokens_per_minute=25)), "asr", Quotas(), usage)
        for audio_ms in range(100, 2_400, 100):
            await meter.heard(audio_ms)
        await meter.heard(2_500, ended=True)
        await meter.heard(2_500, ended=True)
        with pytest.raises(RateLimitError):
            await meter.heard(2_600, ended=True)
        usage.close()

    run(scenario())
    assert [row.audio_ms for row in used(tmp_path / "usage.db")] == [2_600]


def test_what_a_stream_that_breaks_off_had_heard_is_on_the_bill(tmp_path: Path) -> None:
    async def scenario() -> None:
        usage = UsageLog(tmp_path / "usage.db")
        meter = Meter(Slot(seen(), who()), "asr", Quotas(), usage)
        await meter.heard(900)
        await meter.heard(1_900)
        meter.broken_off(2_750)
        meter.broken_off(2_750)
        usage.close()

    run(scenario())
    assert [row.audio_ms for row in used(tmp_path / "usage.db")] == [2_750]


def test_a_refused_request_says_what_is_left_and_is_not_on_the_bill(tmp_path: Path) -> None:
    async def scenario() -> None:
        usage = UsageLog(tmp_path / "usage.db")
        slot = Slot(seen(), who(requests_per_minute=1, tokens_per_minute=10))
        meter = Meter(slot, "tts", Quotas(), usage)
        await meter.request()
        await meter.characters(10)
        meter.spoken(1_200)
        with pytest.raises(RateLimitError):
            await meter.characters(1)
        with pytest.raises(RateLimitError):
            await meter.request()
        assert slot.allowance is not None
        assert (slot.allowance.limit, slot.allowance.remaining) == (1, 0)
        usage.close()

    run(scenario())
    (row,) = used(tmp_path / "usage.db")
    assert (row.key_id, row.service, row.requests, row.characters, row.audio_ms) == ("a", "tts", 1, 10, 1_200)
