"""uvicorn's WebSocket protocol with a bounded end, and with no traceback for what a peer sends.

A peer that reads nothing cannot keep a closed socket alive.
"""

import asyncio
from collections.abc import Iterable

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode

_FLUSH_TIMEOUT_S = 10.0
"""How long what was written may take to leave after the stream has ended; then the socket is reset."""


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """Resets a connection whose last bytes the peer does not take; uvicorn itself would wait for ever."""

    _reset: asyncio.TimerHandle | None = None

    async def send(self, message: ASGISendEvent) -> None:
        """What the application says."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            # uvicorn takes a handshake that was refused with a response of ours for one that was never answered.
            self.handshake_complete = True

    def send_receive_event_to_app(self) -> None:
        """A whole message came. Text that is not UTF-8 closes with 1007; uvicorn would log it as a fault as well."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(self.frames):
            self.frames = []
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The stream behind this socket has ended."""
        super().on_task_complete(task)
        if not self.disconnected:
            self._reset = self.loop.call_later(_FLUSH_TIMEOUT_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        if self._reset is not None:
            self._reset.cancel()
            self._reset = None


def _is_utf8(parts: Iterable[bytes | bytearray]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
