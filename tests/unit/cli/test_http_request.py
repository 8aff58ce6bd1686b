"""A server's refusals are errors again, whatever it answers."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiwar.cli.http_request import request
from hiwar.cli.server_choice import Server
from hiwar.client import ConnectionFailedError
from hiwar.errors import ErrorCode, HiwarError
from support.serving import LiveServer, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.mark.parametrize(
    ("path", "body", "code", "said"),
    [
        ("/v1/text/explain", {"text": "x", "voice": "Nobody"}, ErrorCode.INVALID_VOICE, "voice must be one of"),
        ("/v1/text/explain", {"text": 1}, ErrorCode.INVALID_REQUEST, "validation"),
        ("/nothing", None, ErrorCode.INVALID_REQUEST, "HTTP 404"),
    ],
)
def test_what_the_server_says_is_the_error(
    server: LiveServer, path: str, body: object, code: ErrorCode, said: str
) -> None:
    with pytest.raises(HiwarError, match=said) as refused:
        request(Server(server.url, server.key), path, body)
    assert refused.value.code is code


def test_a_refused_key_is_asked_about(server: LiveServer) -> None:
    with pytest.raises(HiwarError, match="--api-key"):
        request(Server(server.url, "wrong"), "/v1/voices")


def test_nobody_there_is_said(tmp_path: Path) -> None:
    with live_server(tmp_path) as ended:
        url = ended.url
    with pytest.raises(ConnectionFailedError, match="hiwar serve"):
        request(Server(url, None), "/v1/voices")


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A peer that answers whatever it is asked with these bytes: its address, and what it was asked."""
    asked: list[bytes] = []

    class Peer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.readline())
            while self.rfile.readline().strip():
                pass
            self.wfile.write(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Peer) as peer:
        thread = threading.Thread(target=peer.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"ws://127.0.0.1:{peer.server_address[1]}", asked
        finally:
            peer.shutdown()
            thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_is_not_taken_to_where_a_server_sends_on(status: int) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (other, asked):
        elsewhere = other.replace("ws", "http").encode()
        sends_on = b"HTTP/1.1 %d Moved\r\nLocation: %b/\r\nContent-Length: 0\r\n\r\n" % (status, elsewhere)
        with answering(sends_on) as (url, _), pytest.raises(HiwarError, match=f"HTTP {status}"):
            request(Server(url, "key"), "/v1/voices")
        assert asked == []


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_who_is_no_server_is_said(answer: bytes) -> None:
    with answering(answer) as (url, _), pytest.raises(ConnectionFailedError, match="not answer as a hiwar server"):
        request(Server(url, None), "/v1/voices")


def test_a_server_that_does_not_answer_is_not_taken_for_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"ws://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ConnectionFailedError, match="has not answered"):
            request(Server(url, None), "/v1/voices", timeout_s=0.05)
