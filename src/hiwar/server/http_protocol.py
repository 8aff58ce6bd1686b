"""uvicorn's HTTP protocol with a bounded wait: a peer that never completes a request cannot keep its socket."""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class BoundedHttpProtocol(HttpToolsProtocol):
    """Cuts off a connection that takes too long over the head of a request, the first as any later one.

    uvicorn's own timer runs only behind a response, and any byte ends it. WebSocket handshakes begin here too.
    """

    request_head_timeout_s: ClassVar[float] = 10.0
    """How long the head of a request may take from the connection, or from its first byte on one that is kept."""

    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected, and owes a request."""
        super().connection_made(transport)
        self._begin_wait()

    def data_received(self, data: bytes) -> None:
        """Bytes came; on a connection that was idle they begin a request."""
        if self.cycle is None or self.cycle.response_complete:
            self._begin_wait()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        super().on_headers_complete()
        self._end_wait()

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
