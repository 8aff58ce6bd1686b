"""What the server measures of itself, as Prometheus metrics. Nothing in them names a key, a text or a request."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST

_FIRST_AUDIO_S = (0.005, 0.01, 0.015, 0.02, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5)
_CANCEL_S = (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    """One server's metrics; observing one costs about a microsecond."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._first_audio = Histogram(
            "hiwar_tts_first_audio_seconds",
            "From a synthesis request's turn, or its first text, to its first audio.",
            buckets=_FIRST_AUDIO_S,
            registry=self._registry,
        )
        self._cancel_to_idle = Histogram(
            "hiwar_tts_cancel_to_idle_seconds",
            "From a cancel or a disconnect to the end of the compute for it.",
            buckets=_CANCEL_S,
            registry=self._registry,
        )
        self._audio = Counter(
            "hiwar_tts_audio_seconds", "Audio that was synthesised and handed out.", registry=self._registry
        )

    def first_audio(self, seconds: float) -> None:
        """A synthesis request got its first audio."""
        self._first_audio.observe(seconds)

    def audio(self, seconds: float) -> None:
        """So much audio was handed out."""
        self._audio.inc(seconds)

    def cancel_to_idle(self, seconds: float) -> None:
        """A request that nobody waits for any more is computed no more."""
        self._cancel_to_idle.observe(seconds)

    def render(self) -> bytes:
        """The text that Prometheus reads; takes a millisecond or so."""
        return generate_latest(self._registry)
