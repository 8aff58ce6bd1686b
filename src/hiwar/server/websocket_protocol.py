"""uvicorn's WebSocket protocol with a bounded end, and with no traceback for what a peer sends.

A peer that reads nothing cannot keep a closed socket alive.
"""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request

from hiwar.server.bare_answers import bad_request
from hiwar.server.entrance import Place
from hiwar.transports.websocket.connection import FIRST_MESSAGE

_FLUSH_TIMEOUT_S = 10.0
"""How long what was written may take to leave after the stream has ended; then the socket is reset."""
_NO_HANDSHAKE = "This is no WebSocket handshake of version 13 with a key of 16 bytes; use a WebSocket client."
_FRAGMENTS_MAX = 4096
"""Of one message: they may be empty, and so count for nothing in its size."""
_FIRST_MESSAGE_BYTES_MAX = 64 * 1024
"""From a peer that has not signed in, and may now: many times what a key or a token takes."""


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """Resets a connection whose last bytes the peer does not take; uvicorn itself would wait for ever."""

    place: Place | None = None
    """Where it is counted, left when it is closed."""
    _reset: asyncio.TimerHandle | None = None
    _first_message_bytes: int | None = None
    """Received of a first message that is bounded; None when it is not, or no longer."""

    def handle_connect(self, event: Request) -> None:
        """The handshake; who answers it may bound the first message."""
        if self.conn.accept(event).status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self.handshake_complete = self.close_sent = True
            self.transport.write(bad_request(_NO_HANDSHAKE, {"Sec-WebSocket-Version": "13"}))
            self.transport.close()
            self._reset_if_not_flushed()
            return
        super().handle_connect(event)
        self.scope["extensions"][FIRST_MESSAGE] = {"bound": self._bound_first_message}

    def _bound_first_message(self) -> None:
        self._first_message_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Bytes came, of frames or of parts of them."""
        super().data_received(data)
        if self._first_message_bytes is not None:
            self._first_message_bytes += len(data)
            self._check_first_message(self._first_message_bytes)

    def _check_first_message(self, octets: int) -> None:
        if octets > _FIRST_MESSAGE_BYTES_MAX and not self.close_sent:
            self._fail_as_too_big("sign in first, by a short frame")

    def _fail_as_too_big(self, why: str) -> None:
        self.frames = []
        self.conn.fail(CloseCode.MESSAGE_TOO_BIG, why)
        self.handle_parser_exception()

    def handle_ping(self) -> None:
        """Answer it, unless the peer takes no answers: what cannot leave must not pile up."""
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)

    def handle_cont(self, event: Frame) -> None:
        """A further piece of a message."""
        if len(self.frames) >= _FRAGMENTS_MAX:
            self._fail_as_too_big("too many fragments")
            return
        super().handle_cont(event)

    async def send(self, message: ASGISendEvent) -> None:
        """What the application says."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            # uvicorn takes a handshake that was refused with a response of ours for one that was never answered.
            self.handshake_complete = True

    def send_receive_event_to_app(self) -> None:
        """A whole message came, and the next may be as large as any.

        Text that is not UTF-8 closes with 1007; uvicorn would log it as a fault as well.
        """
        if self._first_message_bytes is not None:
            self._first_message_bytes = None
            self._check_first_message(sum(map(len, self.frames)))
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(self.frames):
            self.frames = []
            self.conn.fail(CloseCode.INVALID_DATA)  # the peer may have closed in the same breath
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The stream behind this socket has ended."""
        super().on_task_complete(task)
        if not self.disconnected:
            self._reset_if_not_flushed()

    def _reset_if_not_flushed(self) -> None:
        if self._reset is None:
            self._reset = self.loop.call_later(_FLUSH_TIMEOUT_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        if self._reset is not None:
            self._reset.cancel()
            self._reset = None
        if self.place is not None:
            self.place.leave()


def _is_utf8(parts: Iterable[bytes | bytearray]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
