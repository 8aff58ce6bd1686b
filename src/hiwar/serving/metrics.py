"""What the server measures, as Prometheus metrics: seconds, totals, and few labels, which the catalogue bounds.

Nothing in them names a key, a text or a request. Who tells them what happened is `observation`.
"""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from prometheus_client.exposition import CONTENT_TYPE_LATEST

from hiwar.serving.metric_registry import Described, MetricRegistry

CONTENT_TYPE = CONTENT_TYPE_LATEST

_FIRST_AUDIO_S = (0.005, 0.01, 0.015, 0.02, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5)
_STAGE_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.25, 1.0, 5.0)
_CANCEL_S = (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1.0)
_LAG_S = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)
_STEP_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.2, 0.35, 0.5, 1.0, 2.5)
_DELAY_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class StreamMetrics:
    """Streams of both services."""

    def __init__(self, registry: MetricRegistry) -> None:
        place = "service", "transport"
        self.open = registry.gauge("hiwar_streams_open", "Streams that are open and signed in.", *place)
        self.ended = registry.counter("hiwar_streams", "Streams that ended, refused ones too.", *place, "outcome")
        self.errors = registry.counter(
            "hiwar_errors", "Refusals and failures that clients were told, by code.", *place, "reason"
        )
        self.unsigned = registry.gauge(
            "hiwar_connections_unsigned", "Connections that have yet to sign in by their first frame."
        )


class SpeechMetrics:
    """Synthesis."""

    def __init__(self, registry: MetricRegistry) -> None:
        voice = "engine", "voice"
        self.requests = registry.counter("hiwar_tts_requests", "Synthesis requests that ended.", "outcome")
        self.first_audio = registry.histogram(
            "hiwar_tts_first_audio_seconds",
            "From a synthesis request's turn, or its first text, to its first audio.",
            _FIRST_AUDIO_S,
            *voice,
        )
        self.stage = registry.histogram(
            "hiwar_tts_stage_seconds",
            "What first audio waited for: queue (the requests before it), wait (for a thread), text, model, encode.",
            _STAGE_S,
            *voice,
            "stage",
        )
        self.audio = registry.counter("hiwar_tts_audio_seconds", "Audio that was synthesised and handed out.", *voice)
        self.cancel_to_idle = registry.histogram(
            "hiwar_tts_cancel_to_idle_seconds",
            "From a cancel or a disconnect to the end of the compute for it.",
            _CANCEL_S,
        )


class HearingMetrics:
    """Recognition."""

    def __init__(self, registry: MetricRegistry) -> None:
        self.utterances = registry.counter("hiwar_asr_utterances", "Utterances that got their final.", "engine")
        self.partial_age = registry.histogram(
            "hiwar_asr_partial_age_seconds",
            "How old the newest audio in a partial was when it was sent, on live streams.",
            _LAG_S,
            "engine",
        )
        self.final_latency = registry.histogram(
            "hiwar_asr_final_latency_seconds",
            "From the arrival of the end of speech to its final, endpointing included, on live streams.",
            _LAG_S,
            "engine",
        )
        self.audio = registry.counter("hiwar_asr_audio_seconds", "Audio that was listened to.", "engine")
        self.buffered = registry.gauge(
            "hiwar_asr_audio_buffered_seconds", "Audio that was received and not listened to yet, of all streams."
        )
        self.cancel_to_idle = registry.histogram(
            "hiwar_asr_cancel_to_idle_seconds",
            "From a disconnect in mid-stream to the end of the compute for it.",
            _CANCEL_S,
        )


class EngineMetrics:
    """Compute. How much of it there was in a second is the rate of the sum of the steps."""

    def __init__(self, registry: MetricRegistry) -> None:
        at = "pool", "engine"
        self.step = registry.histogram("hiwar_engine_step_seconds", "What an engine step took a thread.", _STEP_S, *at)
        self.step_wait = registry.histogram(
            "hiwar_engine_step_wait_seconds", "How long an engine step waited for a thread.", _STAGE_S, *at
        )
        self.waiting = registry.gauge("hiwar_engine_steps_waiting", "Engine steps that wait for a thread.", "pool")


class AdmissionMetrics:
    """Who is taken, and how full the machine is."""

    def __init__(self, registry: MetricRegistry) -> None:
        self.taken = registry.counts(
            "hiwar_admissions",
            "Recognition streams that were admitted, and synthesis streams, once for all they ask without a pause.",
            "service",
        )
        self.refused = registry.counts(
            "hiwar_admission_refusals",
            "Those that were not, by what would not hold: compute, first_audio, partial_lag; or a rush.",
            "reason",
        )
        self.load = registry.gauge("hiwar_load_ratio", "The part of the machine that those need who are admitted.")
        self.reduced = registry.gauge("hiwar_reduced", "1 while less is spent on each stream, so that all are served.")


class Metrics:
    """One server's metrics. Telling one of them costs a microsecond or two."""

    def __init__(self) -> None:
        self._registry = registry = MetricRegistry()
        self.streams = StreamMetrics(registry)
        self.speech = SpeechMetrics(registry)
        self.hearing = HearingMetrics(registry)
        self.engines = EngineMetrics(registry)
        self.admission = AdmissionMetrics(registry)
        self.event_loop_delay = registry.histogram(
            "hiwar_event_loop_delay_seconds", "How late the event loop comes to a timer.", _DELAY_S
        )
        self.trace_spans = registry.counter(
            "hiwar_trace_spans", "Spans, by what became of them: exported or dropped.", "outcome"
        )
        self._ready = registry.gauge("hiwar_ready", "1 while streams are taken, else 0.")
        self._counters_up = registry.gauge(
            "hiwar_counters_up", "1 while what counts the keys' limits answers, else 0: memory, or shared.", "backend"
        )
        build = registry.gauge("hiwar_build_info", "1; the labels tell what runs.", "version", "python")
        build.labels(version("hiwar"), platform.python_version()).set(1)
        self._state: Callable[[], State] | None = None

    @property
    def described(self) -> tuple[Described, ...]:
        """All of hiwar's own, in the order of the reference page."""
        return tuple(self._registry.described)

    def follow(self, state: Callable[[], "State"]) -> None:
        """What tells the state of the server when somebody asks for it."""
        self._state = state

    def refresh(self) -> None:
        """Take the state as it is now; to be called on the event loop, before `render`."""
        if self._state is None:
            return
        state = self._state()
        for pool, depth in state.steps_waiting.items():
            self.engines.waiting.labels(pool).set(depth)
        self.streams.unsigned.set(state.connections_unsigned)
        self._ready.set(state.ready)
        self._counters_up.labels(state.counters).set(state.counters_up)
        self.hearing.buffered.set(state.audio_buffered_s)
        self.admission.load.set(state.load)
        self.admission.reduced.set(state.reduced)
        self.admission.taken.counts = state.admissions
        self.admission.refused.counts = state.admission_refusals

    def render(self) -> bytes:
        """The text that Prometheus reads; takes some milliseconds, on any thread."""
        return self._registry.render()


@dataclass(frozen=True, slots=True)
class State:
    """What the server is like at a moment."""

    steps_waiting: Mapping[str, int]
    """By pool."""
    connections_unsigned: int
    ready: bool
    counters: str
    """Where the keys' limits are counted: memory, or shared."""
    counters_up: bool
    audio_buffered_s: float
    load: float
    reduced: bool
    admissions: Mapping[str, int]
    """So far, by service."""
    admission_refusals: Mapping[str, int]
    """So far, by reason."""
