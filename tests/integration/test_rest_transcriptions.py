"""Recordings over REST: every form of the answer, uploads that are none, and clients that leave."""

import asyncio
import io
import json
import threading
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hiwar.audio.pcm import Samples
from hiwar.engines.contracts import Hypothesis
from hiwar.engines.tone.recognition import ToneRecognition
from support.raw_websocket import raw_socket, reset
from support.serving import WAIT_S, Answer, LiveServer, live_server
from support.tones import spoken

PATH, ALIAS = "/v1/asr/audio/transcriptions", "/v1/audio/transcriptions"
SAID = ("hello world", "what is it", "نعم")
PAUSE_MS = 1_500


def recording(*texts: str, rate: int = 16000) -> bytes:
    """A WAV file in which each text is an utterance."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        for text in texts:
            writer.writeframes(spoken(text, sample_rate=rate, encoding="linear16", silence_ms=PAUSE_MS))
    return file.getvalue()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    flags = {"limits.upload_bytes_max": 2_000_000, "limits.upload_audio_max_s": 20, "limits.upload_stall_ms": 200}
    with live_server(tmp_path_factory.mktemp("data"), flags) as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_is_held_afterwards(server: LiveServer) -> Iterator[None]:
    yield
    server.until(lambda: not server.running.service._slots)
    assert server.held.streams == 0


def multipart(file: bytes, fields: Mapping[str, str | Sequence[str]]) -> tuple[bytes, dict[str, str]]:
    """A form as its body and headers."""
    parts = [b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + file + b"\r\n"]
    given = [
        (name, value) for name, values in fields.items() for value in ([values] if isinstance(values, str) else values)
    ]
    parts += [
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in given
    ]
    return b"".join([*parts, b"--cut--\r\n"]), {"Content-Type": "multipart/form-data; boundary=cut"}


def ask(server: LiveServer, file: bytes, path: str = PATH, /, **fields: str | Sequence[str]) -> Answer:
    return server.post(path, *multipart(file, fields))


def head(server: LiveServer, length: int) -> bytes:
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: test\r\nX-API-Key: {server.key}\r\nContent-Length: {length}\r\n"
        "Content-Type: multipart/form-data; boundary=cut\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("path", [PATH, ALIAS])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_the_text_is_what_was_said(server: LiveServer, path: str, rate: int) -> None:
    answer = ask(server, recording(*SAID, rate=rate), path, model="whisper-1", prompt="x", temperature="0")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == {"text": " ".join(SAID)}


def test_it_is_the_same_as_on_a_stream(server: LiveServer) -> None:
    with server.connect("/v1/asr/stream?interim_results=false&word_timestamps=true") as socket:
        audio = recording(*SAID)[44:]
        for start in range(0, len(audio), 2048):
            socket.send(audio[start : start + 2048])
        socket.send('{"type": "finish"}')
        finals = [message for message in map(json.loads, socket) if message["type"] == "final"]
    found = ask(server, recording(*SAID), response_format="verbose_json", timestamp_granularities=["segment", "word"])
    segments, words = found.json["segments"], found.json["words"]
    assert [(one["text"], one["start"], one["end"]) for one in segments] == [
        (final["transcript"], final["start_ms"] / 1000, final["end_ms"] / 1000) for final in finals
    ]
    assert [(one["word"], one["start"], one["end"]) for one in words] == [
        (word["word"], word["start_ms"] / 1000, word["end_ms"] / 1000) for final in finals for word in final["words"]
    ]
    assert found.json["language"] == "en"


@pytest.mark.parametrize("name", ["timestamp_granularities", "timestamp_granularities[]"])
def test_words_come_when_asked_for(server: LiveServer, name: str) -> None:
    found = ask(server, recording("hi"), PATH, **{"response_format": "verbose_json", name: "word"}).json
    assert [word["word"] for word in found["words"]] == ["hi"]
    assert "segments" not in found


def test_text_and_subtitles(server: LiveServer) -> None:
    text, srt, vtt = (ask(server, recording(*SAID), response_format=form) for form in ("text", "srt", "vtt"))
    assert text.body.decode() == " ".join(SAID) + "\n"
    cues = srt.body.decode().strip().split("\n\n")
    assert [cue.split("\n")[0] for cue in cues] == ["1", "2", "3"]
    assert [cue.split("\n", 2)[2] for cue in cues] == list(SAID)
    assert cues[0].split("\n")[1].startswith("00:00:00,")
    assert vtt.body.decode().startswith("WEBVTT\n\n00:00:00.")
    assert vtt.body.decode().count(" --> ") == 3


def test_events_bring_an_utterance_at_a_time(server: LiveServer) -> None:
    answer = ask(server, recording(*SAID), stream="true")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line.removeprefix("data: ")) for line in answer.body.decode().split("\n\n") if line]
    assert [event["type"] for event in events] == ["transcript.text.delta"] * 3 + ["transcript.text.done"]
    assert "".join(event["delta"] for event in events[:-1]) == events[-1]["text"] == " ".join(SAID)


def test_spoken_numbers_become_digits_when_asked_for(server: LiveServer) -> None:
    file = recording("I paid twenty five dollars")
    assert ask(server, file, language="en", itn="true").json == {"text": "I paid $25"}
    assert ask(server, file, language="en").json == {"text": "I paid twenty five dollars"}
    assert ask(server, recording("room 12"), language="ar", digits="eastern").json == {"text": "room ١٢"}


def test_silence_says_nothing(server: LiveServer) -> None:
    assert ask(server, recording("")).json == {"text": ""}


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [({"language": "fr"}, 400, "unsupported_language"), ({"language": "", "model": ""}, 200, None)],
)
def test_languages(server: LiveServer, fields: dict[str, str], status: int, reason: str | None) -> None:
    answer = ask(server, recording("hi"), PATH, **fields)
    assert (answer.status, answer.json.get("reason")) == (status, reason)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("response_format", "docx"),
        ("timestamp_granularities[]", "letter"),
        ("stream", "perhaps"),
        ("digits", "roman"),
        ("itn", "2"),
    ],
)
def test_a_wrong_value_is_named(server: LiveServer, field: str, value: str) -> None:
    answer = ask(server, recording("hi"), PATH, **{field: value})
    assert (answer.status, answer.json["error"]) == (422, "validation_error")
    assert answer.json["errors"][0]["field"].startswith(field.removesuffix("[]"))


@pytest.mark.parametrize(
    ("file", "status", "reason"),
    [
        (b"", 415, "unsupported_format"),
        (b"%PDF-1.7 no audio", 415, "unsupported_format"),
        (recording("hello world")[:-20_000], 400, "corrupt_audio"),
        (recording(*["hello world"] * 12), 413, "file_too_large"),
        (bytes(2_000_001), 413, "file_too_large"),
    ],
    ids=["empty", "no audio", "cut short", "too long", "too large"],
)
def test_files_that_are_refused(server: LiveServer, file: bytes, status: int, reason: str) -> None:
    answer = ask(server, file)
    assert (answer.status, answer.json["error"], answer.json["reason"]) == (status, "http_error", reason)


def test_a_form_without_a_file(server: LiveServer) -> None:
    answer = server.post(PATH, b"--cut--\r\n", {"Content-Type": "multipart/form-data; boundary=cut"})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "file")


def test_too_large_a_file_is_refused_before_it_is_sent(server: LiveServer) -> None:
    with raw_socket(server) as client:
        client.sendall(head(server, 3_000_000))
        assert client.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_an_upload_that_stands_still_is_given_up_and_its_socket_closed(server: LiveServer) -> None:
    with raw_socket(server) as client:
        client.sendall(head(server, 100_000) + b"--cut\r\n")
        answer = b""
        while received := client.recv(65536):
            answer += received
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"reason":"idle_timeout"' in answer


def test_without_a_key_nothing_is_heard(server: LiveServer) -> None:
    body, headers = multipart(recording("hi"), {})
    assert server.post(PATH, body, {**headers, "X-API-Key": "wrong"}).status == 401


def test_a_client_that_leaves_in_its_upload_frees_everything(server: LiveServer) -> None:
    with raw_socket(server) as client:
        client.sendall(head(server, 100_000) + b"--cut\r\n")
        server.until(lambda: len(server.running.service._slots) == 1)
        reset(client)
    server.until(lambda: not server.running.service._slots)


class Slow(ToneRecognition):
    """Hears when it is let."""

    def __init__(self) -> None:
        self.hearing = threading.Event()
        self.gate = threading.Event()
        self.heard = 0

    def recognize(self, samples: Samples, **options: Any) -> Hypothesis:
        self.heard += 1
        self.hearing.set()
        assert self.gate.wait(WAIT_S)
        return super().recognize(samples, **options)


def test_a_client_that_leaves_is_heard_no_further(tmp_path_factory: pytest.TempPathFactory) -> None:
    with live_server(tmp_path_factory.mktemp("data")) as server, raw_socket(server) as client:
        service, engine = server.running.service, Slow()
        loaded = service.engines
        server.call(lambda: service.begin(replace(loaded, recognition=engine)))
        body, _ = multipart(recording(*["hello world"] * 30), {})
        client.sendall(head(server, len(body)) + body)
        assert engine.hearing.wait(WAIT_S)
        reset(client)
        server.until(lambda: _is_cancelled(server))
        engine.gate.set()
        server.until(lambda: not service._slots)
        assert engine.heard == 1


def _is_cancelled(server: LiveServer) -> bool:
    """Whether the request waits for nothing but the end of its engine step."""
    return any(task.cancelling() for task in asyncio.all_tasks(server.loop))


@pytest.mark.parametrize("buffered_ms", [50, 60_000])
def test_a_server_that_stops_answers_the_recording_it_has(
    tmp_path_factory: pytest.TempPathFactory, buffered_ms: int
) -> None:
    """However much of it has been handed on to what listens."""
    flags = {"limits.audio_buffered_max_ms": buffered_ms}
    with live_server(tmp_path_factory.mktemp("data"), flags) as server, raw_socket(server) as client:
        service, engine = server.running.service, Slow()
        loaded = service.engines
        server.call(lambda: service.begin(replace(loaded, recognition=engine)))
        body, _ = multipart(recording(*SAID), {})
        client.sendall(head(server, len(body)) + body)
        assert engine.hearing.wait(WAIT_S)
        server.stop()
        server.until(lambda: service.stopping)
        engine.gate.set()
        answer = b""
        while received := client.recv(65536):
            answer += received
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert " ".join(SAID) in answer.decode()
