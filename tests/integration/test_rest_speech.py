"""Speech over REST: its audio comes while it is made, and who leaves, stalls or is failed notices or frees it all."""

import base64
import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hiwar.engines.contracts import SpeechPiece
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.errors import EngineError
from hiwar.serving.bindings import LoadedAs, bindings
from hiwar.serving.catalogue import VoiceCatalogue
from hiwar.serving.engines import Engines
from hiwar.vocabulary import SpeechFormat
from support.raw_websocket import raw_socket, reset
from support.serving import WAIT_S, Answer, LiveServer, live_server
from support.tones import heard

SPEECH, ALIAS = "/v1/tts/audio/speech", "/v1/audio/speech"
LONG = {"input": "abcdefghi " * 1000, "response_format": "pcm", "sample_rate": 48000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_is_held_afterwards(server: LiveServer) -> Iterator[None]:
    yield
    server.until(lambda: not server.running.service._slots)
    assert server.held.streams == 0


def ask(server: LiveServer, body: object, path: str = SPEECH, **headers: str) -> Answer:
    return server.post(path, json.dumps(body).encode(), headers)


def head(server: LiveServer, body: object) -> bytes:
    """A request of bare bytes."""
    content = json.dumps(body).encode()
    return (
        f"POST {SPEECH} HTTP/1.1\r\nHost: test\r\nX-API-Key: {server.key}\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode() + content


def gated(server: LiveServer, engine: ToneSynthesis) -> None:
    """Have the server speak with another engine."""
    service = server.running.service
    loaded = service.engines
    catalogue = VoiceCatalogue(bindings("tone", {}), {LoadedAs("tone"): engine})
    server.call(lambda: service.begin(Engines(loaded.recognition, loaded.voice_activity, catalogue)))


class Interrupted(ToneSynthesis):
    """Speaks so many characters, then waits until it is let, then fails or goes on."""

    def __init__(self, after: int, *, fails: bool) -> None:
        super().__init__()
        self.gate = threading.Event()
        self._after = after
        self._fails = fails

    def _pieces(self, text: str, speed: float) -> Iterator[SpeechPiece]:
        for number, piece in enumerate(super()._pieces(text, speed)):
            if number == self._after:
                assert self.gate.wait(WAIT_S)
                if self._fails:
                    raise EngineError
            yield piece


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), {"limits.send_timeout_ms": 100}) as started:
        yield started


@pytest.mark.parametrize("path", [SPEECH, ALIAS])
@pytest.mark.parametrize(("encoding", "rate"), [("pcm", 22050), ("pcm", 8000), ("wav", 48000), ("mulaw", 8000)])
def test_the_audio_says_the_text(server: LiveServer, path: str, encoding: str, rate: int) -> None:
    answer = ask(server, {"input": "hello نعم", "response_format": encoding, "sample_rate": rate}, path)
    assert answer.status == 200
    assert heard(answer.body, sample_rate=rate, audio_format=encoding) == "hello نعم"


@pytest.mark.parametrize(
    ("encoding", "media_type", "begins"),
    [
        ("pcm", "audio/pcm;rate=22050;channels=1;bits=16;endian=little", b""),
        ("wav", "audio/wav", b"RIFF"),
        ("opus", "audio/ogg; codecs=opus", b"OggS"),
        ("mp3", "audio/mpeg", b"\xff"),
        ("aac", "audio/aac", b"\xff"),
        ("flac", "audio/flac", b"fLaC"),
        ("mulaw", "audio/basic", b""),
        ("alaw", "audio/PCMA;rate=8000", b""),
    ],
)
def test_every_format_has_its_media_type(server: LiveServer, encoding: str, media_type: str, begins: bytes) -> None:
    assert encoding in set(SpeechFormat)
    answer = ask(server, {"input": "hi", "response_format": encoding})
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.body.startswith(begins)


@pytest.mark.parametrize("extra", [{}, {"response_format": None, "voice": None, "speed": None}])
def test_the_format_is_mp3_unless_said_otherwise(server: LiveServer, extra: dict[str, None]) -> None:
    assert ask(server, {"input": "hi", **extra}).headers["content-type"] == "audio/mpeg"
    assert ask(server, {"input": "hi", "format": "wav", **extra}).headers["content-type"] == "audio/wav"


def test_fields_of_other_services_are_left_aside(server: LiveServer) -> None:
    assert ask(server, {"input": "hi", "model": "tts-1", "instructions": "warmly", "user": "x"}).status == 200


