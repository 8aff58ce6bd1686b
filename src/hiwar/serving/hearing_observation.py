"""What happens on a recognition stream. The driver tells it; see `observation`."""

from bisect import bisect_left
from collections import deque
from typing import TYPE_CHECKING

from hiwar.protocol.effects import Close, Send
from hiwar.protocol.messages import ErrorEvent, Final, Partial
from hiwar.serving.step_observation import StepObservation

if TYPE_CHECKING:
    from hiwar.serving.observation import StreamObservation

_EVENTS_MAX = 32
"""In a trace of one stream, which may last for hours."""
_ARRIVALS_MAX = 1024
_ARRIVALS_APART_MS = 20
"""Arrivals are remembered for 20 s of audio at least: a final comes sooner after the end of its speech."""


class HearingObservation:
    """One stream. `listens` is the engine that finds speech in it, `hears` the one that decodes it."""

    def __init__(self, stream: "StreamObservation", *, listens: str, hears: str) -> None:
        self._stream = stream
        observatory = stream.observatory
        self._observatory = observatory
        metrics = observatory.metrics
        self.listening = StepObservation(metrics, "listen", listens, stream.span)
        self.hearing = StepObservation(metrics, "hear", hears, stream.span)
        self._audio = metrics.hearing.audio.labels(hears)
        self._utterances = metrics.hearing.utterances.labels(hears)
        self._partial_age = metrics.hearing.partial_age.labels(hears)
        self._final_latency = metrics.hearing.final_latency.labels(hears)
        # A file has nobody who waits for what was just said.
        self._is_live = stream.transport != "rest"
        self._is_closed = False
        self._events = 0
        self._heard_ms = 0
        # Until where in the stream the audio had arrived, and when.
        self._arrivals: deque[tuple[int, float]] = deque(maxlen=_ARRIVALS_MAX)
        stream.totals.update(utterances=0, audio_ms=0)

    def told(self, effect: Send | Close) -> None:
        """The client is told this."""
        match effect:
            case Send(message=Partial() as partial):
                if self._is_live:
                    self._partial_age.observe(partial.audio_to_emit_ms / 1000)
            case Send(message=Final() as final):
                self._final(final)
            case Send(message=ErrorEvent(code=code)):
                self._stream.error(code)
            case Close():
                self._is_closed = True
                self._stream.closing(effect)
            case _:
                pass

    def heard(self, audio_ms: int, received_s: float) -> None:
        """So much audio has been listened to in all; the last of it had arrived at this time."""
        self._audio.inc((audio_ms - self._heard_ms) / 1000)
        self._heard_ms = self._stream.totals["audio_ms"] = audio_ms
        if not self._arrivals or audio_ms - self._arrivals[-1][0] >= _ARRIVALS_APART_MS:
            self._arrivals.append((audio_ms, received_s))

    def idle(self, seconds: float) -> None:
        """Nothing is computed for the stream any more, so long after its end began."""
        if not self._is_closed:
            self._stream.left()
            if self._heard_ms:
                self._observatory.metrics.hearing.cancel_to_idle.observe(seconds)
        if self._stream.span is not None:
            self._stream.span.set({**self.listening.sums, **self.hearing.sums})

    def _final(self, final: Final) -> None:
        self._utterances.inc()
        self._stream.totals["utterances"] += 1
        now = self._observatory.clock()
        if self._is_live and self._arrivals:
            index = bisect_left(self._arrivals, (final.end_ms, 0.0))
            self._final_latency.observe(now - self._arrivals[min(index, len(self._arrivals) - 1)][1])
        span = self._stream.span
        if span is not None and self._events < _EVENTS_MAX:
            self._events += 1
            span.event("final", now, {"hiwar.segment": final.segment, "hiwar.end_ms": final.end_ms})
