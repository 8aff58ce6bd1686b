"""What happens on a synthesis connection, request by request. The driver tells it; see `observation`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hiwar.errors import ErrorCode
from hiwar.protocol.effects import Close, Send, SendAudio
from hiwar.protocol.messages import ErrorEvent, SynthesisComplete
from hiwar.serving.outcomes import Outcome, outcome_of
from hiwar.serving.step_observation import StepObservation
from hiwar.vocabulary import SpeechRequest, SynthesisProgress

if TYPE_CHECKING:
    from hiwar.serving.observation import StreamObservation


class SpeechObservation:
    """One connection. `engine_of` tells what speaks for a voice."""

    def __init__(self, stream: "StreamObservation", engine_of: Callable[[str], str]) -> None:
        self._stream = stream
        self._engine_of = engine_of
        self._open: dict[str, RequestObservation] = {}
        self._reason: ErrorCode | None = None
        stream.totals.update(requests=0, characters=0, audio_ms=0)

    def begins(self, request: SpeechRequest) -> "RequestObservation":
        """The turn of a request has come."""
        begun = RequestObservation(self._stream, request, self._engine_of(request.voice))
        self._open[request.request_id] = begun
        return begun

    def told(self, effect: Send | SendAudio | Close) -> None:
        """The client is told this."""
        match effect:
            case Send(message=ErrorEvent(code=code)):
                self._reason = code
                self._stream.error(code)
            case Send(message=SynthesisComplete() as complete):
                self._completed(complete)
            case Close():
                self._stream.closing(effect)
            case _:
                pass

    def idle(self, seconds: float) -> None:
        """Nothing is computed for the connection any more, so long after its end began."""
        for request in self._open.values():
            request.idle(seconds)
            request.end("cancelled", None)
            self._count("cancelled", 0, request.audio_ms)
            self._stream.left()
        self._open.clear()

    def _completed(self, complete: SynthesisComplete) -> None:
        reason, self._reason = self._reason, None
        failed = outcome_of(reason or ErrorCode.INTERNAL)
        outcome = failed if complete.status == "failed" else complete.status
        request = self._open.pop(complete.request_id, None)
        if request is not None:
            request.queued(complete.queue_ms / 1000)
            request.end(outcome, complete)
        self._count(outcome, complete.characters, complete.audio_ms)

    def _count(self, outcome: Outcome, characters: int, audio_ms: float) -> None:
        self._stream.observatory.metrics.speech.requests.labels(outcome).inc()
        totals = self._stream.totals
        totals["requests"] += 1
        totals["characters"] += characters
        totals["audio_ms"] += round(audio_ms)


class RequestObservation:
    """One request from its turn on. What it was asked to speak is not kept."""

    def __init__(self, stream: "StreamObservation", request: SpeechRequest, engine: str) -> None:
        observatory = stream.observatory
        metrics = observatory.metrics
        self.audio_ms = 0.0
        """What was handed out so far."""
        self._observatory = observatory
        self._about = {"request_id": request.request_id, "voice": request.voice, "engine": engine}
        self._labels = engine, request.voice
        self._audio = metrics.speech.audio.labels(engine, request.voice)
        self._first_audio_s: float | None = None
        self._is_idle = False
        self._span = None
        if stream.span is not None:
            about = {**self._about, "language": request.language, "format": str(request.format.encoding)}
            attributes = {f"hiwar.{name}": value for name, value in about.items()}
            self._span = stream.span.child("tts request", observatory.clock(), attributes)
        self.step = StepObservation(metrics, "speak", engine, self._span)

    def first_audio(self, seconds: float, progress: SynthesisProgress) -> None:
        """It has its first audio, so long after its turn, or its first text."""
        self._first_audio_s = seconds
        metrics = self._observatory.metrics.speech
        metrics.first_audio.labels(*self._labels).observe(seconds)
        stages = {
            "wait": self.step.waited_s,
            "text": progress.text_ms / 1000,
            "model": progress.model_ms / 1000,
            "encode": progress.encode_ms / 1000,
        }
        for stage, spent_s in stages.items():
            metrics.stage.labels(*self._labels, stage).observe(spent_s)
        if self._span is not None:
            attributes = {f"hiwar.{stage}_ms": round(spent_s * 1000, 3) for stage, spent_s in stages.items()}
            self._span.event("first audio", self._observatory.clock(), attributes)

    def spoken(self, audio_ms: float) -> None:
        """So much audio has been handed out in all."""
        self._audio.inc((audio_ms - self.audio_ms) / 1000)
        self.audio_ms = audio_ms

    def idle(self, seconds: float) -> None:
        """Nobody waits for it any more, and so long after that nothing is computed for it."""
        if not self._is_idle:
            self._is_idle = True
            self._observatory.metrics.speech.cancel_to_idle.observe(seconds)

    def queued(self, seconds: float) -> None:
        """So long it waited for the requests before it."""
        self._observatory.metrics.speech.stage.labels(*self._labels, "queue").observe(seconds)
        if self._span is not None:
            self._span.set({"hiwar.queue_ms": round(seconds * 1000, 3)})

    def end(self, outcome: Outcome, complete: SynthesisComplete | None) -> None:
        """It is over; `complete` is what its client was told, if anything."""
        known: dict[str, str | int | float] = {"outcome": outcome}
        if complete is not None:
            known |= {"characters": complete.characters, "audio_ms": complete.audio_ms, "encode_ms": complete.encode_ms}
        if self._span is not None:
            self._span.set({**{f"hiwar.{name}": value for name, value in known.items()}, **self.step.sums})
            self._span.end(self._observatory.clock(), failed=outcome == "failed")
        if self._first_audio_s is not None:
            known["first_audio_ms"] = round(self._first_audio_s * 1000, 3)
        self._observatory.log.request_ended({**self._about, **known})