def test_speed_is_clamped_as_on_a_stream(server: LiveServer) -> None:
    sizes = [
        len(ask(server, {"input": "hello world", "response_format": "pcm", "speed": speed}).body)
        for speed in (2.0, 9.0, 1)
    ]
    assert sizes[0] == sizes[1] < sizes[2]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"input": ""}, 400, "invalid_request"),
        ({"input": "  \n"}, 400, "invalid_request"),
        ({"input": "a" * 51_201}, 400, "text_too_long"),
        ({"input": "hi", "voice": "Nobody"}, 400, "invalid_voice"),
        ({"input": "hi", "response_format": "wma"}, 400, "invalid_format"),
        ({"input": "hi", "response_format": "mulaw", "sample_rate": 16000}, 400, "invalid_format"),
        ({"input": "hi", "sample_rate": 11025}, 400, "invalid_format"),
        ({"input": "hi", "language": "fr"}, 400, "unsupported_language"),
    ],
)
def test_what_is_refused(server: LiveServer, body: object, status: int, reason: str) -> None:
    answer = ask(server, body)
    assert answer.status == status
    assert answer.json == {
        "error": "http_error",
        "detail": answer.json["detail"],
        "code": f"HTTP_{status}",
        "reason": reason,
    }


@pytest.mark.parametrize("text", ["", "a" * 51_201])
def test_the_refusal_of_a_text_names_its_field(server: LiveServer, text: str) -> None:
    assert ask(server, {"input": text}).json["detail"].startswith("input ")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "input"),
        ({"input": 1}, "input"),
        ({"input": "hi", "speed": "fast"}, "speed"),
        ({"input": "hi", "voice": {"id": "x"}}, "voice"),
        ({"input": "hi", "sample_rate": 16000.5}, "sample_rate"),
        ({"input": "hi", "stream_format": "smoke"}, "stream_format"),
        ([], ""),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(server: LiveServer, body: object, field: str) -> None:
    answer = ask(server, body)
    assert answer.status == 422
    assert (answer.json["error"], answer.json["detail"]) == ("validation_error", "Request validation failed")
    assert [error.keys() for error in answer.json["errors"]] == [{"field", "message"}]
    assert answer.json["errors"][0]["field"] == field


def test_a_body_that_is_no_json(server: LiveServer) -> None:
    answer = server.post(SPEECH, b'{"input": "hi"')
    assert (answer.status, answer.json["reason"]) == (400, "invalid_request")


def test_the_longest_text_is_taken_and_more_than_a_stream_takes(server: LiveServer) -> None:
    text = "a" + " " * 51_198 + "b"
    assert ask(server, {"input": text, "response_format": "mulaw"}).status == 200


