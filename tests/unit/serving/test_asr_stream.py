import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import cast

import pytest

from hiwar.engines.contracts import AbandonedError
from hiwar.errors import EngineError, ErrorCode, HiwarError
from hiwar.pipelines.hearing import Hearing
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.pipelines.settings import RecognitionSettings
from hiwar.protocol.asr_session import AsrServerSession
from hiwar.protocol.effects import AsrEffect
from hiwar.serving.asr_stream import AsrStream
from hiwar.serving.keys import UNLIMITED, KeyLimits
from hiwar.serving.metrics import Metrics
from hiwar.serving.slots import Slot
from hiwar.serving.workers import Workers
from hiwar.vocabulary import AudioEncoding, RecognitionConfig, SpeechEnded, SpeechStarted, Transcript
from support.accounts import open_admission, own_meter
from support.limits import ASR_LIMITS
from support.observing import sample, seen
from support.streams import Gate, HeldClock, QueueConnection, RecognitionStep, ScriptedRecognition, run

NEVER_MS = 1_000_000
BUFFERED_MAX_MS = 10
BUFFERED_MAX_BYTES = 320
"""The same at 16 kHz and 16 bits."""
TAKEN_MAX_BYTES = 320_000
"""10 s: what the recogniser is given at once."""
SECRET = "what a library said"

STARTED, ENDED = SpeechStarted(0, 0), SpeechEnded(0, 20)
PARTIAL = Transcript(0, "he", "", 0.5, "en", 0, 10, is_final=False)
FINAL = Transcript(0, "hello", "hello", 0.9, "en", 0, 20, is_final=True)

Script = Sequence[RecognitionStep]


@dataclass
class Desk:
    """One connection under test. `pipelines` are those that were opened."""

    stream: AsrStream
    connection: QueueConnection
    workers: Workers
    hearers: Workers
    clock: HeldClock
    pipelines: list[ScriptedRecognition]
    metrics: Metrics
    running: "asyncio.Task[None]"


@asynccontextmanager
async def listening(
    script: Script | Exception = (),
    *,
    signed_in: bool = True,
    send_timeout_ms: int = NEVER_MS,
    config: RecognitionConfig | None = None,
    limits: KeyLimits = UNLIMITED,
) -> AsyncIterator[Desk]:
    """A running stream whose recogniser follows the script; at the end nothing of it may be left."""
    connection, clock, pipelines, metrics = QueueConnection(), HeldClock(), list[ScriptedRecognition](), Metrics()

    def open_pipeline(config: RecognitionConfig) -> RecognitionPipeline:
        if isinstance(script, Exception):
            raise script
        pipelines.append(ScriptedRecognition(script))
        return cast("RecognitionPipeline", pipelines[-1])

    async def sign_in(session: AsrServerSession, credential: str) -> tuple[AsrEffect, ...]:
        if credential != "good":
            return session.refused(HiwarError(ErrorCode.UNAUTHORIZED, "No."))
        return session.signed_in(clock())

    session = AsrServerSession(config or RecognitionConfig("r"), limits=ASR_LIMITS, now=0.0)
    opening = session.signed_in(0.0) if signed_in else ()
    workers = Workers(name="listen", threads=1, niceness=5, waiting_max=8)
    hearers = Workers(name="hear", threads=1, niceness=5, waiting_max=8)
    stream = AsrStream(
        session,
        connection,
        sign_in=sign_in,
        slot=Slot(seen("asr")),
        meter=own_meter(limits, "asr"),
        admission=open_admission(),
        seen=seen("asr", metrics, clock).hearing(listens="ear", hears="tone"),
        open_pipeline=open_pipeline,
        listeners=workers,
        hearers=hearers,
        clock=clock,
        send_timeout_ms=send_timeout_ms,
        audio_buffered_max_ms=BUFFERED_MAX_MS,
    )
    running = asyncio.create_task(stream.run(opening))
    try:
        yield Desk(stream, connection, workers, hearers, clock, pipelines, metrics, running)
        connection.say(None)
        await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.to_thread(workers.close)
        await asyncio.to_thread(hearers.close)
    assert [pipeline.guard.closes for pipeline in pipelines] == [1] * len(pipelines)


