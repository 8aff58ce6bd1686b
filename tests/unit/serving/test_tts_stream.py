import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, closing
from dataclasses import dataclass, replace
from typing import cast

import pytest

from hiwar.errors import EngineError, ErrorCode, HiwarError
from hiwar.pipelines.settings import SynthesisSettings
from hiwar.pipelines.synthesis import SynthesisPipeline
from hiwar.protocol.effects import TtsEffect
from hiwar.protocol.tts_session import TtsServerSession
from hiwar.serving.keys import UNLIMITED, KeyLimits
from hiwar.serving.metrics import Metrics
from hiwar.serving.tts_stream import TtsStream
from hiwar.serving.workers import Share, Workers
from hiwar.text.feed import Segment, SegmentFeed
from hiwar.vocabulary import SpeechRequest
from support.accounts import open_admission, own_meter
from support.limits import TTS_LIMITS
from support.observing import sample, seen
from support.streams import Gate, HeldClock, QueueConnection, ScriptedSpeech, SpeechStep, Starved, run

NEVER_MS = 1_000_000
SECRET = "what a library said"


@dataclass
class Desk:
    """One connection under test. `pipelines` are those that were opened, in order."""

    stream: TtsStream
    connection: QueueConnection
    workers: Workers
    clock: HeldClock
    pipelines: list[ScriptedSpeech]
    metrics: Metrics
    running: "asyncio.Task[None]"

    @property
    def share(self) -> Share:
        """That of the stream's own steps."""
        return self.stream._meter.share

    def ask(self, request_id: str, **fields: object) -> None:
        self.connection.say({"text": "hi", "request_id": request_id, **fields})

    async def compute_settled(self) -> None:
        """Every step that was asked for has run: with one thread, one of the last priority comes behind them."""
        for _ in range(3):
            await self.workers.run(lambda: None, 1.0)


@asynccontextmanager
async def speaking(
    *scripts: Sequence[SpeechStep] | Exception,
    signed_in: bool = True,
    send_timeout_ms: int = NEVER_MS,
    ahead_max_ms: int = 0,
    limits: KeyLimits = UNLIMITED,
) -> AsyncIterator[Desk]:
    """A running stream whose requests are spoken by the scripts in turn; at the end nothing of it may be left."""
    connection, clock, pipelines, metrics = QueueConnection(), HeldClock(), list[ScriptedSpeech](), Metrics()
    remaining = list(scripts)

    def open_pipeline(request: SpeechRequest, feed: SegmentFeed) -> AbstractContextManager[SynthesisPipeline]:
        script = remaining.pop(0)
        if isinstance(script, Exception):
            raise script
        pipelines.append(ScriptedSpeech(script, feed))
        return closing(cast("SynthesisPipeline", pipelines[-1]))

    async def sign_in(session: TtsServerSession, credential: str) -> tuple[TtsEffect, ...]:
        if credential != "good":
            return session.refused(HiwarError(ErrorCode.UNAUTHORIZED, "No."))
        return session.signed_in(clock())

    made_up = iter(range(100))
    session = TtsServerSession(
        voices=("Yara",), limits=TTS_LIMITS, new_request_id=lambda: f"made-up-{next(made_up)}", now=0.0
    )
    opening = session.signed_in(0.0) if signed_in else ()
    workers = Workers(name="engine", threads=1, niceness=5, waiting_max=8)
    stream = TtsStream(
        session,
        connection,
        sign_in=sign_in,
        meter=own_meter(limits, "tts"),
        admission=open_admission(),
        open_pipeline=open_pipeline,
        workers=workers,
        seen=seen("tts", metrics, clock).speaking(lambda _voice: "tone"),
        settings=SynthesisSettings(text_wait_ms=NEVER_MS, ahead_max_ms=ahead_max_ms),
        clock=clock,
        send_timeout_ms=send_timeout_ms,
    )
    running = asyncio.create_task(stream.run(opening))
    try:
        yield Desk(stream, connection, workers, clock, pipelines, metrics, running)
        connection.say(None)
        await running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.to_thread(workers.close)
    assert [pipeline.guard.closes for pipeline in pipelines] == [1] * len(pipelines)


