"""The server over WebSocket, by a client library of its own."""

from collections.abc import Mapping
from contextlib import ExitStack, suppress

from golden.faces import Face
from golden.replay import LOST, Answered, Ended, Peer
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from support.serving import WAIT_S, LiveServer


class WebSocketPeer:
    """A stream over one WebSocket."""

    def __init__(self, socket: ClientConnection, opened: ExitStack) -> None:
        self._socket = socket
        self._opened = opened

    def send(self, frame: str | bytes) -> None:
        with suppress(ConnectionClosed):
            self._socket.send(frame)

    def receive(self) -> str | bytes | Ended:
        try:
            return self._socket.recv(WAIT_S)
        except ConnectionClosed as closed:
            return Ended(closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else Ended(LOST, "connection lost")

    def close(self) -> None:
        self._opened.close()


class WebSocketDialer:
    """Opens WebSockets to one server."""

    def __init__(self, server: LiveServer) -> None:
        self._server = server

    @property
    def face(self) -> Face:
        return Face.WEBSOCKET

    def refused(self, path: str, query: str, headers: Mapping[str, str]) -> Answered:
        answered, peer = self.open(path, query, headers)
        if peer is not None:
            peer.close()
        return answered

    def open(self, path: str, query: str, headers: Mapping[str, str]) -> tuple[Answered, Peer | None]:
        address = f"{self._server.url}{path}" + (f"?{query}" if query else "")
        opened = ExitStack()
        try:
            socket = opened.enter_context(
                connect(
                    address,
                    additional_headers=dict(headers),
                    compression=None,
                    proxy=None,
                    max_size=None,
                    open_timeout=WAIT_S,
                )
            )
        except InvalidStatus as refused:
            answer = refused.response
            return Answered(answer.status_code, _lower(answer.headers), bytes(answer.body or b"")), None
        assert socket.response is not None
        return Answered(101, _lower(socket.response.headers)), WebSocketPeer(socket, opened)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
