"""What is told of a stream, and what is known of it then: metrics, spans and the log line."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.effects import Close, Send, error_event, fatal
from hiwar.protocol.messages import Done, Final, Partial, SynthesisComplete
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.keys import Principal
from hiwar.serving.metrics import Metrics
from hiwar.serving.observation import REQUEST_ID, Observatory, StreamObservation
from hiwar.serving.speech_observation import SpeechObservation
from hiwar.serving.tracing import Attributes
from hiwar.serving.workers import StepTimes
from hiwar.vocabulary import SpeechRequest, SynthesisProgress
from support.streams import HeldClock

REFUSED = HiwarError(ErrorCode.INVALID_VOICE, "No such voice.")
FAILED = HiwarError(ErrorCode.INTERNAL, "It failed.")
BUSY = HiwarError(ErrorCode.SERVER_BUSY, "Too much.")


@dataclass
class WrittenSpan:
    """A span, and those below it."""

    name: str
    attributes: dict[str, object]
    children: "list[WrittenSpan]" = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    ended: int = 0
    failed: bool = False

    def child(self, name: str, began_s: float, attributes: Attributes) -> "WrittenSpan":
        self.children.append(WrittenSpan(name, dict(attributes)))
        return self.children[-1]

    def event(self, name: str, at_s: float, attributes: Attributes) -> None:
        self.events.append(name)

    def set(self, attributes: Attributes) -> None:
        self.attributes |= attributes

    def end(self, at_s: float, *, failed: bool = False) -> None:
        self.ended += 1
        self.failed = failed


class Notebook:
    """A tracer that keeps what it is told."""

    def __init__(self) -> None:
        self.spans: list[WrittenSpan] = []

    def begin(self, name: str, began_s: float, headers: Mapping[str, str], attributes: Attributes) -> WrittenSpan:
        self.spans.append(WrittenSpan(name, dict(attributes)))
        return self.spans[-1]

    async def close(self) -> None:
        pass


class Desk:
    """An observatory in held time."""

    def __init__(self) -> None:
        self.clock, self.metrics, self.traces = HeldClock(), Metrics(), Notebook()
        self.observatory = Observatory(self.metrics, self.clock, self.traces)

    def stream(self, service: Any = "tts", transport: Any = "websocket") -> Any:
        return self.observatory.stream(service, transport, "r", {})

    def samples(self, name: str) -> dict[str, float]:
        """Of one metric, by its labels."""
        found = {}
        for line in self.metrics.render().decode().splitlines():
            if line.startswith((f"{name} ", f"{name}{{")):
                labels, value = line.removeprefix(name).rsplit(" ", 1)
                found[labels] = float(value)
        return found


@pytest.fixture
def desk() -> Desk:
    return Desk()


def ended(outcome: str, service: str = "tts") -> dict[str, float]:
    return {f'{{outcome="{outcome}",service="{service}",transport="websocket"}}': 1.0}


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (None, "ok"),
        (REFUSED, "refused"),
        (BUSY, "refused"),
        (FAILED, "failed"),
        (ValueError(), "failed"),
        (PeerGoneError(), "cancelled"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
def test_how_a_stream_ended(desk: Desk, raised: BaseException | None, outcome: str) -> None:
    def scenario() -> None:
        with desk.stream():
            if raised is not None:
                raise raised

    if raised is None:
        scenario()
    else:
        with pytest.raises(type(raised)):
            scenario()
    assert desk.samples("hiwar_streams_total") == ended(outcome)
    (span,) = desk.traces.spans
    assert (span.name, span.ended, span.failed) == ("tts stream", 1, outcome == "failed")
    assert span.attributes["hiwar.outcome"] == outcome


def test_it_is_open_from_its_sign_in_to_its_end(desk: Desk) -> None:
    labels = '{service="tts",transport="websocket"}'
    with desk.stream() as seen:
        assert desk.samples("hiwar_streams_open") == {}
        seen.signed_in(Principal("id", "anyone"))
        assert desk.samples("hiwar_streams_open") == {labels: 1.0}
    assert desk.samples("hiwar_streams_open") == {labels: 0.0}


def test_an_error_that_is_told_and_then_raised_is_one(desk: Desk) -> None:
    with contextlib.suppress(HiwarError), desk.stream() as seen:
        seen.speaking(lambda _voice: "tone").told(error_event(REFUSED))
        raise REFUSED
    assert desk.samples("hiwar_errors_total") == {'{reason="invalid_voice",service="tts",transport="websocket"}': 1.0}


def test_a_close_with_an_error_ends_the_stream_by_it(desk: Desk) -> None:
    with desk.stream("asr") as seen:
        hearing = seen.hearing(listens="ear", hears="tone")
        for effect in fatal(HiwarError(ErrorCode.IDLE_TIMEOUT, "Too late.")):
            hearing.told(effect)
        hearing.idle(0.0)
    assert desk.samples("hiwar_streams_total") == ended("refused", "asr")
    assert desk.traces.spans[0].attributes["hiwar.reason"] == "idle_timeout"


def test_the_stages_of_a_stream_are_spans(desk: Desk) -> None:
    with contextlib.suppress(HiwarError), desk.stream() as seen:
        with seen.stage("sign in"):
            pass
        with seen.stage("quota"):
            raise REFUSED
    assert [(span.name, span.ended, span.failed) for span in desk.traces.spans[0].children] == [
        ("sign in", 1, False),
        ("quota", 1, True),
    ]


def test_the_log_has_a_line_for_each_stream(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "hiwar.streams"), desk.stream() as seen:
        seen.signed_in(Principal("id", "anyone"))
        speech = begun(seen)
        speech.told(Send(SynthesisComplete("a", "ok", audio_ms=700, characters=5)))
        desk.clock.now = 1.5
    (record,) = caplog.records
    assert record.getMessage() == "stream ended"
    known = {name: vars(record)[name] for name in ("service", "transport", "request_id", "key_id", "outcome")}
    assert known == {"service": "tts", "transport": "websocket", "request_id": "r", "key_id": "id", "outcome": "ok"}
    counts = {name: vars(record)[name] for name in ("duration_ms", "requests", "characters", "audio_ms")}
    assert counts == {"duration_ms": 1500, "requests": 1, "characters": 5, "audio_ms": 700}


def test_tasks_of_a_stream_know_its_request_id(desk: Desk) -> None:
    async def scenario() -> None:
        async def task() -> str | None:
            return REQUEST_ID.get()

        with desk.stream():
            assert await asyncio.create_task(task()) == "r"
        assert REQUEST_ID.get() is None

    asyncio.run(scenario())


def begun(seen: StreamObservation, *request_ids: str) -> SpeechObservation:
    speech = seen.speaking(lambda voice: f"engine of {voice}")
    for request_id in request_ids or ("a",):
        speech.begins(SpeechRequest(request_id, "said", voice="Yara"))
    return speech


@pytest.mark.parametrize(
    ("error", "status", "outcome"),
    [
        (None, "ok", "ok"),
        (None, "cancelled", "cancelled"),
        (REFUSED, "failed", "refused"),
        (BUSY, "failed", "refused"),
        (FAILED, "failed", "failed"),
    ],
)
@pytest.mark.parametrize("its_turn_came", [True, False])
def test_how_a_request_ended(
    desk: Desk, error: HiwarError | None, status: Any, outcome: str, its_turn_came: bool
) -> None:
    with desk.stream() as seen:
        speech = begun(seen) if its_turn_came else seen.speaking(lambda _voice: "tone")
        if error is not None:
            speech.told(error_event(error, "a"))
        speech.told(Send(SynthesisComplete("a", status)))
        speech.idle(0.5)
    assert desk.samples("hiwar_tts_requests_total") == {f'{{outcome="{outcome}"}}': 1.0}
    assert desk.samples("hiwar_streams_total") == ended("ok")
    assert [span.ended for span in desk.traces.spans[0].children] == [1] * its_turn_came
    assert desk.samples("hiwar_tts_cancel_to_idle_seconds_count") == {"": 0.0}


def test_a_client_that_leaves_cancels_what_is_spoken_to_it(desk: Desk) -> None:
    with desk.stream() as seen:
        begun(seen).idle(0.02)
    assert desk.samples("hiwar_tts_requests_total") == {'{outcome="cancelled"}': 1.0}
    assert desk.samples("hiwar_tts_cancel_to_idle_seconds_sum") == {"": 0.02}
    assert desk.samples("hiwar_streams_total") == ended("cancelled")
    assert desk.traces.spans[0].children[0].ended == 1


def test_what_is_idle_already_is_not_measured_again(desk: Desk) -> None:
    with desk.stream() as seen:
        speech = seen.speaking(lambda _voice: "tone")
        speech.begins(SpeechRequest("a", "said")).idle(0.02)
        speech.idle(5.0)
    assert desk.samples("hiwar_tts_cancel_to_idle_seconds_sum") == {"": 0.02}


def test_first_audio_and_what_it_waited_for(desk: Desk) -> None:
    with desk.stream() as seen:
        speech = seen.speaking(lambda _voice: "tone")
        request = speech.begins(SpeechRequest("a", "said", voice="Yara"))
        request.step(StepTimes(0.0, 0.25, 0.75, 0.5))
        request.first_audio(1.0, SynthesisProgress(text_ms=10, model_ms=20, encode_ms=30))
        request.step(StepTimes(1.0, 3.0, 4.0, 1.0))
        request.spoken(1000)
        request.spoken(2500)
        speech.told(Send(SynthesisComplete("a", "ok", queue_ms=40)))
    voice = 'engine="tone"'
    stages = desk.samples("hiwar_tts_stage_seconds_sum")
    assert stages == {
        f'{{{voice},stage="{stage}",voice="Yara"}}': spent_s
        for stage, spent_s in {"wait": 0.25, "text": 0.01, "model": 0.02, "encode": 0.03, "queue": 0.04}.items()
    }
    assert desk.samples("hiwar_tts_first_audio_seconds_sum") == {f'{{{voice},voice="Yara"}}': 1.0}
    assert desk.samples("hiwar_tts_audio_seconds_total") == {f'{{{voice},voice="Yara"}}': 2.5}
    assert desk.samples("hiwar_engine_step_seconds_sum") == {f'{{{voice},pool="speak"}}': 1.5}
    assert desk.samples("hiwar_engine_step_wait_seconds_sum") == {f'{{{voice},pool="speak"}}': 2.25}
    (span,) = desk.traces.spans[0].children
    assert span.events == ["first audio"]
    assert (span.attributes["hiwar.speak.steps"], span.attributes["hiwar.speak.ran_ms"]) == (2, 1500.0)


def test_a_trace_has_few_spans_however_many_steps_there_are(desk: Desk) -> None:
    told: list[StepTimes] = []
    with desk.stream() as seen:
        speech = seen.speaking(lambda _voice: "tone")
        observe = speech.begins(SpeechRequest("a", "said")).step.followed_by(told.append)
        for _ in range(1000):
            observe(StepTimes(0.0, 0.0, 0.001, 0.001))
        speech.told(Send(SynthesisComplete("a", "ok")))
    (span,) = desk.traces.spans[0].children
    assert len(span.children) == 4
    assert span.attributes["hiwar.speak.steps"] == len(told) == 1000


PARTIAL = Partial("r", 0, "he", "", 0.5, "en", 0, 500, 120)
FINAL = Final("r", 0, "hello", 0.9, "en", 0, 1000, 0)


def hear(desk: Desk, transport: str) -> None:
    """A second of speech and one of silence, as it is spoken; the final comes 200 ms later."""
    with desk.stream("asr", transport) as seen:
        hearing = seen.hearing(listens="ear", hears="tone")
        for hundredths in range(5, 205, 5):
            desk.clock.now = hundredths / 100
            hearing.heard(hundredths * 10, desk.clock.now)
        hearing.told(Send(PARTIAL))
        desk.clock.now = 2.2
        hearing.told(Send(FINAL))
        hearing.told(Send(Done("r", 2000, 1)))
        hearing.told(Close(1000, "done"))
        hearing.idle(0.0)


def test_how_old_partials_are_and_how_late_a_final_is(desk: Desk) -> None:
    hear(desk, "websocket")
    assert desk.samples("hiwar_asr_partial_age_seconds_sum") == {'{engine="tone"}': 0.12}
    assert desk.samples("hiwar_asr_final_latency_seconds_sum") == {'{engine="tone"}': pytest.approx(1.2)}
    assert desk.samples("hiwar_asr_audio_seconds_total") == {'{engine="tone"}': pytest.approx(2.0)}
    assert desk.samples("hiwar_asr_utterances_total") == {'{engine="tone"}': 1.0}
    assert desk.samples("hiwar_streams_total") == ended("ok", "asr")
    assert desk.samples("hiwar_asr_cancel_to_idle_seconds_count") == {"": 0.0}


def test_nobody_waits_for_what_a_file_says(desk: Desk) -> None:
    hear(desk, "rest")
    assert desk.samples("hiwar_asr_partial_age_seconds_count") == {'{engine="tone"}': 0.0}
    assert desk.samples("hiwar_asr_final_latency_seconds_count") == {'{engine="tone"}': 0.0}
    assert desk.samples("hiwar_asr_utterances_total") == {'{engine="tone"}': 1.0}


def test_a_client_that_leaves_in_mid_stream_is_measured(desk: Desk) -> None:
    with desk.stream("asr") as seen:
        hearing = seen.hearing(listens="ear", hears="tone")
        hearing.heard(100, 0.1)
        hearing.idle(0.05)
    assert desk.samples("hiwar_asr_cancel_to_idle_seconds_sum") == {"": 0.05}
    assert desk.samples("hiwar_streams_total") == ended("cancelled", "asr")


def test_who_was_refused_or_said_nothing_is_no_cancel(desk: Desk) -> None:
    with desk.stream("asr") as seen:
        refused = seen.hearing(listens="ear", hears="tone")
        refused.heard(100, 0.1)
        for effect in fatal(BUSY):
            refused.told(effect)
        refused.idle(0.0)
        seen.hearing(listens="ear", hears="tone").idle(0.0)
    assert desk.samples("hiwar_asr_cancel_to_idle_seconds_count") == {"": 0.0}


def test_a_stream_of_hours_has_few_events_in_its_trace(desk: Desk) -> None:
    with desk.stream("asr") as seen:
        hearing = seen.hearing(listens="ear", hears="tone")
        for _ in range(1000):
            hearing.told(Send(FINAL))
        hearing.idle(0.0)
    assert len(desk.traces.spans[0].events) == 32
