"""Spans on their way to a collector that takes them, does not, or hangs."""

import logging
import threading
from collections import Counter
from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from hiwar.errors import HiwarError
from hiwar.server.traces import SPANS_WAITING_MAX, BoundedSpans, OpenTelemetryTracer
from support.collector import attributes, collector
from support.streams import run

CALLERS = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


class Gate(SpanExporter):
    """Holds the first batch until it is opened, or shut down."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.reached.set()
        assert self.opened.wait(30)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.opened.set()


def test_what_a_hanging_collector_leaves_no_room_for_is_dropped_and_counted() -> None:
    gate, counted = Gate(), Counter[str]()

    def count(outcome: str, spans: int) -> None:
        counted[outcome] += spans

    spans = BoundedSpans(gate, count)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(spans)
    tracer = provider.get_tracer("test")
    for _ in range(SPANS_WAITING_MAX + 10):
        tracer.start_span("span").end()
    assert gate.reached.wait(30)
    assert counted == {"dropped": 10}
    spans.close(0.01)
    assert counted["dropped"] + counted["exported"] == SPANS_WAITING_MAX + 10


def test_a_client_s_trace_is_continued_and_another_is_begun(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(address: str) -> None:
        tracer = OpenTelemetryTracer(address, lambda _outcome, _spans: None)
        stream = tracer.begin("continued", 5.0, CALLERS, {"hiwar.request_id": "r"})
        stream.child("part", 5.5, {}).end(6.0, failed=True)
        stream.event("first audio", 5.25, {"hiwar.text_ms": 0.5})
        stream.set({"hiwar.outcome": "ok"})
        stream.end(7.0)
        tracer.begin("begun", 5.0, {"traceparent": "nonsense"}, {}).end(5.0)
        await tracer.close()
        await tracer.close()

    with collector() as collected:
        run(scenario(collected.address))
    continued, part, begun = (collected.named(name) for name in ("continued", "part", "begun"))
    assert continued.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert continued.parent_span_id.hex() == "b7ad6b7169203331"
    assert attributes(continued) == {"request_id": "r", "outcome": "ok"}
    assert continued.end_time_unix_nano - continued.start_time_unix_nano == 2_000_000_000
    assert part.start_time_unix_nano - continued.start_time_unix_nano == 500_000_000
    assert (part.trace_id, part.parent_span_id) == (continued.trace_id, continued.span_id)
    assert part.status.code == part.status.STATUS_CODE_ERROR
    assert [event.name for event in continued.events] == ["first audio"]
    assert begun.trace_id != continued.trace_id
    assert not begun.parent_span_id
    assert b"hiwar" in collected.bodies[0]
    assert not caplog.records


def test_a_collector_that_refuses_costs_the_spans_and_one_line(caplog: pytest.LogCaptureFixture) -> None:
    counted = Counter[str]()

    async def scenario(address: str) -> None:
        tracer = OpenTelemetryTracer(address, lambda outcome, spans: counted.update({outcome: spans}))
        for _ in range(700):  # more than a batch
            tracer.begin("lost", 0.0, {}, {}).end(0.0)
        await tracer.close()

    with caplog.at_level(logging.WARNING), collector() as collected:
        collected.status = 400
        run(scenario(collected.address))
    assert counted == {"dropped": 700}
    assert [record.name for record in caplog.records] == ["hiwar.traces"]


def test_variables_that_do_not_fit_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", str(SPANS_WAITING_MAX + 1))
    with pytest.raises(HiwarError, match="OTEL_"):
        OpenTelemetryTracer("http://127.0.0.1:9", lambda _outcome, _spans: None)
