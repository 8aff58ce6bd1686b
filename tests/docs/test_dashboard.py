"""The example dashboard and alerts ask for metrics that exist, by labels that they have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiwar.serving.metrics import Metrics

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"
DASHBOARD = json.loads((OPERATIONS / "grafana-dashboard.json").read_text(encoding="utf-8"))
ALERTS = (OPERATIONS / "prometheus-alerts.yml").read_text(encoding="utf-8")

SCRAPED_LABELS = {"instance", "job"}
PROCESS_METRICS = {"process_cpu_seconds_total", "process_resident_memory_bytes"}
WORDS = {
    *("sum", "max", "min", "avg", "count", "rate", "increase", "histogram_quantile", "clamp_min", "vector", "topk"),
    *("by", "without", "on", "or", "and", "unless", "label_values"),
}
TOKEN = re.compile(r'"[^"]*"|\$\w+|\[[^\]]*\]|[A-Za-z_:][\w:]*|=~|!~|!=|[^\s\w]|[\d.]+')


def _samples() -> dict[str, set[str]]:
    """The names of all samples that there can be, with their labels."""
    found: dict[str, set[str]] = {name: set() for name in PROCESS_METRICS}
    for metric in Metrics().described:
        if metric.kind == "histogram":
            found[f"{metric.name}_bucket"] = {*metric.labels, "le"}
            found |= {f"{metric.name}_{ending}": set(metric.labels) for ending in ("sum", "count")}
        else:
            found[metric.name] = set(metric.labels)
    return found


SAMPLES = _samples()


def _expressions() -> Iterator[object]:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield pytest.param(variable["definition"], id=f"variable {variable['name']}")
    rules = re.split(r"^ *- alert: (\w+)$", ALERTS, flags=re.MULTILINE)[1:]
    for name, rule in zip(rules[::2], rules[1::2], strict=True):
        found = re.search(r"expr:(?: \|\n((?: {10,}.*\n)+)| (.*))", rule)
        assert found is not None, name
        yield pytest.param(found[1] or found[2], id=name)


def _wrong(expression: str) -> set[str]:
    """Names in it that are no metric, no label of a metric in it, and no word of the language."""
    tokens = TOKEN.findall(expression)
    names = {token for token in tokens if re.fullmatch(r"[A-Za-z_:][\w:]*", token)} - WORDS
    metrics = names & SAMPLES.keys()
    labels = set.union(SCRAPED_LABELS, *(SAMPLES[metric] for metric in metrics))
    return names - metrics - labels if metrics else names


@pytest.mark.parametrize("expression", list(_expressions()))
def test_it_asks_for_what_there_is(expression: str) -> None:
    assert not _wrong(expression)
    assert set(TOKEN.findall(expression)) & SAMPLES.keys()
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)


@pytest.mark.parametrize(
    "expression",
    [
        "hiwar_stream_open",
        "rate(hiwar_streams[5m])",
        "hiwar_streams_total{voice='x'}",
        'hiwar_streams_open{outcome="ok"}',
        "sum by (voice) (hiwar_asr_audio_seconds_total)",
        "hiwar_tts_first_audio_seconds",
        "hiwar_asr_audio_buffered_seconds_bucket",
    ],
)
def test_what_there_is_not_would_be_seen(expression: str) -> None:
    assert _wrong(expression)


def test_every_metric_of_the_server_is_shown_somewhere_or_kept_for_those_who_look() -> None:
    asked = " ".join(target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ()))
    unseen = {metric.name for metric in Metrics().described if metric.name not in asked}
    assert unseen == {"hiwar_build_info"}


def test_histograms_are_asked_for_with_their_bounds() -> None:
    """Without `le` among the labels of a sum a quantile is nothing."""
    for quantile in re.findall(r"histogram_quantile\([^,]*, sum by \(([^)]*)\)", json.dumps(DASHBOARD) + ALERTS):
        assert "le" in quantile.split(", ")


def test_panels_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        taken |= cells
    assert max(x for x, _ in taken) < 24