def test_from_ready_to_done() -> None:
    async def scenario() -> None:
        async with listening([(STARTED, PARTIAL), (FINAL, ENDED)]) as desk:
            desk.connection.say(bytes(64))
            await desk.connection.until_sent("partial")
            desk.connection.say({"type": "finish"})
            await desk.running
            assert desk.connection.types == ["ready", "speech_started", "partial", "final", "speech_ended", "done"]
            assert desk.connection.of_type("done") == [
                {"type": "done", "request_id": "r", "audio_ms": 2, "segments": 1}
            ]
            assert desk.connection.closed == (1000, "done")
            assert desk.pipelines[0].accepted == [bytes(64), "finish"]

    run(scenario())


def test_finish_without_audio_is_done_at_once() -> None:
    async def scenario() -> None:
        async with listening() as desk:
            desk.connection.say({"type": "finish"})
            await desk.running
            assert desk.connection.types == ["ready", "done"]

    run(scenario())


def test_signing_in_by_the_first_frame_and_sending_audio_at_once() -> None:
    async def scenario() -> None:
        async with listening([(FINAL,)], signed_in=False) as desk:
            desk.connection.say({"token": "good"})
            desk.connection.say(bytes(64))
            desk.connection.say({"type": "finish"})
            await desk.running
            assert desk.connection.types == ["ready", "final", "done"]

    run(scenario())


@pytest.mark.parametrize("frame", [{"x-api-key": "bad"}, bytes(64)])
def test_without_a_good_key_nothing_is_heard(frame: dict[str, object] | bytes) -> None:
    async def scenario() -> None:
        async with listening(signed_in=False) as desk:
            desk.connection.say(frame)
            desk.connection.say(bytes(64))
            await desk.running
            assert desk.connection.types == ["error"]
            assert desk.connection.closed == (4401, "unauthorized")
            assert desk.pipelines == []

    run(scenario())


def test_the_idle_deadline_closes() -> None:
    async def scenario() -> None:
        async with listening() as desk:
            desk.clock.now = 60.0
            await desk.running
            assert desk.connection.types == ["ready", "error"]
            assert desk.connection.closed == (4408, "idle_timeout")

    run(scenario())


def test_audio_and_controls_reach_the_recogniser_in_their_order() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (FINAL,), (FINAL,)]) as desk:
            desk.connection.say(b"1")
            await gate.reached.wait()
            for frame in (b"2", {"type": "finalize"}, b"3", {"type": "finish"}):
                desk.connection.say(frame)
            await desk.connection.until(desk.connection.incoming.empty)
            gate.open()
            await desk.running
            assert desk.pipelines[0].accepted == [b"1", b"2", "finalize", b"3", "finish"]

    run(scenario())


def test_a_long_frame_reaches_the_recogniser_in_parts() -> None:
    async def scenario() -> None:
        frame = bytes(range(256)) * (5 * TAKEN_MAX_BYTES // 512)
        async with listening([(), (), ()]) as desk:
            desk.connection.say(frame)
            desk.connection.say({"type": "finish"})
            await desk.running
            *parts, end = desk.pipelines[0].accepted
            assert [len(part) for part in parts] == [TAKEN_MAX_BYTES, TAKEN_MAX_BYTES, TAKEN_MAX_BYTES // 2]
            assert b"".join(part for part in parts if isinstance(part, bytes)) == frame
            assert end == "finish"
            assert desk.connection.types == ["ready", "done"]

    run(scenario())


def test_the_largest_frame_at_the_lowest_rate_is_heard() -> None:
    """17 minutes in one frame: more than the pipeline lets wait, so it must never be handed all of it."""

    async def scenario() -> None:
        config = RecognitionConfig("r", sample_rate=8000, encoding=AudioEncoding.MULAW)
        async with listening(config=config) as desk:
            frame = bytes(ASR_LIMITS.audio_frame_bytes_max)
            desk.connection.say(frame)
            desk.connection.say({"type": "finish"})
            await desk.running
            pieces = [len(entry) for entry in desk.pipelines[0].accepted if isinstance(entry, bytes)]
            assert max(pieces) <= RecognitionSettings().pending_max_ms * 8
            assert sum(pieces) == len(frame)

    run(scenario())


def test_a_flood_of_finalize_takes_no_room() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate]) as desk:
            desk.connection.say(b"1")
            await gate.reached.wait()
            for _ in range(1000):
                desk.connection.say({"type": "finalize"})
            desk.connection.say({"type": "finish"})
            await desk.connection.until(desk.connection.incoming.empty)
            gate.open()
            await desk.running
            assert desk.pipelines[0].accepted == [b"1", "finalize", "finish"]

    run(scenario())


