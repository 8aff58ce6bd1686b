"""uvicorn's HTTP protocol with bounds: a peer that never completes a request can keep neither its socket nor memory.

And with HTTP/1.0, which knows no chunks.
"""

import asyncio
from typing import ClassVar

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from hiwar.server.bare_answers import bad_request
from hiwar.server.entrance import Place
from hiwar.server.websocket_protocol import BoundedWebSocketProtocol

_PIPELINED_MAX = 64
"""Requests that wait behind the one that is answered; a single read of the socket brings thousands."""
_HEAD_BYTES_MAX = 512 * 1024
"""Of a request, and as much of trailers: more than any has. Of each the first read, 256 kB at most, is not counted."""


class _TooManyRequestsError(Exception):
    """More requests are pipelined than are kept."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Cuts off a connection that takes too long over the head of a request, the first as any later one.

    And one that takes nothing of an answer for too long. uvicorn's own timer runs only behind a response, and any byte
    ends it. WebSocket handshakes begin here too.
    """

    request_head_timeout_s: ClassVar[float] = 10.0
    """How long the head of a request may take from the connection, or from its first byte on one that is kept."""
    flush_timeout_s: ClassVar[float] = 30.0
    """How long a peer may leave what was written to it, before and after the end of an answer."""

    place: Place | None = None
    """Where it is counted, left when it is closed."""
    _stuck: asyncio.TimerHandle | None = None
    _overdue: asyncio.TimerHandle | None = None
    _in_head: bool = False
    _gets_on: bool = False
    """Whether a read brought the beginning or the end of a head, or a piece of a body."""
    _stalled_bytes: int = 0
    """Received in all reads since the last that did: of a head that is not whole, or of trailers."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected, and owes a request."""
        super().connection_made(transport)
        self._begin_wait()

    def data_received(self, data: bytes) -> None:
        """Bytes came; on a connection that was idle they begin a request."""
        if self.cycle is None or self.cycle.response_complete:
            self._begin_wait()
        self._gets_on = False
        super().data_received(data)
        self._stalled_bytes = 0 if self._gets_on else self._stalled_bytes + len(data)
        if self._stalled_bytes > _HEAD_BYTES_MAX:
            self._refuse("The head of the request is too long; send less in the address and the headers.")

    def on_message_begin(self) -> None:
        """A request begins; who answers it may cut the connection, unlike uvicorn, which waits for what was written."""
        super().on_message_begin()
        self._in_head = self._gets_on = True
        self.scope["extensions"] = {"hiwar.abort": {"abort": self.transport.abort}}

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of the head. One behind the body is none: nothing here takes trailers (RFC 9110, 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._gets_on = True
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        if len(self.pipeline) >= _PIPELINED_MAX:
            self.transport.abort()
            raise _TooManyRequestsError
        super().on_headers_complete()
        self._end_wait()
        self._in_head, self._gets_on = False, True
        if self.scope["http_version"] == "1.0" and self.cycle is not None:
            _end_body_with_connection(self.cycle)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's own words
        """What came is no HTTP: refused like everything else, and the connection closed."""
        self._refuse("This cannot be read as HTTP/1.1; check the request line and the headers.")

    def _refuse(self, message: str) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(bad_request(message))
        self.transport.close()
        self._await_flush()

    def handle_websocket_upgrade(self) -> None:
        """The connection goes on as a WebSocket."""
        super().handle_websocket_upgrade()
        upgraded = self.transport.get_protocol()
        if isinstance(upgraded, BoundedWebSocketProtocol):
            upgraded.place, self.place = self.place, None

    def pause_writing(self) -> None:
        """The peer takes less than is written."""
        super().pause_writing()
        self._await_flush()

    def resume_writing(self) -> None:
        """The peer has taken most of it."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._end_flush()

    def on_response_complete(self) -> None:
        """An answer is written, not sent: closing waits for the peer to take it."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._await_flush()

    def timeout_keep_alive_handler(self) -> None:
        """No further request came."""
        super().timeout_keep_alive_handler()
        self._await_flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        self._end_wait()
        self._end_flush()
        if self.place is not None:
            self.place.leave()

    def _await_flush(self) -> None:
        if self._stuck is None:
            self._stuck = self.loop.call_later(self.flush_timeout_s, self.transport.abort)

    def _end_flush(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

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
