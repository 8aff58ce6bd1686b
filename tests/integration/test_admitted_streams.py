"""A server with room for one: whoever comes next is refused on every face with a time to wait, and loses nothing."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import grpc
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

import asr_pb2
import tts_pb2
from hiwar.serving.keys import UNLIMITED
from support.grpc_calls import Services, failure, recognition, services, synthesis
from support.keys import Keys
from support.serving import LiveServer, live_server
from support.tones import spoken

SPEECH, TRANSCRIPTIONS = "/v1/tts/audio/speech", "/v1/asr/audio/transcriptions"
SAID = spoken("hello", sample_rate=16000, encoding="linear16", silence_ms=500)
ONE_AT_A_TIME = {"admission.enabled": True, "admission.utilisation_max": 0.001, "admission.pressure_from": 0.001}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), ONE_AT_A_TIME) as started:
        yield started


@pytest.fixture(autouse=True)
def everybody_has_left_afterwards(server: LiveServer) -> Iterator[None]:
    yield
    server.until(lambda: server.running.service._admission.load == 0)


@pytest.fixture
def client(server: LiveServer) -> Iterator[Services]:
    with services(server) as connected:
        yield connected


def said(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a type."""
    while True:
        frame = socket.recv(timeout=30)
        if isinstance(frame, str) and (message := json.loads(frame))["type"] == kind:
            return dict(message)


@contextlib.contextmanager
def somebody(server: LiveServer) -> Iterator[ClientConnection]:
    """Somebody whose request is open for text, and was admitted."""
    with server.connect("/v1/tts/stream") as socket:
        socket.send('{"type": "start", "request_id": "held"}')
        socket.send('{"type": "text", "text": "one "}')
        socket.send('{"type": "flush"}')
        said(socket, "flushed")
        yield socket
        socket.send('{"type": "finish"}')
        assert said(socket, "synthesis_complete")["status"] == "ok"


def test_a_synthesis_request_that_is_refused_leaves_its_connection_usable(server: LiveServer) -> None:
    with server.connect("/v1/tts/stream") as waiting:
        with somebody(server):
            waiting.send('{"text": "hi", "request_id": "mine"}')
            error = said(waiting, "error")
            assert (error["code"], error["request_id"], error["retryable"]) == ("server_busy", "mine", True)
            assert 50 < error["retry_after_ms"] <= 18_750
            assert said(waiting, "synthesis_complete")["status"] == "failed"
        waiting.send('{"text": "hi"}')
        assert said(waiting, "synthesis_complete")["status"] == "ok"


def test_who_was_served_is_served_again(server: LiveServer) -> None:
    with server.connect("/v1/tts/stream") as caller, server.connect("/v1/tts/stream") as newcomer:
        for _ in range(3):
            caller.send('{"text": "hi"}')
            assert said(caller, "synthesis_complete")["status"] == "ok"
            newcomer.send('{"text": "hi"}')
            assert said(newcomer, "error")["code"] == "server_busy"


def test_a_recognition_stream_is_refused_in_its_handshake(server: LiveServer) -> None:
    with somebody(server):
        with pytest.raises(InvalidStatus) as caught, server.connect("/v1/asr/stream"):
            pass
        assert caught.value.response.status_code == 503
        assert 1 <= int(caught.value.response.headers["retry-after"]) <= 19
        with server.connect("/v1/asr/stream", key="") as socket:
            socket.send(json.dumps({"x-api-key": server.key}))
            error = said(socket, "error")
            assert error["code"] == "server_busy"
            assert error["retry_after_ms"] > 50
    with server.connect("/v1/asr/stream") as socket:
        assert said(socket, "ready")


def test_grpc_calls_are_refused_with_a_time_to_wait(server: LiveServer, client: Services) -> None:
    metadata = (("x-api-key", server.key),)
    with somebody(server):
        for call in (
            client.tts.Synthesize(synthesis("hi"), metadata=metadata),
            client.asr.Recognize(recognition(SAID), metadata=metadata),
        ):
            refused = failure(call)
            assert refused.status is grpc.StatusCode.UNAVAILABLE
            assert refused.trailing["x-error-code"] == "server_busy"
            assert int(refused.trailing["retry-after-ms"]) > 50
        with pytest.raises(grpc.RpcError):
            client.tts.SynthesizeSimple(tts_pb2.SynthesizeSimpleRequest(text="hi"), metadata=metadata)
    assert list(client.tts.Synthesize(synthesis("hi"), metadata=metadata))


def test_requests_over_rest_are_refused_with_a_time_to_wait(server: LiveServer) -> None:
    with somebody(server):
        refused = server.post(SPEECH, b'{"input": "hi", "response_format": "pcm"}')
        assert (refused.status, refused.json["reason"]) == (503, "server_busy")
        assert 1 <= int(refused.headers["retry-after"]) <= 19
    assert server.post(SPEECH, b'{"input": "hi", "response_format": "pcm"}').status == 200


def test_what_is_refused_does_not_count_against_its_key(server: LiveServer) -> None:
    limits = replace(UNLIMITED, requests_per_minute=2)
    _, key = Keys(server.settings.keys_file).create("limited", limits=limits)
    with server.connect("/v1/tts/stream", key=key) as waiting:
        with somebody(server):
            for _ in range(3):
                waiting.send('{"text": "hi"}')
                assert said(waiting, "error")["code"] == "server_busy"
                assert said(waiting, "synthesis_complete")["status"] == "failed"
                with pytest.raises(InvalidStatus), server.connect("/v1/asr/stream", key=key):
                    pass
        for _ in range(2):
            waiting.send('{"text": "hi"}')
            assert said(waiting, "synthesis_complete")["status"] == "ok"


def test_a_client_is_told_how_much_is_spent_on_it(server: LiveServer, client: Services) -> None:
    with server.connect("/v1/tts/stream") as socket:
        socket.send('{"text": "hi", "request_id": "mine"}')
        level = said(socket, "service_level")
        assert level == {"type": "service_level", "level": "reduced", "request_id": "mine"}
        assert said(socket, "synthesis_complete")["status"] == "ok"
    with server.connect("/v1/asr/stream?request_id=ears") as socket:
        socket.send(SAID)
        level = said(socket, "service_level")
        assert level["request_id"] == "ears"
        assert (level["level"], level["partial_interval_ms"]) == ("reduced", 1000)
        socket.send('{"type": "finish"}')
        assert said(socket, "final")["transcript"] == "hello"
    metadata = (("x-api-key", server.key),)
    spoken_levels = [
        response.service_level.level
        for response in client.tts.Synthesize(synthesis("hi"), metadata=metadata)
        if response.HasField("service_level")
    ]
    assert spoken_levels == [tts_pb2.ServiceLevel.REDUCED]
    for events in (True, False):
        asked = recognition(SAID, asr_pb2.RecognitionConfig(enable_speech_events=events))
        heard_levels = [
            (response.service_level.level, response.service_level.partial_interval_ms)
            for response in client.asr.Recognize(asked, metadata=metadata)
            if response.HasField("service_level")
        ]
        assert heard_levels == ([(asr_pb2.ServiceLevel.REDUCED, 1000)] if events else [])