def test_a_lag_counts_from_the_arrival_of_the_audio_that_was_heard() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (FINAL,)]) as desk:
            desk.clock.now = 1.0
            desk.connection.say(b"12")
            await gate.reached.wait()
            desk.clock.now = 1.25
            gate.open()
            await desk.connection.until_sent("final")
            assert desk.connection.of_type("final")[0]["audio_to_emit_ms"] == 250

    run(scenario())


def heard(gate: Gate, due_ms: float = 0.0) -> Hearing:
    """A decode that waits at the gate."""

    def decode(wanted: Callable[[], bool]) -> Transcript | None:
        gate()
        if not wanted():
            raise AbandonedError
        return None

    return Hearing(decode, due_ms=due_ms)


def test_the_stream_listens_on_while_it_hears() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([heard(gate), (STARTED,), (PARTIAL,)]) as desk:
            desk.clock.now = 1.0
            desk.connection.say(b"12")
            await gate.reached.wait()
            desk.clock.now = 2.0
            desk.connection.say(b"34")
            await desk.connection.until_sent("speech_started")
            gate.open()
            desk.clock.now = 2.5
            await desk.connection.until_sent("partial")
            # The hearing began before the newer audio came.
            assert desk.connection.of_type("partial")[0]["audio_to_emit_ms"] == 1500

    run(scenario())


def test_a_hearing_that_another_replaces_is_not_run() -> None:
    async def scenario() -> None:
        first, second, taken, listened = Gate(), Gate(), Gate(), Gate()
        second.open()
        async with listening([listened, heard(first), heard(second), (FINAL,)]) as desk:
            holding = asyncio.create_task(desk.hearers.run(taken, -1.0))
            await taken.reached.wait()
            desk.connection.say(b"12")
            await listened.reached.wait()
            desk.connection.say(b"34")
            listened.open()
            while desk.pipelines[0].guard.steps < 2:  # noqa: ASYNC110 - a step on a thread tells no event
                await asyncio.sleep(0)
            taken.open()
            await holding
            await desk.connection.until_sent("final")
            assert second.reached.is_set()
            assert not first.reached.is_set()

    run(scenario())


def test_a_peer_that_vanishes_abandons_its_hearing() -> None:
    async def scenario() -> None:
        gate = Gate()
        hearing = heard(gate)
        async with listening([hearing, (FINAL,)]) as desk:
            desk.connection.say(b"12")
            await gate.reached.wait()
            desk.connection.say(None)
            await desk.connection.until(desk.connection.incoming.empty)
            assert desk.pipelines[0].guard.closes == 0
            gate.open()
            await desk.running
            assert hearing.done
            assert desk.connection.types == ["ready"]

    run(scenario())


def test_a_hearing_that_fails_closes_the_stream() -> None:
    def fails(_wanted: Callable[[], bool]) -> Transcript | None:
        raise EngineError("Its sentence.")

    async def scenario() -> None:
        async with listening([Hearing(fails, due_ms=0)]) as desk:
            desk.connection.say(b"12")
            await desk.running
            assert desk.connection.of_type("error")[0]["message"] == "Its sentence."
            assert desk.connection.closed == (1011, "internal")

    run(scenario())


