"""uvicorn's HTTP protocol with bounds: a peer that never completes a request can keep neither its socket nor memory.

And with HTTP/1.0, which knows no chunks.
"""

import asyncio
from typing import ClassVar

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.request_ids import new_request_id
from hiwar.transports.rest.errors import error_response
from hiwar.transports.rest.headers import SECURITY_HEADERS

_HEAD_BYTES_MAX = 512 * 1024
"""Of a request: more than any has. What the event loop reads at once, 256 kB, may be counted too many."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Cuts off a connection that takes too long over the head of a request, the first as any later one.

    uvicorn's own timer runs only behind a response, and any byte ends it. WebSocket handshakes begin here too.
    """

    request_head_timeout_s: ClassVar[float] = 10.0
    """How long the head of a request may take from the connection, or from its first byte on one that is kept."""

    _overdue: asyncio.TimerHandle | None = None
    _head_bytes: int | None = None
    """Of a head that is not whole, since its first read; None between heads."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected, and owes a request."""
        super().connection_made(transport)
        self._begin_wait()

    def data_received(self, data: bytes) -> None:
        """Bytes came; on a connection that was idle they begin a request."""
        if self.cycle is None or self.cycle.response_complete:
            self._begin_wait()
        before = self._head_bytes
        super().data_received(data)
        if before is not None and before == self._head_bytes:
            self._head_bytes = before + len(data)
            if self._head_bytes > _HEAD_BYTES_MAX:
                self._refuse("The head of the request is too long; send less in the address and the headers.")

    def on_message_begin(self) -> None:
        """A request begins; who answers it may cut the connection, unlike uvicorn, which waits for what was written."""
        super().on_message_begin()
        self._head_bytes = 0
        self.scope["extensions"] = {"hiwar.abort": {"abort": self.transport.abort}}

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        super().on_headers_complete()
        self._end_wait()
        self._head_bytes = None
        if self.scope["http_version"] == "1.0" and self.cycle is not None:
            _end_body_with_connection(self.cycle)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's own words
        """What came is no HTTP: refused like everything else, and the connection closed."""
        self._refuse("This cannot be read as HTTP/1.1; check the request line and the headers.")

    def _refuse(self, message: str) -> None:
        response = error_response(HiwarError(ErrorCode.INVALID_REQUEST, message), new_request_id())
        response.headers.update({**SECURITY_HEADERS, "Connection": "close"})
        head = b"".join(b"%b: %b\r\n" % header for header in response.raw_headers)
        self.transport.write(STATUS_LINE[400] + head + b"\r\n" + bytes(response.body))
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        self._end_wait()

    def _begin_wait(self) -> None:
        if self._overdue is None:
            self._overdue = self.loop.call_later(self.request_head_timeout_s, self.transport.abort)

    def _end_wait(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


def _end_body_with_connection(cycle: RequestResponseCycle) -> None:
    """Have a response without a length end where its connection does; uvicorn would chunk it (RFC 9112, 6.1)."""
    send, has_length = cycle.send, True

    async def unchunked(message: ASGISendEvent) -> None:
        nonlocal has_length
        if message["type"] == "http.response.start":
            has_length = any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
            cycle.chunked_encoding = None if has_length else False
        elif message["type"] == "http.response.body" and not has_length:
            cycle.expected_content_length = len(message.get("body", b""))
        await send(message)

    cycle.send = unchunked  # type: ignore[method-assign]
