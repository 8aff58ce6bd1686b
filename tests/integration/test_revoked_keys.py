"""A key that is revoked by another process, or expires, ends what it has open, on every face; others go on."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from websockets.exceptions import ConnectionClosed

import asr_pb2
import tts_pb2
from support.grpc_calls import Services, failure, services
from support.keys import Keys
from support.raw_websocket import raw_socket
from support.serving import WAIT_S, LiveServer, live_server


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture
def store(server: LiveServer) -> Keys:
    return Keys(server.settings.keys_file)


@pytest.fixture
def client(server: LiveServer) -> Iterator[Services]:
    with services(server) as connected:
        yield connected


def revoked(store: Keys, key_id: str) -> None:
    assert store.revoke(key_id)


def expired(store: Keys, key_id: str) -> None:
    moment = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="microseconds")
    with closing(sqlite3.connect(store.file)) as connection, connection:
        connection.execute("UPDATE keys SET expires_at = ? WHERE key_id = ?", (moment, key_id))


Ending = Callable[[Keys, str], None]
both = pytest.mark.parametrize("ending", [revoked, expired])


def until_streams(server: LiveServer, count: int) -> None:
    server.until(lambda: len(server.running.service._streams) == count)


def ended(socket: Any) -> tuple[dict[str, Any], int | None]:
    """The last message, and the close."""
    last: dict[str, Any] = {}
    while True:
        try:
            frame = socket.recv(timeout=WAIT_S)
        except ConnectionClosed as closed:
            return last, closed.rcvd.code if closed.rcvd else None
        last = json.loads(frame) if isinstance(frame, str) else last


@both
def test_over_websocket(server: LiveServer, store: Keys, ending: Ending) -> None:
    record, key = store.create("leaving")
    _, others = store.create("staying")
    with (
        server.connect("/v1/tts/stream", key=key) as speaking,
        server.connect("/v1/asr/stream", key=key) as hearing,
        server.connect("/v1/tts/stream", key=others) as other,
    ):
        until_streams(server, 3)
        ending(store, record.principal.key_id)
        for socket in (speaking, hearing):
            error, close = ended(socket)
            assert (error["code"], close) == ("unauthorized", 4401)
        other.send('{"text": "hi"}')
        assert json.loads(other.recv(timeout=WAIT_S))["type"] == "synthesis_started"


@both
def test_over_grpc(server: LiveServer, store: Keys, client: Services, ending: Ending) -> None:
    record, key = store.create("leaving")
    metadata = (("x-api-key", key),)
    config = asr_pb2.RecognizeRequest(config=asr_pb2.RecognitionConfig())
    calls = [
        client.asr.Recognize(client.sending(config), metadata=metadata),
        client.tts.Synthesize(
            client.sending(tts_pb2.SynthesizeRequest(config=tts_pb2.SynthesisConfig())), metadata=metadata
        ),
    ]
    staying = client.asr.Recognize(client.sending(config), metadata=client.metadata)
    until_streams(server, 3)
    ending(store, record.principal.key_id)
    for call in calls:
        assert failure(call).status is grpc.StatusCode.UNAUTHENTICATED
    until_streams(server, 1)
    assert staying.is_active()
    staying.cancel()


@both
def test_speech_over_rest_breaks_off(server: LiveServer, store: Keys, ending: Ending) -> None:
    record, key = store.create("leaving")
    body = json.dumps({"input": "abcdefghi " * 900, "response_format": "pcm", "sample_rate": 48000}).encode()
    head = f"POST /v1/tts/audio/speech HTTP/1.1\r\nHost: test\r\nX-API-Key: {key}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with raw_socket(server) as connection:
        connection.sendall(head.encode() + body)
        received = connection.recv(4096)
        assert received.startswith(b"HTTP/1.1 200")
        ending(store, record.principal.key_id)
        until_streams(server, 0)
        try:
            while piece := connection.recv(1 << 20):
                received = received[-16:] + piece
        except ConnectionResetError:
            pass
        assert not received.endswith(b"0\r\n\r\n")


def test_an_upload_under_way_is_refused(server: LiveServer, store: Keys) -> None:
    record, key = store.create("leaving")
    head = f"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: test\r\nX-API-Key: {key}\r\nContent-Length: 1000000\r\n"
    with raw_socket(server) as connection:
        connection.sendall(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n".encode())
        server.until(lambda: len(server.running.service._slots) == 1)
        revoked(store, record.principal.key_id)
        assert connection.recv(4096).startswith(b"HTTP/1.1 401")
    server.until(lambda: len(server.running.service._slots) == 0)


def test_a_call_that_has_said_nothing_yet_is_refused(server: LiveServer, store: Keys, client: Services) -> None:
    record, key = store.create("leaving")
    call = client.asr.Recognize(client.sending(), metadata=(("x-api-key", key),))
    server.until(lambda: len(server.running.service._slots) == 1)
    revoked(store, record.principal.key_id)
    assert failure(call).status is grpc.StatusCode.UNAUTHENTICATED


def test_a_rotated_key_keeps_its_streams(server: LiveServer, store: Keys) -> None:
    record, key = store.create("rotating")
    with server.connect("/v1/tts/stream", key=key) as socket:
        until_streams(server, 1)
        assert store.rotate(record.principal.key_id, timedelta(0))
        server.call(lambda: None)
        socket.send('{"text": "hi"}')
        assert json.loads(socket.recv(timeout=WAIT_S))["type"] == "synthesis_started"
