"""The engine steps of a stream or request: each into the metrics, the first ones and their sums into a trace."""

from hiwar.serving.metrics import Metrics
from hiwar.serving.tracing import Attributes, Span
from hiwar.serving.workers import Observer, StepTimes

_SPANS_MAX = 4
"""Steps that are shown one by one; a request may have thousands."""


class StepObservation:
    """Those in one pool on one engine."""

    def __init__(self, metrics: Metrics, pool: str, engine: str, span: Span | None) -> None:
        self.waited_s = 0.0
        """For a thread, in all so far."""
        self._ran_s = 0.0
        self._steps = 0
        self._pool = pool
        self._engine = engine
        self._span = span
        self._step = metrics.engines.step.labels(pool, engine)
        self._wait = metrics.engines.step_wait.labels(pool, engine)

    def __call__(self, times: StepTimes) -> None:
        """A step is over."""
        self._step.observe(times.ran_s)
        self._wait.observe(times.waited_s)
        self.waited_s += times.waited_s
        self._ran_s += times.ran_s
        self._steps += 1
        if self._span is not None and self._steps <= _SPANS_MAX:
            about: Attributes = {"hiwar.engine": self._engine, "hiwar.waited_ms": round(times.waited_s * 1000, 3)}
            self._span.child(f"{self._pool} step", times.began_s, about).end(times.ended_s)

    def followed_by(self, another: Observer) -> Observer:
        """Tells another, too."""

        def observe(times: StepTimes) -> None:
            self(times)
            another(times)

        return observe

    @property
    def sums(self) -> dict[str, int | float]:
        """Of all steps, as attributes of a span."""
        pool = f"hiwar.{self._pool}"
        return {
            f"{pool}.steps": self._steps,
            f"{pool}.ran_ms": round(self._ran_s * 1000, 3),
            f"{pool}.waited_ms": round(self.waited_s * 1000, 3),
        }