def test_a_place_is_kept_for_what_was_spoken_and_not_for_what_its_key_may_not() -> None:
    async def scenario() -> None:
        async with speaking([], [b"1" * 100], limits=KeyLimits(tokens_per_minute=3)) as desk:
            desk.ask("a", text="too long")
            await desk.connection.until_sent("synthesis_complete")
            assert desk.stream._place.stays_s is None
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            assert desk.stream._place.stays_s == pytest.approx(30.001)

    run(scenario())


def test_requests_are_spoken_one_after_another() -> None:
    async def scenario() -> None:
        async with speaking([b"1" * 100, b"2" * 200], [b"3" * 100]) as desk:
            desk.ask("a")
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            assert desk.connection.types == [
                "synthesis_started",
                "audio",
                "audio",
                "synthesis_complete",
                "synthesis_started",
                "audio",
                "synthesis_complete",
            ]
            first, second = desk.connection.of_type("synthesis_complete")
            assert (first["request_id"], first["status"], first["audio_ms"], first["characters"]) == ("a", "ok", 3, 3)
            assert (second["request_id"], second["status"], second["audio_ms"]) == ("b", "ok", 1)

    run(scenario())


def test_signing_in_by_the_first_frame_and_asking_at_once() -> None:
    async def scenario() -> None:
        async with speaking([b"1"], signed_in=False) as desk:
            desk.connection.say({"x-api-key": "good"})
            desk.ask("a")
            await desk.connection.until_sent("synthesis_complete")
            assert desk.connection.types == ["synthesis_started", "audio", "synthesis_complete"]

    run(scenario())


def test_a_bad_key_is_told_so_and_closed_on() -> None:
    async def scenario() -> None:
        async with speaking(signed_in=False) as desk:
            desk.connection.say({"x-api-key": "bad"})
            desk.ask("a")
            await desk.running
            assert desk.connection.types == ["error"]
            assert desk.connection.closed == (4401, "unauthorized")
            assert desk.pipelines == []

    run(scenario())


def test_the_sign_in_deadline_closes() -> None:
    async def scenario() -> None:
        async with speaking(signed_in=False) as desk:
            desk.clock.now = 10.0
            await desk.running
            assert desk.connection.closed == (4401, "unauthorized")

    run(scenario())


def test_the_idle_deadline_closes() -> None:
    async def scenario() -> None:
        async with speaking() as desk:
            desk.clock.now = 300.0
            await desk.running
            assert desk.connection.types == ["error"]
            assert desk.connection.closed == (4408, "idle_timeout")

    run(scenario())


def test_cancel_between_two_frames_counts_what_was_sent() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, (bytes(8192),) * 4]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            await desk.connection.until_sent("synthesis_started")
            desk.connection.taking.clear()
            gate.open()
            await desk.connection.until(lambda: desk.connection.sending == 1)
            desk.connection.say({"type": "cancel"})
            await desk.connection.until(desk.connection.incoming.empty)
            desk.connection.taking.set()
            await desk.connection.until_sent("cancelled")
            assert desk.connection.types == ["synthesis_started", "audio", "synthesis_complete", "cancelled"]
            assert desk.connection.of_type("synthesis_complete")[0]["audio_ms"] == 8192 // 100

    run(scenario())


def test_cancel_counts_a_segment_whose_end_came_without_audio() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([b"1" * 100, b"", gate]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            desk.connection.say({"type": "cancel"})
            await desk.connection.until_sent("cancelled")
            gate.open()
            assert desk.connection.of_type("synthesis_complete")[0]["words"] == 2

    run(scenario())


def test_cancel_stops_the_compute_within_one_step() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([b"1" * 100, gate, b"2" * 100, b"3" * 100], [b"4"]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            desk.connection.say({"type": "cancel", "request_id": "a"})
            await desk.connection.until_sent("cancelled")
            desk.ask("a")
            gate.open()
            await desk.connection.until_sent("synthesis_complete", 2)
            assert desk.connection.types == [
                "synthesis_started",
                "audio",
                "synthesis_complete",
                "cancelled",
                "synthesis_started",
                "audio",
                "synthesis_complete",
            ]
            assert desk.connection.sent[1::4] == [b"1" * 100, b"4"]
            cancelled, spoken = desk.connection.of_type("synthesis_complete")
            assert (cancelled["status"], cancelled["audio_ms"]) == ("cancelled", 1)
            assert spoken["status"] == "ok"
            assert [pipeline.guard.steps for pipeline in desk.pipelines] == [2, 2]

    run(scenario())


def test_cancel_of_a_request_that_waits_computes_nothing_of_it() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, b"1"], [b"2"]) as desk:
            for request_id in ("a", "b", "c"):
                desk.ask(request_id)
            await gate.reached.wait()
            desk.connection.say({"type": "cancel", "request_id": "b"})
            await desk.connection.until_sent("cancelled")
            gate.open()
            await desk.connection.until_sent("synthesis_complete", 3)
            ended = [(m["request_id"], m["status"]) for m in desk.connection.of_type("synthesis_complete")]
            assert ended == [("b", "cancelled"), ("a", "ok"), ("c", "ok")]

    run(scenario())