@pytest.mark.parametrize(
    ("sent", "echoed"), [("mine-1_A", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("ü", False)]
)
@pytest.mark.parametrize("path", [SPEECH, "/healthz", "/nothing/here"])
def test_a_well_formed_request_id_comes_back(server: LiveServer, path: str, sent: str, echoed: bool) -> None:
    headers = {"X-Request-ID": sent}
    answer = ask(server, {"input": "hi"}, **headers) if path == SPEECH else server.get(path, headers)
    assert (answer.headers["x-request-id"] == sent) is echoed
    assert answer.status == {SPEECH: 200 if echoed else 400, "/healthz": 200, "/nothing/here": 404}[path]


def test_without_a_key_nothing_is_spoken(server: LiveServer) -> None:
    answer = server.post(SPEECH, b'{"input": "hi"}', {"X-API-Key": "wrong"})
    assert (answer.status, answer.json["error"], answer.headers["www-authenticate"]) == (401, "unauthorized", "Bearer")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_other_methods_are_refused(server: LiveServer, method: str) -> None:
    connection = http.client.HTTPConnection(*server.running.address, timeout=WAIT_S)
    connection.request(method, SPEECH)
    response = connection.getresponse()
    assert (response.status, response.headers["allow"]) == (405, "POST")
    body = response.read()
    assert method == "HEAD" or json.loads(body)["code"] == "HTTP_405"
    connection.close()


def test_events_hold_the_same_audio(server: LiveServer) -> None:
    asked = {"input": "hello world", "response_format": "mulaw"}
    answer = ask(server, {**asked, "stream_format": "sse"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = _events(answer.body)
    assert [event["type"] for event in events[-2:]] == ["speech.audio.delta", "speech.audio.done"]
    audio = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert audio == ask(server, asked).body
    assert events[-1]["usage"]["input_tokens"] == len("hello world")


def _events(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("data: ")) for line in body.decode().split("\n\n") if line]


@pytest.mark.parametrize("encoding", ["pcm", "wav", "mp3", "opus", "flac", "aac"])
def test_the_first_audio_comes_before_the_last_is_made(own_server: LiveServer, encoding: str) -> None:
    engine = Interrupted(20, fails=False)
    gated(own_server, engine)
    connection = http.client.HTTPConnection(*own_server.running.address, timeout=WAIT_S)
    body = json.dumps({"input": "abcdefghi " * 4, "response_format": encoding})
    connection.request("POST", SPEECH, body, {"X-API-Key": own_server.key})
    response = connection.getresponse()
    first = response.read1(1 << 20)
    assert first
    engine.gate.set()
    rest = response.read()
    assert rest
    connection.close()
    if encoding == "pcm":
        assert heard(first + rest, sample_rate=22050, audio_format="pcm").split() == ["abcdefghi"] * 4


def test_a_failure_before_the_first_audio_has_its_status(own_server: LiveServer) -> None:
    engine = Interrupted(0, fails=True)
    engine.gate.set()
    gated(own_server, engine)
    answer = ask(own_server, {"input": "hello"})
    assert (answer.status, answer.json["code"], answer.json["reason"]) == (500, "HTTP_500", "internal")


@pytest.mark.parametrize("stream_format", ["audio", "sse"])
def test_a_failure_in_mid_audio_is_no_clean_end(own_server: LiveServer, stream_format: str) -> None:
    engine = Interrupted(20, fails=True)
    gated(own_server, engine)
    connection = http.client.HTTPConnection(*own_server.running.address, timeout=WAIT_S)
    body = json.dumps({"input": "abcdefghi " * 4, "response_format": "pcm", "stream_format": stream_format})
    connection.request("POST", SPEECH, body, {"X-API-Key": own_server.key})
    response = connection.getresponse()
    assert (response.status, bool(response.read1(1 << 20))) == (200, True)
    engine.gate.set()
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        response.read()
    connection.close()
    own_server.until(lambda: not own_server.running.service._slots)


def test_a_client_that_leaves_frees_everything(server: LiveServer) -> None:
    for leave in (reset, socket.socket.close):
        with raw_socket(server) as client:
            client.sendall(head(server, LONG))
            assert client.recv(65536)
            leave(client)
        server.until(lambda: not server.running.service._slots)
        assert server.held.streams == 0
        assert server.running.service._synthesis_workers.waiting == 0


def test_a_client_that_takes_nothing_is_cut_off(own_server: LiveServer, caplog: pytest.LogCaptureFixture) -> None:
    with raw_socket(own_server) as client:
        client.sendall(head(own_server, LONG))
        assert client.recv(1)
        own_server.until(lambda: not own_server.running.service._slots)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := client.recv(1 << 20):
                received += chunk
        assert not received.endswith(b"0\r\n\r\n")
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_slow_client_gets_all_of_it(server: LiveServer) -> None:
    with raw_socket(server) as client:
        client.sendall(head(server, {**LONG, "input": "abcdefghi " * 150}))
        server.until(lambda: _waits_for_its_client(server))
        received = bytearray()
        while not received.endswith(b"\r\n0\r\n\r\n"):
            received += client.recv(1 << 16)
    assert len(received) > 150 * 10 * 80 * 96


def _waits_for_its_client(server: LiveServer) -> bool:
    return any(stream._outlet._turn.locked() for stream in server.running.service._streams)


def test_no_room_and_no_models_are_said_with_their_status(tmp_path_factory: pytest.TempPathFactory) -> None:
    with live_server(tmp_path_factory.mktemp("data"), {"limits.streams_max": 1}) as full:
        with full.connect("/v1/tts/stream"):
            full.until(lambda: len(full.running.service._slots) == 1)
            answer = ask(full, {"input": "hi"})
        assert (answer.status, answer.json["reason"], answer.headers["retry-after"]) == (503, "server_busy", "2")


def test_a_server_that_stops_finishes_what_it_speaks(own_server: LiveServer) -> None:
    engine = Interrupted(20, fails=False)
    gated(own_server, engine)
    connection = http.client.HTTPConnection(*own_server.running.address, timeout=WAIT_S)
    body = json.dumps({"input": "abcdefghi " * 4, "response_format": "pcm"})
    connection.request("POST", SPEECH, body, {"X-API-Key": own_server.key})
    response = connection.getresponse()
    first = response.read1(1 << 20)
    own_server.stop()
    own_server.until(lambda: own_server.running.service.stopping)
    engine.gate.set()
    audio = first + response.read()
    assert heard(audio, sample_rate=22050, audio_format="pcm").split() == ["abcdefghi"] * 4
    connection.close()
