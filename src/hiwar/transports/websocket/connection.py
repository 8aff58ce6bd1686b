"""A WebSocket as the drivers see it, and the handshake that both endpoints share."""

import contextlib
from collections.abc import Iterator

from starlette.websockets import WebSocket, WebSocketDisconnect

from hiwar.errors import HiwarError
from hiwar.protocol import json_codec
from hiwar.protocol.messages import ServerMessage
from hiwar.serving.connection import PeerGoneError
from hiwar.transports.rest.errors import error_response

FIRST_MESSAGE = "hiwar.first_message"
"""ASGI extension: `bound` keeps the next message to what signing in takes."""


class WebSocketConnection:
    """Frames of an accepted WebSocket."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> str | bytes | None:
        """The next frame; None when the peer has closed or is gone."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text: str | None = message.get("text")
        return text if text is not None else bytes(message["bytes"])

    async def send(self, message: ServerMessage) -> None:
        """Send a text frame, waiting while the socket's buffer is full. Raises PeerGoneError."""
        with _peer_gone():
            await self._socket.send({"type": "websocket.send", "text": json_codec.encode(message)})

    async def send_audio(self, audio: bytes) -> None:
        """Send a binary frame in the same way."""
        with _peer_gone():
            await self._socket.send({"type": "websocket.send", "bytes": audio})

    async def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake."""
        with _peer_gone():
            await self._socket.send({"type": "websocket.close", "code": code, "reason": reason})


@contextlib.contextmanager
def _peer_gone() -> Iterator[None]:
    """Starlette says a lost peer by WebSocketDisconnect, and by RuntimeError once it was told."""
    try:
        yield
    except (OSError, RuntimeError, WebSocketDisconnect) as error:
        raise PeerGoneError from error


async def accept(socket: WebSocket, request_id: str, *, is_signed_in: bool) -> WebSocketConnection:
    """Complete the upgrade; a peer that is yet to sign in may send little at first. Raises PeerGoneError."""
    if not is_signed_in and (extension := socket.scope["extensions"].get(FIRST_MESSAGE)):
        extension["bound"]()
    with _peer_gone():
        await socket.accept(headers=[(b"x-request-id", request_id.encode())])
    return WebSocketConnection(socket)


async def refuse(socket: WebSocket, error: HiwarError, request_id: str) -> None:
    """Answer the handshake with an HTTP error instead of the upgrade."""
    with contextlib.suppress(PeerGoneError), _peer_gone():
        await socket.send_denial_response(error_response(error, request_id))
