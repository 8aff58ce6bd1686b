import asyncio

import pytest

from hiwar.errors import ErrorCode
from hiwar.protocol.effects import Close, Send, SendAudio
from hiwar.protocol.messages import Cancelled, ErrorEvent
from hiwar.serving.connection import Outgoing, Outlet, PeerGoneError
from support.streams import QueueConnection, run

HELLO = Send(Cancelled(("hello",)))
NEVER_MS = 1_000_000


def test_frames_go_out_as_text_and_bytes_and_a_close_as_itself() -> None:
    async def scenario() -> None:
        connection = QueueConnection()
        outlet = Outlet(connection, send_timeout_ms=NEVER_MS)
        error = Send(ErrorEvent(ErrorCode.INTERNAL, "m", retryable=False))
        await outlet.carry_out([HELLO, SendAudio(b"12"), error, Close(1000, "done")])
        assert connection.sent == [
            {"type": "cancelled", "request_ids": ["hello"]},
            b"12",
            {"type": "error", "code": "internal", "message": "m", "retryable": False},
        ]
        assert connection.closed == (1000, "done")

    run(scenario())


def test_what_belongs_together_is_not_torn_apart_by_another_task() -> None:
    async def scenario() -> None:
        connection = QueueConnection()
        connection.taking.clear()
        outlet = Outlet(connection, send_timeout_ms=NEVER_MS)
        batches: list[list[Outgoing]] = [[SendAudio(bytes([task])) for _ in range(3)] for task in range(3)]
        tasks = [asyncio.create_task(outlet.carry_out(batch)) for batch in batches]
        await connection.until(lambda: connection.sending == 1)
        connection.taking.set()
        await asyncio.gather(*tasks)
        assert connection.sent == [bytes([task]) for task in range(3) for _ in range(3)]

    run(scenario())


def test_nothing_to_say_does_not_wait_for_a_slow_peer() -> None:
    async def scenario() -> None:
        connection = QueueConnection()
        connection.taking.clear()
        outlet = Outlet(connection, send_timeout_ms=NEVER_MS)
        slow = asyncio.create_task(outlet.carry_out([HELLO]))
        await connection.until(lambda: connection.sending == 1)
        await outlet.carry_out([])
        connection.taking.set()
        await slow

    run(scenario())


@pytest.mark.parametrize("effect", [HELLO, SendAudio(b"12"), Close(1000, "done")])
def test_a_peer_that_takes_nothing_for_too_long_counts_as_gone(effect: Outgoing) -> None:
    async def scenario() -> None:
        connection = QueueConnection()
        connection.taking.clear()
        with pytest.raises(PeerGoneError):
            await Outlet(connection, send_timeout_ms=1).carry_out([effect])
        assert connection.sent == []

    run(scenario())


def test_a_peer_that_left_is_told_to_every_task() -> None:
    async def scenario() -> None:
        connection = QueueConnection()
        connection.vanish()
        outlet = Outlet(connection, send_timeout_ms=NEVER_MS)
        outcomes = await asyncio.gather(*(outlet.carry_out([HELLO]) for _ in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [PeerGoneError] * 3

    run(scenario())


def test_a_cancelled_send_gives_its_turn_to_the_next() -> None:
    async def scenario() -> None:
        connection = QueueConnection()
        connection.taking.clear()
        outlet = Outlet(connection, send_timeout_ms=NEVER_MS)
        first = asyncio.create_task(outlet.carry_out([SendAudio(b"1")]))
        second = asyncio.create_task(outlet.carry_out([SendAudio(b"2")]))
        await connection.until(lambda: connection.sending == 1)
        first.cancel()
        connection.taking.set()
        await second
        assert connection.sent == [b"2"]
        assert first.cancelled()

    run(scenario())