def test_requests_that_are_cancelled_while_a_step_runs_leave_nothing_to_work_off() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate], [b"1"]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            for _ in range(100):
                desk.connection.say({"type": "cancel"})
                desk.ask("b")
            await desk.connection.until_sent("synthesis_started", 101)
            gate.open()
            await desk.connection.until_sent("synthesis_complete", 101)
            ended = [m["status"] for m in desk.connection.of_type("synthesis_complete")]
            assert ended == ["cancelled"] * 100 + ["ok"]
            assert len(desk.pipelines) == 2

    run(scenario())


def test_a_cancel_right_behind_the_end_of_the_request_before_stops_the_right_one() -> None:
    """The end of `a` begins `b` while the peer is slow: the cancel of `b` overtakes neither its start nor its stop."""

    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate], [b"4"]) as desk:
            desk.ask("a")
            desk.ask("b")
            await gate.reached.wait()
            await desk.connection.until(desk.connection.incoming.empty)
            desk.connection.taking.clear()
            gate.open()
            await desk.connection.until(lambda: desk.connection.sending == 1)
            desk.connection.say({"type": "cancel"})
            await desk.connection.until(desk.connection.incoming.empty)
            desk.connection.taking.set()
            desk.ask("c")
            await desk.connection.until_sent("synthesis_complete", 3)
            said = [(m["type"], m.get("request_id")) for m in desk.connection.sent if isinstance(m, dict)]
            assert said == [
                ("synthesis_started", "a"),
                ("synthesis_complete", "a"),
                ("synthesis_started", "b"),
                ("synthesis_complete", "b"),
                ("cancelled", None),
                ("synthesis_started", "c"),
                ("synthesis_complete", "c"),
            ]
            assert desk.connection.sent[-2] == b"4"
            assert [pipeline.guard.steps for pipeline in desk.pipelines] == [1, 2]

    run(scenario())


def test_a_peer_that_vanishes_while_a_step_runs_frees_everything_after_that_step() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, b"1", b"2"], [b"3"]) as desk:
            desk.ask("a")
            desk.ask("b")
            await gate.reached.wait()
            desk.connection.say(None)
            await desk.connection.until(desk.connection.incoming.empty)
            gate.open()
            await desk.running
            (pipeline,) = desk.pipelines
            assert (pipeline.guard.steps, pipeline.guard.closes) == (1, 1)
            assert desk.connection.types == ["synthesis_started"]
            assert desk.workers.waiting == 0

    run(scenario())


def test_a_send_that_finds_the_peer_gone_frees_everything() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, b"1", b"2"]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            desk.connection.vanish()
            gate.open()
            await desk.running
            assert [pipeline.guard.closes for pipeline in desk.pipelines] == [1]

    run(scenario())


def test_a_stream_that_is_cancelled_from_outside_frees_everything() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, b"1", b"2"]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            desk.running.cancel()
            gate.open()
            await asyncio.wait([desk.running])
            assert [pipeline.guard.closes for pipeline in desk.pipelines] == [1]

    with pytest.raises(asyncio.CancelledError):
        run(scenario())


