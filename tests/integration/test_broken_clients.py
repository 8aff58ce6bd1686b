"""Clients that speak no protocol, or break it: each is answered or cut off, and the server stays as it was."""

import contextlib
import json
import random
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from support.raw_websocket import BINARY, TEXT, frame, raw_socket, raw_stream, upgrade
from support.serving import WAIT_S, LiveServer, live_server

TTS, ASR = "/v1/tts/stream", "/v1/asr/stream"
STREAMS_MAX = 3
UNSIGNED_MAX = 5
FLAGS = {"limits.streams_max": STREAMS_MAX, "limits.connections_unsigned_max": UNSIGNED_MAX}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), FLAGS) as started:
        yield started


@pytest.fixture(autouse=True)
def healthy_afterwards(server: LiveServer) -> Iterator[None]:
    yield
    server.until(lambda: not server.running.service._slots)
    with server.connect(TTS) as client:
        client.send('{"text": "still here"}')
        assert "synthesis_started" in str(client.recv(WAIT_S))
    server.until(lambda: not server.running.service._slots)


def _everything(server: LiveServer, *sent: bytes, path: str | None = None) -> bytes:
    """What the server answers until it closes."""
    with raw_stream(server, path) if path else raw_socket(server) as client:
        client.sendall(b"".join(sent))
        answer = b""
        while received := client.recv(65536):
            answer += received
        return answer


@pytest.mark.parametrize(
    "garbage",
    [
        random.Random(1).randbytes(4096),  # noqa: S311 - test data
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"HELP\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
    ],
    ids=["random", "TLS hello", "another protocol", "HTTP 9.9"],
)
def test_garbage_instead_of_http(server: LiveServer, garbage: bytes) -> None:
    assert _everything(server, garbage).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET /v1/tts/stream HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", 404),
        ("POST /v1/asr/stream HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", 404),
        ("POST /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 405),
        ("GET /v1/../healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", 404),
    ],
)
def test_http_where_a_stream_is_meant(server: LiveServer, head: str, status: int) -> None:
    assert _everything(server, head.encode()).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: short"),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
    ],
)
def test_handshakes_that_are_none(server: LiveServer, line: str, instead: str) -> None:
    handshake = upgrade(TTS, server.key).decode()
    assert line in handshake
    answer = _everything(server, handshake.replace(line, instead).encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert {b"x-content-type-options: nosniff", b"sec-websocket-version: 13"} <= set(head.lower().split(b"\r\n"))
    assert json.loads(body)["reason"] == "invalid_request"


@pytest.mark.parametrize("path", [TTS, ASR])
@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (b"\x81\x05hello", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\xf1\x80\0\0\0\0", 1002),
        (frame(b"\xff\xfe", TEXT), 1007),
        (b"\x82\xff" + (1 << 40).to_bytes(8, "big") + bytes(4), 1009),
        (b"\x81\xff" + ((1 << 24) + 1).to_bytes(8, "big") + bytes(4) + b"a", 1009),
    ],
    ids=["no mask", "unknown opcode", "reserved bits", "no UTF-8", "a terabyte", "just over the limit"],
)
def test_frames_that_are_none(server: LiveServer, path: str, broken: bytes, code: int) -> None:
    answer = _everything(server, broken, path=path)
    at = answer.rindex(code.to_bytes(2, "big"))
    assert answer[at - 2] == 0x88, "the last frame is a close with this code"


@pytest.mark.parametrize("path", [TTS, ASR])
def test_a_message_in_many_fragments_is_one_message(server: LiveServer, path: str) -> None:
    message = b'{"type": "cancel"}' if path == TTS else b'{"type": "finish"}'
    head = frame(message[:1], TEXT)
    pieces = [bytes([head[0] & 0x7F]) + head[1:]]
    pieces += [frame(message[at : at + 1], 0)[:] for at in range(1, len(message))]
    pieces[1:-1] = [bytes([piece[0] & 0x7F]) + piece[1:] for piece in pieces[1:-1]]
    with raw_stream(server, path) as client:
        client.sendall(b"".join(pieces))
        answer = b""
        wanted = b'"cancelled"' if path == TTS else b'"done"'
        while wanted not in answer:
            received = client.recv(65536)
            assert received, answer
            answer += received