def test_a_full_buffer_holds_the_peer_back_and_lets_go() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (STARTED,)]) as desk:
            desk.connection.say(b"1")
            await gate.reached.wait()
            for _ in range(5):
                desk.connection.say(bytes(BUFFERED_MAX_BYTES // 2))
            await desk.connection.until(lambda: desk.connection.incoming.qsize() == 2)
            desk.connection.say({"type": "finish"})
            for _ in range(50):
                await asyncio.sleep(0)
            assert desk.connection.incoming.qsize() == 3, "one frame is read ahead, not more"
            gate.open()
            await desk.running
            heard = sum(len(entry) for entry in desk.pipelines[0].accepted if isinstance(entry, bytes))
            assert heard == 1 + 5 * (BUFFERED_MAX_BYTES // 2)
            assert desk.connection.closed == (1000, "done")

    run(scenario())


def test_a_peer_that_vanishes_while_a_step_runs_frees_everything_after_that_step() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (STARTED,), (FINAL,)]) as desk:
            desk.connection.say(b"12")
            await gate.reached.wait()
            desk.connection.say(b"34")
            desk.connection.say(None)
            await desk.connection.until(desk.connection.incoming.empty)
            gate.open()
            await desk.running
            (pipeline,) = desk.pipelines
            assert (pipeline.guard.steps, pipeline.guard.closes) == (1, 1)
            assert desk.connection.types == ["ready"]

    run(scenario())


def test_a_peer_that_vanishes_before_it_said_anything_held_nothing() -> None:
    async def scenario() -> None:
        async with listening() as desk:
            desk.connection.say(None)
            await desk.running
            assert desk.pipelines == []

    run(scenario())


def test_a_peer_that_vanishes_behind_a_full_buffer_is_noticed_and_no_further_step_is_done_for_it() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (STARTED,), (PARTIAL,), (FINAL,)]) as desk:
            desk.connection.say(b"12")
            await gate.reached.wait()
            for _ in range(10):
                desk.connection.say(bytes(BUFFERED_MAX_BYTES // 10))
            desk.connection.say(None)
            await desk.connection.until(desk.connection.incoming.empty)
            gate.open()
            await desk.running
            assert [pipeline.guard.steps for pipeline in desk.pipelines] == [1]

    run(scenario())


def test_a_peer_that_vanishes_while_it_is_held_back_frees_everything() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (STARTED,)]) as desk:
            desk.connection.say(b"12")
            await gate.reached.wait()
            desk.connection.say(bytes(BUFFERED_MAX_BYTES))
            desk.connection.say(b"one more")
            desk.connection.say(None)
            await desk.connection.until(lambda: desk.connection.incoming.qsize() == 1)
            desk.connection.vanish()
            gate.open()
            await desk.running
            assert [pipeline.guard.closes for pipeline in desk.pipelines] == [1]

    run(scenario())


def test_a_reader_that_takes_nothing_for_too_long_is_cut_off() -> None:
    async def scenario() -> None:
        async with listening([(STARTED,)], send_timeout_ms=1) as desk:
            await desk.connection.until_sent("ready")
            desk.connection.taking.clear()
            desk.connection.say(b"12")
            await desk.running
            assert desk.connection.types == ["ready"]

    run(scenario())


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (ValueError(SECRET), "The server failed on this request and logged it; try again."),
        (SystemExit(SECRET), "The server failed on this request and logged it; try again."),
        (EngineError("Its sentence."), "Its sentence."),
    ],
)
def test_a_recogniser_that_fails_closes_the_stream(
    raised: BaseException, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with listening([(STARTED,), raised]) as desk:
            desk.connection.say(b"12")
            await desk.connection.until_sent("speech_started")
            desk.connection.say(b"34")
            await desk.running
            assert desk.connection.of_type("error") == [
                {"type": "error", "code": "internal", "message": sentence, "retryable": False, "request_id": "r"}
            ]
            assert desk.connection.closed == (1011, "internal")

    with caplog.at_level(logging.ERROR, "hiwar.asr"):
        run(scenario())
    assert [record.__dict__["request_id"] for record in caplog.records] == ["r"]


def test_a_recogniser_that_cannot_be_opened_closes_the_stream() -> None:
    async def scenario() -> None:
        async with listening(HiwarError(ErrorCode.ENGINE_UNAVAILABLE, "Install it.")) as desk:
            desk.connection.say(b"12")
            await desk.running
            assert desk.connection.closed == (4503, "engine_unavailable")

    run(scenario())


def test_refused_frames_leave_the_stream_usable() -> None:
    async def scenario() -> None:
        async with listening([(FINAL,)]) as desk:
            for frame in ("{", '{"type": []}', '{"type": "louder"}'):
                desk.connection.say(frame)
            await desk.connection.until_sent("error", 3)
            desk.connection.say(b"12")
            desk.connection.say({"type": "finish"})
            await desk.running
            assert desk.connection.types == ["ready", "error", "error", "error", "final", "done"]

    run(scenario())


def test_drain_answers_what_was_heard() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (STARTED,), (FINAL,)]) as desk:
            desk.connection.say(b"12")
            await gate.reached.wait()
            await desk.stream.drain()
            desk.connection.say(b"too late")
            await desk.connection.until(desk.connection.incoming.empty)
            gate.open()
            await desk.running
            assert desk.connection.types == ["ready", "speech_started", "final", "error", "done"]
            assert desk.connection.of_type("error")[0]["code"] == "server_busy"
            assert desk.connection.closed == (1001, "server is stopping")
            assert desk.pipelines[0].accepted == [b"12", "finish"]

    run(scenario())


