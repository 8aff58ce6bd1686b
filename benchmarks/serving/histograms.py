"""Histograms that a server exports at /metrics: their counts, and percentiles of what they gained between two looks."""

import urllib.error
from collections.abc import Mapping

from measured_server import MeasuredServer, fetched
from prometheus_client.parser import text_string_to_metric_families


def counted(server: MeasuredServer, name: str, labels: Mapping[str, str] | None = None) -> dict[float, float]:
    """Cumulative counts by upper bound in s, of all series with these labels together; empty when there are none."""
    try:
        text = fetched(server, "/metrics").decode()
    except urllib.error.HTTPError:
        return {}
    wanted = (labels or {}).items()
    counts: dict[float, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == f"{name}_bucket" and wanted <= sample.labels.items():
                bound_s = float(sample.labels["le"])
                counts[bound_s] = counts.get(bound_s, 0.0) + sample.value
    return counts


def percentile_ms(before: Mapping[float, float], after: Mapping[float, float], part: float) -> float | None:
    """Of what a histogram (cumulative counts by upper bound in s) gained; evenly spread within a bucket."""
    gained = [(bound_s, count - before.get(bound_s, 0.0)) for bound_s, count in sorted(after.items())]
    if not gained or not gained[-1][1]:
        return None
    rank = part * gained[-1][1]
    low_s = below = 0.0
    for bound_s, count in gained[:-1]:
        if count >= rank:
            return round((low_s + (bound_s - low_s) * (rank - below) / (count - below)) * 1000, 3)
        low_s, below = bound_s, count
    return low_s * 1000  # above the last bound: all that the histogram can tell
