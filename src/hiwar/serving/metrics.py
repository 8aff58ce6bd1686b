"""What the server measures, as Prometheus metrics: seconds, totals and few labels, which the catalogue bounds.

Nothing in them names a key, a text or a request. Who tells them what happened is `observation`.
"""

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, Metric

CONTENT_TYPE = CONTENT_TYPE_LATEST

_FIRST_AUDIO_S = (0.005, 0.01, 0.015, 0.02, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5)
_STAGE_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.25, 1.0, 5.0)
_CANCEL_S = (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1.0)
_LAG_S = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)
_STEP_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.2, 0.35, 0.5, 1.0, 2.5)
_DELAY_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Described:
    """A metric as the reference page and its readers know it. `name` is that of its samples, but for histograms."""

    name: str
    kind: Kind
    documentation: str
    labels: tuple[str, ...]


class Metrics:
    """One server's metrics. Telling one of them costs about a microsecond where its labels are bound before."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._all: list[Described] = []
        self._state: Callable[[], State] | None = None
        # Streams, of both services.
        self.streams_open = self._gauge(
            "hiwar_streams_open", "Streams that are open and signed in.", "service", "transport"
        )
        self.streams = self._counter(
            "hiwar_streams", "Streams that ended, refused ones too.", "service", "transport", "outcome"
        )
        self.errors = self._counter(
            "hiwar_errors", "Refusals and failures that clients were told, by code.", "service", "transport", "reason"
        )
        self._connections_unsigned = self._gauge(
            "hiwar_connections_unsigned", "Connections that have yet to sign in by their first frame."
        )
        # Synthesis.
        self.tts_requests = self._counter("hiwar_tts_requests", "Synthesis requests that ended.", "outcome")
        self.tts_first_audio = self._histogram(
            "hiwar_tts_first_audio_seconds",
            "From a synthesis request's turn, or its first text, to its first audio.",
            _FIRST_AUDIO_S,
            "engine",
            "voice",
        )
        self.tts_stage = self._histogram(
            "hiwar_tts_stage_seconds",
            "What first audio waited for: queue (the requests before it), wait (for a thread), text, model, encode.",
            _STAGE_S,
            "engine",
            "voice",
            "stage",
        )
        self.tts_audio = self._counter(
            "hiwar_tts_audio_seconds", "Audio that was synthesised and handed out.", "engine", "voice"
        )
        self.tts_cancel_to_idle = self._histogram(
            "hiwar_tts_cancel_to_idle_seconds",
            "From a cancel or a disconnect to the end of the compute for it.",
            _CANCEL_S,
        )
        # Recognition.
        self.asr_utterances = self._counter("hiwar_asr_utterances", "Utterances that got their final.", "engine")
        self.asr_partial_age = self._histogram(
            "hiwar_asr_partial_age_seconds",
            "How old the newest audio in a partial was when it was sent, on live streams.",
            _LAG_S,
            "engine",
        )
        self.asr_final_latency = self._histogram(
            "hiwar_asr_final_latency_seconds",
            "From the arrival of the end of speech to its final, endpointing included, on live streams.",
            _LAG_S,
            "engine",
        )
        self.asr_audio = self._counter("hiwar_asr_audio_seconds", "Audio that was listened to.", "engine")
        self._asr_audio_buffered = self._gauge(
            "hiwar_asr_audio_buffered_seconds", "Audio that was received and not listened to yet, of all streams."
        )
        self.asr_cancel_to_idle = self._histogram(
            "hiwar_asr_cancel_to_idle_seconds",
            "From a disconnect in mid-stream to the end of the compute for it.",
            _CANCEL_S,
        )
        # Engines. Compute a second is the rate of the sum of the steps.
        self.engine_step = self._histogram(
            "hiwar_engine_step_seconds", "What an engine step took a thread.", _STEP_S, "pool", "engine"
        )
        self.engine_step_wait = self._histogram(
            "hiwar_engine_step_wait_seconds", "How long an engine step waited for a thread.", _STAGE_S, "pool", "engine"
        )
        self._steps_waiting = self._gauge("hiwar_engine_steps_waiting", "Engine steps that wait for a thread.", "pool")
        # Admission.
        self._admissions = self._counts(
            "hiwar_admissions_total",
            "Synthesis requests and recognition streams that were admitted.",
            "service",
        )
        self._admission_refusals = self._counts(
            "hiwar_admission_refusals_total",
            "Those that were not, by what would not have held: compute, first_audio or partial_lag.",
            "reason",
        )
        self._load = self._gauge("hiwar_load_ratio", "The part of the machine that those need who are admitted.")
        self._reduced = self._gauge("hiwar_reduced", "1 while less is spent on each stream, so that all are served.")
        # The server itself.
        self.event_loop_delay = self._histogram(
            "hiwar_event_loop_delay_seconds", "How late the event loop comes to a timer.", _DELAY_S
        )
        self._ready = self._gauge("hiwar_ready", "1 while streams are taken, else 0.")
        self._counters_up = self._gauge(
            "hiwar_counters_up", "1 while what counts the keys' limits answers, else 0: memory, or shared.", "backend"
        )
        self.trace_spans = self._counter(
            "hiwar_trace_spans", "Spans, by what became of them: exported or dropped.", "outcome"
        )
        build = Info("hiwar_build", "The version that runs.", registry=self._registry)
        build.info({"version": version("hiwar"), "python": platform.python_version()})
        self._describe("hiwar_build_info", "gauge", "The version that runs.", "version", "python")
        ProcessCollector(registry=self._registry)

    @property
    def documented(self) -> tuple[Described, ...]:
        """All of hiwar's own, in the order of the reference page."""
        return tuple(self._all)

    def follow(self, state: Callable[[], "State"]) -> None:
        """What tells the state of the server when somebody asks for it."""
        self._state = state

    def refresh(self) -> None:
        """Take the state as it is now; to be called where the state changes, before `render`."""
        if self._state is None:
            return
        state = self._state()
        for pool, depth in state.steps_waiting.items():
            self._steps_waiting.labels(pool).set(depth)
        self._connections_unsigned.set(state.connections_unsigned)
        self._ready.set(state.ready)
        self._counters_up.labels(state.counters).set(state.counters_up)
        self._asr_audio_buffered.set(state.audio_buffered_s)
        self._load.set(state.load)
        self._reduced.set(state.reduced)
        self._admissions.counts = state.admissions
        self._admission_refusals.counts = state.admission_refusals

    def render(self) -> bytes:
        """The text that Prometheus reads; takes some milliseconds, on any thread."""
        return generate_latest(self._registry)

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        self._describe(f"{name}_total", "counter", documentation, *labels)
        return Counter(name, documentation, labels, registry=self._registry)

    def _gauge(self, name: str, documentation: str, *labels: str) -> Gauge:
        self._describe(name, "gauge", documentation, *labels)
        return Gauge(name, documentation, labels, registry=self._registry)

    def _histogram(self, name: str, documentation: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        self._describe(name, "histogram", documentation, *labels)
        return Histogram(name, documentation, labels, buckets=buckets, registry=self._registry)

    def _counts(self, name: str, documentation: str, label: str) -> "_Counts":
        counts = _Counts(self._describe(name, "counter", documentation, label))
        self._registry.register(counts)
        return counts

    def _describe(self, name: str, kind: Kind, documentation: str, *labels: str) -> Described:
        self._all.append(Described(name, kind, documentation, labels))
        return self._all[-1]


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


@dataclass(slots=True, eq=False)
class _Counts:
    """Counts that others keep, by one label."""

    described: Described
    counts: Mapping[str, int] = field(default_factory=dict)

    def collect(self) -> Iterator[Metric]:
        """As they were told last."""
        described = self.described
        family = CounterMetricFamily(described.name, described.documentation, labels=described.labels)
        for label, count in self.counts.items():
            family.add_metric([label], count)
        yield family