def test_drain_while_the_peer_is_held_back_lets_go() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (STARTED,), (FINAL,)]) as desk:
            desk.connection.say(b"12")
            await gate.reached.wait()
            desk.connection.say(bytes(2 * TAKEN_MAX_BYTES))
            desk.connection.say(b"waits for room")
            desk.connection.say(b"too late")
            await desk.connection.until(lambda: desk.connection.incoming.qsize() == 1)
            await desk.stream.drain()
            gate.open()
            await desk.running
            assert desk.pipelines[0].accepted == [b"12", bytes(TAKEN_MAX_BYTES), bytes(TAKEN_MAX_BYTES), "finish"]
            assert desk.connection.closed == (1001, "server is stopping")

    run(scenario())


@pytest.mark.parametrize("signed_in", [False, True])
def test_drain_of_a_quiet_connection_closes(signed_in: bool) -> None:
    async def scenario() -> None:
        async with listening(signed_in=signed_in) as desk:
            await desk.stream.drain()
            await desk.running
            assert desk.connection.closed == ((1001, "server is stopping") if signed_in else (4503, "server_busy"))

    run(scenario())


def test_drain_ends_a_stream_whose_peer_is_gone_though_nothing_told_it() -> None:
    async def scenario() -> None:
        async with listening(signed_in=False) as desk:
            desk.connection.vanish()
            await desk.stream.drain()
            await desk.running

    run(scenario())


def test_a_stream_that_is_cancelled_from_outside_frees_everything() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([gate, (STARTED,)]) as desk:
            desk.connection.say(b"12")
            await gate.reached.wait()
            desk.running.cancel()
            gate.open()
            await asyncio.wait([desk.running])
            assert [pipeline.guard.closes for pipeline in desk.pipelines] == [1]

    with pytest.raises(asyncio.CancelledError):
        run(scenario())


def test_audio_over_the_keys_limit_ends_the_stream_after_what_was_heard() -> None:
    async def scenario() -> None:
        limits = replace(UNLIMITED, tokens_per_minute=10)
        async with listening([(STARTED,), (FINAL,)], limits=limits) as desk:
            desk.connection.say(bytes(32_000))
            await desk.connection.until_sent("speech_started")
            desk.connection.say(bytes(32_000))
            await desk.running
            assert desk.connection.types == ["ready", "speech_started", "final", "error"]
            (error,) = desk.connection.of_type("error")
            assert error["code"] == "rate_limit_exceeded"
            assert error["retry_after_ms"] > 0
            assert desk.connection.closed == (4429, "rate_limit_exceeded")

    run(scenario())


@pytest.mark.parametrize("taking", [True, False])
def test_a_stream_that_is_ended_is_over_whether_its_peer_takes_it_or_not(taking: bool) -> None:
    async def scenario() -> None:
        async with listening() as desk:
            await desk.connection.until_sent("ready")
            if not taking:
                desk.connection.taking.clear()
            await desk.stream.end(HiwarError(ErrorCode.UNAUTHORIZED, "No more."))
            await desk.running
            assert desk.connection.closed == ((4401, "unauthorized") if taking else None)

    run(scenario())


def test_what_is_measured() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with listening([(STARTED, PARTIAL), (FINAL, ENDED), gate, ()]) as desk:
            desk.clock.now = 1.0
            desk.connection.say(bytes(64))
            await desk.connection.until_sent("partial")
            desk.clock.now = 1.25
            desk.connection.say(bytes(64))
            await desk.connection.until_sent("speech_ended")
            desk.connection.say(bytes(64))
            await gate.reached.wait()
            desk.connection.say(None)
            desk.clock.now = 2.0
            gate.open()
            await desk.running
            assert sample(desk.metrics, "hiwar_asr_partial_age_seconds_count") == 1
            assert sample(desk.metrics, "hiwar_asr_final_latency_seconds_count") == 1
            assert sample(desk.metrics, "hiwar_asr_audio_seconds_total") == pytest.approx(0.004)
            assert sample(desk.metrics, "hiwar_asr_cancel_to_idle_seconds_count") == 1
            listened = '{engine="ear",pool="listen"} 3.0'
            assert f"hiwar_engine_step_seconds_count{listened}" in desk.metrics.render().decode()
            assert not desk.stream.buffered_s

    run(scenario())
