"""A collector of traces on loopback: takes OTLP over HTTP, and keeps what it was sent."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(slots=True)
class Collector:
    """`bodies` are the requests as they came. `status` is what it answers."""

    address: str
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        """All of them, in the order in which they ended."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        resources = [resource for request in requests for resource in request.resource_spans]
        return [span for resource in resources for scope in resource.scope_spans for span in scope.spans]

    def named(self, name: str) -> Span:
        """The only one of this name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found


def attributes(span: Span) -> dict[str, object]:
    """By name, without the prefix that all of them have."""
    found: dict[str, object] = {}
    for attribute in span.attributes:
        kind = attribute.value.WhichOneof("value") or ""
        found[attribute.key.removeprefix("hiwar.")] = getattr(attribute.value, kind)
    return found


@contextlib.contextmanager
def collector() -> Iterator[Collector]:
    """One that listens while the context is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if made.status == 200 and self.path == "/v1/traces":
                made.bodies.append(body)
            self.send_response(made.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Collector(f"http://127.0.0.1:{server.server_address[1]}")
        serving = threading.Thread(target=server.serve_forever, args=(0.01,), name="collector")
        serving.start()
        try:
            yield made
        finally:
            server.shutdown()
            serving.join()