def test_compute_pauses_while_the_reader_is_slow() -> None:
    async def scenario() -> None:
        async with speaking([b"1", b"2", b"3"]) as desk:
            desk.ask("a")
            await desk.connection.until_sent("synthesis_started")
            await desk.connection.until(lambda: desk.connection.types.count("audio") == 1)
            desk.connection.taking.clear()
            await desk.connection.until(lambda: desk.connection.sending == 1)
            steps = desk.pipelines[0].guard.steps
            await desk.compute_settled()
            assert desk.pipelines[0].guard.steps == steps < 4
            desk.connection.taking.set()
            await desk.connection.until_sent("synthesis_complete")
            assert desk.pipelines[0].guard.steps == 4

    run(scenario())


def test_a_reader_that_takes_nothing_for_too_long_is_cut_off() -> None:
    async def scenario() -> None:
        async with speaking([b"1", b"2"], send_timeout_ms=1) as desk:
            desk.connection.taking.clear()
            desk.ask("a")
            await desk.running
            assert desk.connection.sent == []
            assert desk.connection.closed is None

    run(scenario())


@pytest.mark.parametrize("raised", [ValueError(SECRET), StopIteration(), SystemExit(SECRET)])
def test_a_request_that_fails_is_told_by_a_fixed_sentence_and_the_next_is_spoken(
    raised: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with speaking([b"1" * 100, raised], [b"2"]) as desk:
            desk.ask("a")
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            (error,) = desk.connection.of_type("error")
            assert error == {
                "type": "error",
                "code": "internal",
                "message": "The server failed on this request and logged it; try again.",
                "retryable": False,
                "request_id": "a",
            }
            failed, spoken = desk.connection.of_type("synthesis_complete")
            assert (failed["status"], failed["audio_ms"], spoken["status"]) == ("failed", 1, "ok")

    with caplog.at_level(logging.ERROR, "hiwar.tts"):
        run(scenario())
    assert [record.__dict__["request_id"] for record in caplog.records] == ["a"]


def test_an_engines_own_sentence_is_told() -> None:
    async def scenario() -> None:
        async with speaking([EngineError("Its sentence.")]) as desk:
            desk.ask("a")
            await desk.connection.until_sent("synthesis_complete")
            assert desk.connection.of_type("error")[0]["message"] == "Its sentence."

    run(scenario())


def test_a_pipeline_that_cannot_be_opened_fails_its_request_alone() -> None:
    async def scenario() -> None:
        async with speaking(HiwarError(ErrorCode.ENGINE_UNAVAILABLE, "Install it."), [b"1"]) as desk:
            desk.ask("a")
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            assert [m["status"] for m in desk.connection.of_type("synthesis_complete")] == ["failed", "ok"]

    run(scenario())


def test_too_many_steps_fail_the_request_as_busy() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([b"1"], [b"2"]) as desk:
            others = [asyncio.create_task(desk.workers.run(gate, 0.0))]
            await gate.reached.wait()
            while desk.workers.waiting < 8:
                others.append(asyncio.create_task(desk.workers.run(lambda: None, 1.0)))
                await asyncio.sleep(0)  # each takes its place in the queue
            desk.ask("a")
            await desk.connection.until_sent("synthesis_complete")
            assert desk.connection.of_type("error")[0]["code"] == "server_busy"
            gate.open()
            await asyncio.gather(*others)
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            assert desk.connection.of_type("synthesis_complete")[1]["status"] == "ok"

    run(scenario())


def test_an_error_of_a_request_that_nobody_waits_for_is_not_told() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, ValueError(SECRET)], [b"1"]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            desk.connection.say({"type": "cancel"})
            await desk.connection.until_sent("cancelled")
            gate.open()
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            assert desk.connection.of_type("error") == []

    run(scenario())


def test_drain_finishes_what_is_spoken_and_closes() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([b"1", gate, b"2"], [b"3"]) as desk:
            desk.ask("a")
            desk.ask("b")
            await gate.reached.wait()
            await desk.stream.drain()
            gate.open()
            await desk.running
            assert desk.connection.types == [
                "synthesis_started",
                "audio",
                "audio",
                "synthesis_complete",
                "error",
                "synthesis_complete",
            ]
            spoken, refused = desk.connection.of_type("synthesis_complete")
            assert (refused["request_id"], refused["status"]) == ("b", "failed")
            assert (spoken["request_id"], spoken["status"]) == ("a", "ok")
            assert desk.connection.closed == (1001, "server is stopping")

    run(scenario())


