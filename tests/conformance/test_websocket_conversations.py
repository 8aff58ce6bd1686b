"""The golden conversations, replayed over WebSocket against whole servers with tone engines."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from golden import asr, asr_handshake, sign_in, tts, tts_piecewise, tts_refusals
from golden.replay import Answered, Dialer, Ended, Peer, Replay
from golden.steps import Conversation
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from hiwar.serving.keys import KeyStore
from support.serving import WAIT_S, LiveServer, live_server, model_free_settings

ALL = [
    conversation
    for module in (sign_in, tts, tts_refusals, tts_piecewise, asr_handshake, asr)
    for conversation in module.CONVERSATIONS
]

LOST = 1006
"""The code that RFC 6455 sets aside for a connection that ended without a close."""


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


Server = tuple[Dialer, Mapping[str, str]]


@pytest.fixture(scope="module")
def server_with(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Mapping[str, object]], Server]]:
    """A server for some flags, with its keys by name; one for all conversations with the same flags."""
    with ExitStack() as stack:
        running: dict[tuple[tuple[str, object], ...], Server] = {}

        def start(flags: Mapping[str, object]) -> Server:
            wanted = tuple(sorted(flags.items()))
            if wanted not in running:
                data_dir = tmp_path_factory.mktemp("data")
                server = stack.enter_context(live_server(data_dir, flags))
                running[wanted] = WebSocketDialer(server), {"$KEY": server.key, **_make_keys(data_dir)}
            return running[wanted]

        yield start


def _make_keys(data_dir: Path) -> dict[str, str]:
    store = KeyStore(model_free_settings(data_dir).keys_file)
    try:
        revoked, revoked_key = store.create("revoked")
        store.revoke(revoked.principal.key_id)
        return {
            "$REVOKED": revoked_key,
            "$TTS_ONLY": store.create("speaks", services=("tts",))[1],
            "$ASR_ONLY": store.create("listens", services=("asr",))[1],
            "$YARA_ONLY": store.create("one voice", voices=("Yara",))[1],
        }
    finally:
        store.close()


@pytest.mark.parametrize("conversation", ALL, ids=lambda conversation: conversation.name)
def test_conversation(conversation: Conversation, server_with: Callable[[Mapping[str, object]], Server]) -> None:
    dialer, keys = server_with(conversation.flags)
    Replay(dialer, keys).run(conversation)


def test_conversation_names_are_unique() -> None:
    names = [conversation.name for conversation in ALL]
    assert len(names) == len(set(names))
