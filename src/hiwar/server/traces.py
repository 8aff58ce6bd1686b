"""Traces by OpenTelemetry: spans in batches, from a bounded queue and off the event loop, to a collector over HTTP.

A collector that does not answer costs the spans, which are counted, and a log line now and then. Everything else is set
by the library's own variables (OTEL_*).
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.tracing import HEADERS, Attributes

log = logging.getLogger("hiwar.traces")

SPANS_WAITING_MAX = 2048
_EXPORT_TIMEOUT_S = 5.0
_CLOSE_S = 1.0
_LOGGED_EVERY_S = 60.0


class OpenTelemetryTracer:
    """Traces to the collector at `address`, as http://collector:4318. Raises HiwarError for OTEL_* that do not fit."""

    def __init__(self, address: str, counted: Callable[[str, int], None]) -> None:
        # Their lines quote what a collector answers, and come with each try.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        try:
            exporter = OTLPSpanExporter(f"{address.rstrip('/')}/v1/traces", timeout=_EXPORT_TIMEOUT_S)
            self._processor = BoundedSpans(exporter, counted)
        except ValueError as error:
            message = "Tracing cannot start: the OTEL_* variables do not fit each other; a batch may hold 2048 spans."
            raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error
        resource = Resource.create()
        if str(resource.attributes.get("service.name")).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": "hiwar"}))
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("hiwar")
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, name: str, began_s: float, headers: Mapping[str, str], attributes: Attributes) -> "TracedSpan":
        """The first span of a stream, below that of its client when there is one."""
        carrier = {header: value for header in HEADERS if (value := headers.get(header)) is not None}
        parent = self._propagator.extract(carrier, Context()) if carrier else Context()
        epoch_ns = time.time_ns() - round(began_s * 1e9)
        span = self._tracer.start_span(
            name, parent, SpanKind.SERVER, dict(attributes), start_time=epoch_ns + round(began_s * 1e9)
        )
        return TracedSpan(self._tracer, span, epoch_ns)

    async def close(self) -> None:
        """Send what waits, for a moment."""
        await asyncio.to_thread(self._processor.close, _CLOSE_S)


class TracedSpan:
    """A span; `epoch_ns` is when the server's clock was 0."""

    def __init__(self, tracer: Tracer, span: Span, epoch_ns: int) -> None:
        self._tracer = tracer
        self._span = span
        self._epoch_ns = epoch_ns

    def child(self, name: str, began_s: float, attributes: Attributes) -> "TracedSpan":
        """A span below it."""
        context = set_span_in_context(self._span, Context())
        span = self._tracer.start_span(name, context, attributes=dict(attributes), start_time=self._ns(began_s))
        return TracedSpan(self._tracer, span, self._epoch_ns)

    def event(self, name: str, at_s: float, attributes: Attributes) -> None:
        """Something happened in it."""
        self._span.add_event(name, dict(attributes), self._ns(at_s))

    def set(self, attributes: Attributes) -> None:
        """More is known of it."""
        self._span.set_attributes(dict(attributes))

    def end(self, at_s: float, *, failed: bool = False) -> None:
        """It is over."""
        if failed:
            self._span.set_status(StatusCode.ERROR)
        self._span.end(self._ns(at_s))

    def _ns(self, at_s: float) -> int:
        return self._epoch_ns + round(at_s * 1e9)


class BoundedSpans(SpanProcessor):
    """The library's batches, in front of them a bound that counts what it drops: theirs drops in silence."""

    def __init__(self, exporter: SpanExporter, counted: Callable[[str, int], None]) -> None:
        self._exporter = _Counted(exporter, counted)
        self._batches = BatchSpanProcessor(self._exporter, max_queue_size=SPANS_WAITING_MAX)
        self._counted = counted
        self._taken = 0

    def on_end(self, span: ReadableSpan) -> None:
        """A span is whole."""
        if not span.context.trace_flags.sampled:
            return
        if self._taken - self._exporter.handled >= SPANS_WAITING_MAX:
            self._counted("dropped", 1)
            return
        self._taken += 1
        self._batches.on_end(span)

    def close(self, within_s: float) -> None:
        """Send what waits, and give it up when that takes longer. Blocks."""
        closing = threading.Thread(target=self._batches.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(within_s)
        if closing.is_alive():
            self._exporter.shutdown()
            closing.join(within_s)


class _Counted(SpanExporter):
    """An exporter and what became of the spans. One thread exports."""

    def __init__(self, exporter: SpanExporter, counted: Callable[[str, int], None]) -> None:
        self.handled = 0
        self._exporter = exporter
        self._counted = counted
        self._shut_down = False
        self._logged_s = float("-inf")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch."""
        result = SpanExportResult.FAILURE
        with contextlib.suppress(Exception):  # whatever a collector does, it is no fault of a stream
            result = self._exporter.export(spans)
        self.handled += len(spans)
        if result is SpanExportResult.SUCCESS:
            self._counted("exported", len(spans))
            return result
        self._counted("dropped", len(spans))
        if time.monotonic() - self._logged_s >= _LOGGED_EVERY_S:
            self._logged_s = time.monotonic()
            log.warning("the collector does not take traces; they are dropped, and counted in hiwar_trace_spans_total")
        return result

    def shutdown(self) -> None:
        """Give up what is being sent."""
        if not self._shut_down:
            self._shut_down = True
            self._exporter.shutdown()