@pytest.mark.parametrize("path", [TTS, ASR])
def test_a_first_frame_that_signs_in_is_small(server: LiveServer, path: str) -> None:
    with server.connect(path, key="") as client:
        client.send(json.dumps({"x-api-key": server.key, "more": "a" * 65536}))
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(WAIT_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_a_frame_after_the_one_that_signs_in_may_be_large(server: LiveServer) -> None:
    with server.connect(ASR + "?sample_rate=48000&vad=false", key="") as client:
        client.send(json.dumps({"x-api-key": server.key}))
        client.send(bytes(96_000 * 2))
        client.send('{"type": "finish"}')
        said = [json.loads(message) for message in client]
    assert said[-1]["type"] == "done"
    assert said[-1]["audio_ms"] == 2_000


def test_a_message_in_fragments_without_end_is_refused(server: LiveServer) -> None:
    empty = frame(b"", 0)
    fragments = frame(b"", TEXT)[1:], bytes([empty[0] & 0x7F]) + empty[1:]
    answer = _everything(server, bytes([TEXT]) + fragments[0], fragments[1] * 5000, path=TTS)
    assert answer[-50:].rpartition(b"\x88")[2][1:3] == (1009).to_bytes(2, "big")


def test_text_and_audio_after_the_close_are_ignored(server: LiveServer) -> None:
    close = frame((1000).to_bytes(2, "big"), 8)
    for path in (TTS, ASR):
        answer = _everything(server, close, frame(b'{"text": "late"}', TEXT), frame(bytes(640), BINARY), path=path)
        assert b"synthesis_started" not in answer
        assert answer.endswith((1000).to_bytes(2, "big"))


def test_one_stream_more_than_there_is_room_for(server: LiveServer) -> None:
    with server.connect(TTS) as first, server.connect(ASR), server.connect(ASR):
        for path in (TTS, ASR):
            with pytest.raises(InvalidStatus) as refused, server.connect(path):
                pass
            answer = refused.value.response
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
            body = json.loads(answer.body or b"")
            assert (body["code"], body["reason"]) == ("HTTP_503", "server_busy")
        assert server.get("/readyz").status == 200
        first.send('{"text": "hi"}')
        assert "synthesis_started" in str(first.recv(WAIT_S))
    server.until(lambda: not server.running.service._slots)
    with server.connect(TTS), server.connect(TTS), server.connect(ASR):
        assert server.held.slots == STREAMS_MAX


def test_connections_that_never_sign_in_keep_nobody_out(server: LiveServer) -> None:
    with contextlib.ExitStack() as silent:
        for number in range(UNSIGNED_MAX):
            silent.enter_context(server.connect((TTS, ASR)[number % 2], key=""))
        with pytest.raises(InvalidStatus) as refused, server.connect(TTS, key=""):
            pass
        assert refused.value.response.status_code == 503
        with server.connect(TTS) as client:
            client.send('{"text": "hi"}')
            assert "synthesis_started" in str(client.recv(WAIT_S))


def test_a_first_frame_with_a_good_key_is_told_that_the_server_is_full(server: LiveServer) -> None:
    for path in (TTS, ASR):
        with server.connect(TTS), server.connect(TTS), server.connect(ASR), server.connect(path, key="") as client:
            client.send(json.dumps({"x-api-key": server.key}))
            assert json.loads(client.recv(WAIT_S))["code"] == "server_busy"
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(WAIT_S)
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4503, "server_busy")
        server.until(lambda: not server.running.service._slots)


def test_a_recording_in_one_large_frame_is_heard_to_its_end(server: LiveServer) -> None:
    octets = 4 * 1024 * 1024
    with server.connect(ASR + "?sample_rate=8000&encoding=mulaw") as client:
        client.send(b"\xff" * octets)
        client.send('{"type": "finish"}')
        said = [json.loads(frame) for frame in client]
    assert said[-1] == {"type": "done", "request_id": said[-1]["request_id"], "audio_ms": octets // 8, "segments": 0}
