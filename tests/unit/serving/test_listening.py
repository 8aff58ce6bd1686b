import asyncio
import logging
from collections.abc import Mapping

import pytest

from hiwar.errors import EngineError, ErrorCode, HiwarError
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.listening import for_client, listen, run_until
from support.streams import HeldClock, QueueConnection, run


class WritingSession:
    """Writes down what happens; each call returns itself as the effect."""

    def __init__(self, deadline_s: float | None = None) -> None:
        self.deadline_s = deadline_s

    def tick(self, now: float) -> tuple[str, ...]:
        self.deadline_s = None
        return (f"tick {now}",)

    def receive_text(self, frame: str, now: float) -> tuple[str, ...]:
        return (f"text {frame} {now}",)

    def receive_binary(self, frame: bytes, now: float) -> tuple[str, ...]:
        return (f"binary {frame.decode()} {now}",)

    def receive_fields(self, fields: Mapping[str, object], now: float) -> tuple[str, ...]:
        return (f"fields {dict(fields)} {now}",)

    def peer_closed(self) -> tuple[str, ...]:
        return ("closed",)


def test_frames_and_the_end_reach_the_session_in_order() -> None:
    async def scenario() -> None:
        connection, clock, ended, done = QueueConnection(), HeldClock(), asyncio.Event(), list[str]()

        async def carry_out(effects: tuple[str, ...]) -> None:
            done.extend(effects)
            clock.now += 1

        for frame in ("a", b"b", "", b"", {"type": "c"}, None):
            connection.incoming.put_nowait(frame)
        await listen(WritingSession(), connection, carry_out, ended, clock)
        assert done == ["text a 0.0", "binary b 1.0", "text  2.0", "binary  3.0", "fields {'type': 'c'} 4.0", "closed"]
        assert ended.is_set()

    run(scenario())


def test_a_deadline_that_has_passed_is_told_and_the_frame_behind_it_is_not_lost() -> None:
    async def scenario() -> None:
        connection, clock, ended, done = QueueConnection(), HeldClock(), asyncio.Event(), list[str]()
        clock.now = 5.0

        async def carry_out(effects: tuple[str, ...]) -> None:
            done.extend(effects)
            if effects == ("tick 5.0",):
                connection.say("late")
                connection.say(None)

        await listen(WritingSession(deadline_s=5.0), connection, carry_out, ended, clock)
        assert done == ["tick 5.0", "text late 5.0", "closed"]

    run(scenario())


def test_a_flood_of_frames_takes_turns_with_other_work() -> None:
    async def scenario() -> None:
        connection, ended, turns = QueueConnection(), asyncio.Event(), 0

        async def other_stream() -> None:
            nonlocal turns
            while not ended.is_set():
                turns += 1
                await asyncio.sleep(0)

        async def carry_out(_effects: tuple[str, ...]) -> None:
            pass

        for _ in range(1000):
            connection.say("a")
        connection.say(None)
        other = asyncio.create_task(other_stream())
        await listen(WritingSession(), connection, carry_out, ended, HeldClock())
        await other
        assert turns >= 1000

    run(scenario())


def test_nothing_is_read_after_the_end() -> None:
    async def scenario() -> None:
        connection, ended, done = QueueConnection(), asyncio.Event(), list[str]()

        async def carry_out(effects: tuple[str, ...]) -> None:
            done.extend(effects)
            ended.set()

        connection.say("a")
        connection.say("b")
        await listen(WritingSession(), connection, carry_out, ended, HeldClock())
        assert done == ["text a 0.0"]
        assert connection.incoming.qsize() == 1

    run(scenario())


def ignore(_seconds: float) -> None:
    pass


async def forever(over: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        over.append("over")


def test_all_work_is_over_once_the_stream_has_ended() -> None:
    async def scenario() -> None:
        ended, over = asyncio.Event(), list[str]()

        async def end() -> None:
            clock.now = 1.0
            ended.set()

        clock, idle = HeldClock(), list[float]()

        async def end_slowly() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                clock.now = 1.02

        await run_until(ended, forever(over), end(), forever(over), end_slowly(), clock=clock, idle=idle.append)
        assert over == ["over", "over"]
        assert idle == [pytest.approx(0.02)]

    run(scenario())


def test_a_peer_that_is_gone_is_an_end_like_any_other() -> None:
    async def scenario() -> None:
        over = list[str]()

        async def lose() -> None:
            raise PeerGoneError

        await run_until(asyncio.Event(), forever(over), lose(), lose(), clock=HeldClock(), idle=ignore)
        assert over == ["over"]

    run(scenario())


def test_another_failure_ends_all_work_and_is_not_hidden() -> None:
    async def scenario() -> None:
        over = list[str]()

        async def fail() -> None:
            raise ValueError

        with pytest.raises(ExceptionGroup) as caught:
            await run_until(asyncio.Event(), forever(over), fail(), clock=HeldClock(), idle=ignore)
        assert caught.group_contains(ValueError)
        assert over == ["over"]

    run(scenario())


def test_cancelling_from_outside_ends_all_work() -> None:
    async def scenario() -> None:
        over, begun = list[str](), asyncio.Event()

        async def begin() -> None:
            begun.set()

        work = forever(over), begin()
        stream = asyncio.create_task(run_until(asyncio.Event(), *work, clock=HeldClock(), idle=ignore))
        await begun.wait()
        stream.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stream
        assert over == ["over"]

    run(scenario())


LOG = logging.getLogger("hiwar.test_listening")


def test_a_client_hears_its_own_error_and_the_log_does_not(caplog: pytest.LogCaptureFixture) -> None:
    error = HiwarError(ErrorCode.SERVER_BUSY, "Busy.")
    assert for_client(error, LOG, "r") is error
    assert caplog.records == []


@pytest.mark.parametrize("raised", [ValueError("what the client wrote"), KeyError("x"), EngineError("Its sentence.")])
def test_the_servers_own_fault_is_logged_and_told_by_a_fixed_sentence(
    caplog: pytest.LogCaptureFixture, raised: Exception
) -> None:
    error = for_client(raised, LOG, "r")
    assert error.code is ErrorCode.INTERNAL
    fixed = "The server failed on this request and logged it; try again."
    assert error.message == ("Its sentence." if isinstance(raised, EngineError) else fixed)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is raised
    assert record.__dict__["request_id"] == "r"