@pytest.mark.parametrize("signed_in", [False, True])
def test_drain_of_a_quiet_connection_closes_at_once(signed_in: bool) -> None:
    async def scenario() -> None:
        async with speaking(signed_in=signed_in) as desk:
            await desk.stream.drain()
            await desk.running
            assert desk.connection.closed == ((1001, "server is stopping") if signed_in else (4503, "server_busy"))

    run(scenario())


def test_drain_ends_a_stream_whose_peer_is_gone_though_nothing_told_it() -> None:
    async def scenario() -> None:
        async with speaking() as desk:
            desk.connection.vanish()
            await desk.stream.drain()
            await desk.running

    run(scenario())


def test_a_transport_that_breaks_its_promise_ends_the_stream_with_its_error() -> None:
    async def scenario() -> None:
        async with speaking([b"1"]) as desk:
            desk.connection.failure = ValueError("not PeerGoneError")
            desk.ask("a")
            await asyncio.wait([desk.running])
            error = desk.running.exception()
            assert isinstance(error, ExceptionGroup)

    with pytest.raises(ExceptionGroup):
        run(scenario())


def test_text_piece_by_piece_reaches_the_feed_and_wakes_a_starved_pipeline() -> None:
    async def scenario() -> None:
        async with speaking([Starved(), b"1" * 100, Starved(), b"2" * 100]) as desk:
            desk.connection.say({"type": "start", "request_id": "a"})
            await desk.connection.until_sent("synthesis_started")
            await desk.compute_settled()
            assert [pipeline.guard.steps for pipeline in desk.pipelines] == [1]
            desk.connection.say({"type": "text", "text": "Hello there. "})
            await desk.connection.until(lambda: desk.connection.types.count("audio") == 1)
            await desk.compute_settled()
            assert desk.pipelines[0].guard.steps == 3
            desk.connection.say({"type": "finish"})
            await desk.connection.until_sent("synthesis_complete")
            assert desk.connection.types == ["synthesis_started", "audio", "audio", "synthesis_complete"]
            feed = desk.pipelines[0].feed
            found = feed.next(0.0)
            assert isinstance(found, Segment)
            assert found.text == "Hello there."
            assert feed.next(0.0) is None
            assert feed.finished

    run(scenario())


def test_a_starved_pipeline_goes_on_when_what_is_held_has_waited_long_enough() -> None:
    async def scenario() -> None:
        async with speaking([Starved(resumes_s=0.01), b"1"]) as desk:
            desk.connection.say({"type": "start"})
            await desk.connection.until(lambda: "audio" in desk.connection.types)
            desk.connection.say({"type": "cancel"})
            await desk.connection.until_sent("cancelled")

    run(scenario())


def test_cancel_of_a_starved_request_ends_it() -> None:
    async def scenario() -> None:
        async with speaking([Starved(), b"1"], [b"2"]) as desk:
            desk.connection.say({"type": "start", "request_id": "a"})
            await desk.connection.until_sent("synthesis_started")
            await desk.compute_settled()
            desk.connection.say({"type": "cancel"})
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            ended = [(m["request_id"], m["status"]) for m in desk.connection.of_type("synthesis_complete")]
            assert ended == [("a", "cancelled"), ("b", "ok")]

    run(scenario())


def test_what_is_measured() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, b"1" * 200], [b"1", gate]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            desk.clock.now = 0.03
            gate.open()
            await desk.connection.until_sent("synthesis_complete")
            assert sample(desk.metrics, "hiwar_tts_first_audio_seconds_sum") == pytest.approx(0.03)
            assert sample(desk.metrics, "hiwar_tts_audio_seconds_total") == pytest.approx(0.002)
            assert sample(desk.metrics, "hiwar_tts_cancel_to_idle_seconds_count") == 0

    run(scenario())


