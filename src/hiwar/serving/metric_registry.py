"""Prometheus metrics that are declared, described and rendered. Which there are is left to `metrics`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, Metric

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Described:
    """A metric as those know it who read it. `name` is that of its samples; those of histograms have endings more."""

    name: str
    kind: Kind
    documentation: str
    labels: tuple[str, ...]


class MetricRegistry:
    """All metrics of one server, and those of its process."""

    def __init__(self) -> None:
        self.described: list[Described] = []
        """Those of hiwar's own, in the order in which they were declared."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)

    def counter(self, name: str, documentation: str, *labels: str) -> Counter:
        """One that is told of each; its samples end in `_total`."""
        self._describe(f"{name}_total", "counter", documentation, labels)
        return Counter(name, documentation, labels, registry=self._registry)

    def gauge(self, name: str, documentation: str, *labels: str) -> Gauge:
        """A state."""
        self._describe(name, "gauge", documentation, labels)
        return Gauge(name, documentation, labels, registry=self._registry)

    def histogram(self, name: str, documentation: str, buckets_s: tuple[float, ...], *labels: str) -> Histogram:
        """How long things take."""
        self._describe(name, "histogram", documentation, labels)
        return Histogram(name, documentation, labels, buckets=buckets_s, registry=self._registry)

    def counts(self, name: str, documentation: str, label: str) -> "Counts":
        """A counter of which others keep the count; its samples end in `_total`."""
        counts = Counts(self._describe(f"{name}_total", "counter", documentation, (label,)))
        self._registry.register(counts)
        return counts

    def render(self) -> bytes:
        """The text that Prometheus reads; takes some milliseconds, on any thread."""
        return generate_latest(self._registry)

    def _describe(self, name: str, kind: Kind, documentation: str, labels: tuple[str, ...]) -> Described:
        described = Described(name, kind, documentation, labels)
        self.described.append(described)
        return described


@dataclass(slots=True, eq=False)
class Counts:
    """Counts by one label, as they were told last."""

    described: Described
    counts: Mapping[str, int] = field(default_factory=dict)

    def collect(self) -> Iterator[Metric]:
        """Called by the registry."""
        described = self.described
        family = CounterMetricFamily(described.name, described.documentation, labels=described.labels)
        for label, count in self.counts.items():
            family.add_metric([label], count)
        yield family
