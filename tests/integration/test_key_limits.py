"""The limits of a key over every face: who is over one is refused with the time to wait, and goes on after it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import grpc
import pytest
from websockets.exceptions import InvalidStatus

import asr_pb2
import tts_pb2
from hiwar.serving.keys import UNLIMITED
from support.grpc_calls import Services, failure, recognition, services, synthesis
from support.keys import Keys
from support.serving import Answer, LiveServer, live_server
from support.tones import spoken

SPEECH, TRANSCRIPTIONS = "/v1/tts/audio/speech", "/v1/asr/audio/transcriptions"
SAID = spoken("hello", sample_rate=16000, encoding="linear16", silence_ms=500)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_is_held_afterwards(server: LiveServer) -> Iterator[None]:
    yield
    server.until(lambda: not server.running.service._slots)


@pytest.fixture
def client(server: LiveServer) -> Iterator[Services]:
    with services(server) as connected:
        yield connected


@pytest.fixture
def new_key(server: LiveServer) -> Callable[..., str]:
    def make(**limits: int) -> str:
        return Keys(server.settings.keys_file).create("limited", limits=replace(UNLIMITED, **limits))[1]

    return make


def speak(server: LiveServer, key: str, text: str = "hi") -> Answer:
    return server.post(SPEECH, json.dumps({"input": text, "response_format": "pcm"}).encode(), {"X-API-Key": key})


def transcribe(server: LiveServer, key: str) -> Answer:
    body = (
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + wav(SAID) + b"\r\n--cut--"
    )
    headers = {"X-API-Key": key, "Content-Type": "multipart/form-data; boundary=cut"}
    return server.post(TRANSCRIPTIONS, body, headers)


def wav(pcm: bytes) -> bytes:
    size, rate = len(pcm), 16000
    head = b"RIFF" + (36 + size).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    form = b"\x01\x00\x01\x00" + rate.to_bytes(4, "little") + (2 * rate).to_bytes(4, "little") + b"\x02\x00\x10\x00"
    return head + form + b"data" + size.to_bytes(4, "little") + pcm


def said(socket: Any, kind: str) -> dict[str, Any]:
    """The next message of a type."""
    while True:
        frame = socket.recv(timeout=30)
        if isinstance(frame, str) and (message := json.loads(frame))["type"] == kind:
            return dict(message)


def explain(server: LiveServer, key: str, text: str = "hi") -> Answer:
    return server.post("/v1/text/explain", json.dumps({"text": text}).encode(), {"X-API-Key": key})


def test_to_explain_a_text_counts_as_to_speak_it(server: LiveServer, new_key: Callable[..., str]) -> None:
    key = new_key(requests_per_minute=2, tokens_per_minute=10)
    assert explain(server, key, 11 * "a").status == 429
    assert explain(server, key).status == 200
    assert speak(server, key).status == 429


@pytest.mark.parametrize("ask", [speak, transcribe])
def test_the_third_request_of_two_a_minute_over_rest(
    server: LiveServer, new_key: Callable[..., str], ask: Callable[[LiveServer, str], Answer]
) -> None:
    key = new_key(requests_per_minute=2)
    for remaining in ("1", "0"):
        answer = ask(server, key)
        assert answer.status == 200
        assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("2", remaining)
        assert 0 < int(answer.headers["x-ratelimit-reset"]) <= 60
    refused = ask(server, key)
    assert refused.status == 429
    assert refused.json["error"] == "rate_limit_exceeded"
    assert (refused.headers["x-ratelimit-limit"], refused.headers["x-ratelimit-remaining"]) == ("2", "0")
    assert 30 < int(refused.headers["retry-after"]) <= 60


def test_the_third_request_of_two_a_minute_over_one_websocket(server: LiveServer, new_key: Callable[..., str]) -> None:
    with server.connect("/v1/tts/stream", key=new_key(requests_per_minute=2)) as socket:
        for _ in range(3):
            socket.send('{"text": "hi"}')
        statuses = [said(socket, "synthesis_complete")["status"] for _ in range(2)]
        error = said(socket, "error")
        statuses.append(said(socket, "synthesis_complete")["status"])
    assert statuses == ["ok", "ok", "failed"]
    assert (error["code"], error["retryable"]) == ("rate_limit_exceeded", True)
    assert 30_000 < error["retry_after_ms"] <= 60_000


def test_the_third_recognition_stream_of_two_a_minute(server: LiveServer, new_key: Callable[..., str]) -> None:
    key = new_key(requests_per_minute=2)
    for _ in range(2):
        with server.connect("/v1/asr/stream", key=key) as socket:
            said(socket, "ready")
    with pytest.raises(InvalidStatus) as caught, server.connect("/v1/asr/stream", key=key):
        pass
    assert caught.value.response.status_code == 429
    assert 30 < int(caught.value.response.headers["retry-after"]) <= 60
    assert caught.value.response.headers["x-ratelimit-remaining"] == "0"
    with server.connect("/v1/asr/stream", key="") as socket:
        socket.send(json.dumps({"x-api-key": key}))
        error = said(socket, "error")
        assert (error["code"], error["retry_after_ms"] > 30_000) == ("rate_limit_exceeded", True)
        assert socket.close_code is None or socket.close_code == 4429


def test_the_third_call_of_two_a_minute_over_grpc(client: Services, new_key: Callable[..., str]) -> None:
    for call in (
        lambda metadata: client.tts.Synthesize(synthesis("hi"), metadata=metadata),
        lambda metadata: client.asr.Recognize(recognition(SAID), metadata=metadata),
    ):
        metadata = (("x-api-key", new_key(requests_per_minute=2)),)
        for _ in range(2):
            assert list(call(metadata))
        refused = failure(call(metadata))
        assert refused.status is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert refused.trailing["x-error-code"] == "rate_limit_exceeded"
        assert 30_000 < int(refused.trailing["retry-after-ms"]) <= 60_000
        assert 30 < int(refused.trailing["retry-after"]) <= 60
    metadata = (("x-api-key", new_key(requests_per_minute=1)),)
    client.tts.SynthesizeSimple(tts_pb2.SynthesizeSimpleRequest(text="hi"), metadata=metadata)
    with pytest.raises(grpc.RpcError) as caught:
        client.tts.SynthesizeSimple(tts_pb2.SynthesizeSimpleRequest(text="hi"), metadata=metadata)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_one_stream_at_a_time_whatever_the_face(
    server: LiveServer, client: Services, new_key: Callable[..., str]
) -> None:
    key = new_key(concurrent_streams=1)
    metadata = (("x-api-key", key),)
    with server.connect("/v1/tts/stream", key=key):
        with pytest.raises(InvalidStatus) as caught, server.connect("/v1/tts/stream", key=key):
            pass
        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["retry-after"] == "1"
        answer = speak(server, key)
        assert (answer.status, answer.json["error"]) == (429, "rate_limit_exceeded")
        refused = failure(client.tts.Synthesize(synthesis("hi"), metadata=metadata))
        assert (refused.status, refused.trailing["retry-after-ms"]) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "1000")
    server.until(lambda: not server.running.service._slots)
    assert speak(server, key).status == 200
    server.until(lambda: not server.running.service._slots)
    assert list(client.tts.Synthesize(synthesis("hi"), metadata=metadata))
    server.until(lambda: not server.running.service._slots)
    sending = client.sending(asr_pb2.RecognizeRequest(config=asr_pb2.RecognitionConfig()))
    call = client.asr.Recognize(sending, metadata=metadata)
    server.until(lambda: len(server.running.service._streams) == 1)
    assert speak(server, key).status == 429
    call.cancel()


def test_tokens_a_minute_of_text_and_the_connection_stays_usable(
    server: LiveServer, client: Services, new_key: Callable[..., str]
) -> None:
    key = new_key(tokens_per_minute=20)
    with server.connect("/v1/tts/stream", key=key) as socket:
        socket.send(json.dumps({"text": "a" * 15}))
        assert said(socket, "synthesis_complete")["status"] == "ok"
        socket.send(json.dumps({"text": "a" * 6}))
        error = said(socket, "error")
        assert (error["code"], 0 < error["retry_after_ms"] <= 120_000) == ("rate_limit_exceeded", True)
        assert said(socket, "synthesis_complete")["status"] == "failed"
        socket.send(json.dumps({"text": "a" * 5}))
        assert said(socket, "synthesis_complete")["status"] == "ok"
    refused = speak(server, key)
    assert (refused.status, refused.json["error"]) == (429, "rate_limit_exceeded")
    assert failure(client.tts.Synthesize(synthesis("hi"), metadata=(("x-api-key", key),))).trailing["retry-after"]


def test_a_text_over_a_whole_limit_is_refused_for_good_and_a_smaller_one_spoken(
    server: LiveServer, client: Services, new_key: Callable[..., str]
) -> None:
    key = new_key(tokens_per_minute=20)
    with server.connect("/v1/tts/stream", key=key) as socket:
        socket.send(json.dumps({"text": "a" * 21}))
        error = said(socket, "error")
        assert (error["code"], error["retryable"]) == ("rate_limit_exceeded", False)
        assert "retry_after_ms" not in error
        assert "20 tokens a minute" in error["message"]
        assert said(socket, "synthesis_complete")["status"] == "failed"
        socket.send(json.dumps({"text": "a" * 20}))
        assert said(socket, "synthesis_complete")["status"] == "ok"
    refused = speak(server, key, "a" * 21)
    assert (refused.status, refused.json["error"]) == (429, "rate_limit_exceeded")
    assert refused.headers["retry-after"] == "60"
    told = failure(client.tts.Synthesize(synthesis("a" * 21), metadata=(("x-api-key", key),)))
    assert told.status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not {"retry-after", "retry-after-ms"} & told.trailing.keys()


def test_tokens_a_minute_of_audio_end_the_stream(server: LiveServer, new_key: Callable[..., str]) -> None:
    with server.connect("/v1/asr/stream", key=new_key(tokens_per_minute=15)) as socket:
        socket.send(bytes(32_000))
        socket.send(bytes(32_000))
        error = said(socket, "error")
        assert (error["code"], error["retryable"]) == ("rate_limit_exceeded", True)
        assert error["retry_after_ms"] > 0


def test_the_local_key_has_no_limits(server: LiveServer) -> None:
    for _ in range(70):
        answer = speak(server, server.key)
        assert answer.status == 200
        assert "x-ratelimit-limit" not in answer.headers