def test_the_time_from_cancel_to_idle_is_measured() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, b"1"], [b"2"]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            desk.connection.say({"type": "cancel"})
            await desk.connection.until_sent("cancelled")
            desk.clock.now = 0.007
            gate.open()
            desk.ask("b")  # begins when nothing of the other runs any more
            await desk.connection.until_sent("synthesis_complete", 2)
            assert sample(desk.metrics, "hiwar_tts_cancel_to_idle_seconds_sum") == pytest.approx(0.007)

    run(scenario())


def test_a_step_that_still_waits_for_a_thread_is_not_run_once_its_request_is_cancelled() -> None:
    async def scenario() -> None:
        async with speaking([b"1"], [b"2"]) as desk:
            gate = Gate()
            other = asyncio.create_task(desk.workers.run(gate, 0.0))
            await gate.reached.wait()
            desk.ask("a")
            while desk.workers.waiting < 1:  # noqa: ASYNC110 - the queue has nothing to wait on
                await asyncio.sleep(0)
            desk.connection.say({"type": "cancel"})
            await desk.connection.until_sent("cancelled")
            while desk.workers.waiting:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0)
            gate.open()
            await other
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            assert [pipeline.guard.steps for pipeline in desk.pipelines] == [0, 2]

    run(scenario())


def test_a_client_that_leaves_in_mid_speech_is_measured_too() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([b"1" * 3000, gate, b"2"]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            desk.connection.say(None)
            gate.open()
            await desk.running
            assert sample(desk.metrics, "hiwar_tts_audio_seconds_total") == pytest.approx(0.03)
            assert sample(desk.metrics, "hiwar_tts_first_audio_seconds_count") == 1
            assert sample(desk.metrics, "hiwar_tts_cancel_to_idle_seconds_count") == 1

    run(scenario())


def test_first_audio_goes_behind_those_who_are_about_to_hear_a_gap_and_before_all_others() -> None:
    async def scenario() -> None:
        held, order = Gate(), list[str]()
        async with speaking([b"1" * 100]) as desk:
            waiting = [asyncio.create_task(desk.workers.run(held, 0.0, desk.share))]
            await held.reached.wait()
            desk.clock.now = 7.0
            desk.ask("a")
            while desk.workers.waiting < 1:  # noqa: ASYNC110 - the queue has nothing to wait on
                await asyncio.sleep(0)
            desk.pipelines[0].guard.told = order
            for name, deadline_s in (("plays on", 7.2), ("runs out", 7.1)):
                step = functools.partial(order.append, name)
                waiting.append(asyncio.create_task(desk.workers.run(step, deadline_s, desk.share)))
            while desk.workers.waiting < 3:  # noqa: ASYNC110 - the queue has nothing to wait on
                await asyncio.sleep(0)
            held.open()
            await asyncio.gather(*waiting)
            await desk.connection.until_sent("synthesis_complete")
            # The step behind it, which ends the request, may come before the third.
            assert order.index("runs out") < order.index("step") < order.index("plays on")

    run(scenario())


def test_the_next_step_goes_behind_those_whose_listeners_run_out_earlier() -> None:
    async def scenario() -> None:
        first, held = Gate(), Gate()
        async with speaking([first, b"1" * 100, b"2" * 100]) as desk:
            desk.ask("a")
            await first.reached.wait()
            desk.pipelines[0].played_until_s = 5.0
            order: list[str] = []
            waiting = [asyncio.create_task(desk.workers.run(held, 0.0, desk.share))]
            first.open()
            await held.reached.wait()
            await desk.connection.until(lambda: desk.connection.types.count("audio") == 1)
            for name, deadline_s in (("later", 6.0), ("sooner", 4.0)):
                step = functools.partial(order.append, name)
                waiting.append(asyncio.create_task(desk.workers.run(step, deadline_s, desk.share)))
            while desk.workers.waiting < 3:  # noqa: ASYNC110 - the queue has nothing to wait on
                await asyncio.sleep(0)
            desk.pipelines[0].guard.told = order
            held.open()
            await asyncio.gather(*waiting)
            await desk.connection.until_sent("synthesis_complete")
            assert order.index("sooner") < order.index("step") < order.index("later")

    run(scenario())


@pytest.mark.parametrize("piecewise", [False, True])
def test_a_stream_is_computed_no_further_ahead_than_it_may_be(piecewise: bool) -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, b"1" * 100, b"2" * 100], ahead_max_ms=1000) as desk:
            desk.connection.say({"type": "start"} if piecewise else {"text": "hi"})
            await gate.reached.wait()
            desk.pipelines[0].played_until_s = 3.0
            gate.open()
            await desk.connection.until(lambda: "audio" in desk.connection.types)
            if piecewise:
                desk.connection.say({"type": "text", "text": "more"})
                await desk.connection.until(desk.connection.incoming.empty)
            await desk.compute_settled()
            assert desk.pipelines[0].guard.steps == 1
            desk.connection.say({"type": "cancel"})
            await desk.connection.until_sent("cancelled")

    run(scenario())


def tokens_a_minute(count: int) -> KeyLimits:
    return replace(UNLIMITED, tokens_per_minute=count)


def test_a_text_over_the_keys_limit_is_refused_and_the_connection_stays_usable() -> None:
    async def scenario() -> None:
        async with speaking([b"1" * 100], [b"2" * 100], limits=tokens_a_minute(5)) as desk:
            desk.ask("a", text="sixsix")
            desk.ask("b", text="five!")
            await desk.connection.until_sent("synthesis_complete", 2)
            (error,) = desk.connection.of_type("error")
            told = (error["code"], error["request_id"], error["retryable"])
            assert told == ("rate_limit_exceeded", "a", False)
            assert [m["status"] for m in desk.connection.of_type("synthesis_complete")] == ["failed", "ok"]
            assert desk.pipelines[0].guard.steps == 0

    run(scenario())


def test_a_request_over_the_keys_limit_is_refused_before_a_pipeline_is_opened() -> None:
    async def scenario() -> None:
        async with speaking([b"1" * 100], limits=replace(UNLIMITED, requests_per_minute=1)) as desk:
            desk.ask("a")
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            assert [m["code"] for m in desk.connection.of_type("error")] == ["rate_limit_exceeded"]
            assert len(desk.pipelines) == 1

    run(scenario())


def test_text_in_pieces_is_refused_where_the_limit_is_passed_and_the_connection_stays_usable() -> None:
    async def scenario() -> None:
        async with speaking([b"1" * 100, Starved()], [b"2" * 100], limits=tokens_a_minute(8)) as desk:
            desk.connection.say({"type": "start", "request_id": "a"})
            desk.connection.say({"type": "text", "text": "five!"})
            await desk.connection.until(lambda: "audio" in desk.connection.types)
            desk.connection.say({"type": "text", "text": "and 5"})
            await desk.connection.until_sent("synthesis_complete")
            (failed,) = desk.connection.of_type("synthesis_complete")
            assert (failed["status"], failed["audio_ms"]) == ("failed", 1)
            desk.connection.say({"type": "text", "text": "late"})
            desk.connection.say({"type": "finish"})
            desk.ask("b")
            await desk.connection.until_sent("synthesis_complete", 2)
            assert [m["code"] for m in desk.connection.of_type("error")] == ["rate_limit_exceeded"]
            assert desk.connection.of_type("synthesis_complete")[1]["status"] == "ok"

    run(scenario())


def test_a_stream_that_is_ended_says_why_and_computes_no_more() -> None:
    async def scenario() -> None:
        gate = Gate()
        async with speaking([gate, b"1" * 100, b"2" * 100]) as desk:
            desk.ask("a")
            await gate.reached.wait()
            await desk.stream.end(HiwarError(ErrorCode.UNAUTHORIZED, "No more."))
            gate.open()
            await desk.running
            assert desk.connection.types == ["synthesis_started", "error"]
            assert desk.connection.closed == (4401, "unauthorized")
            assert desk.pipelines[0].guard.steps == 1
            await desk.stream.end(HiwarError(ErrorCode.UNAUTHORIZED, "No more."))

    run(scenario())


def test_a_stream_whose_peer_takes_nothing_is_ended_all_the_same() -> None:
    async def scenario() -> None:
        async with speaking([b"1" * 100]) as desk:
            desk.connection.taking.clear()
            desk.ask("a")
            await desk.connection.until(lambda: desk.connection.sending > 0)
            await desk.stream.end(HiwarError(ErrorCode.UNAUTHORIZED, "No more."))
            await desk.running

    run(scenario())
