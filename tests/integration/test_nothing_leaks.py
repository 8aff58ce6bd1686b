"""What callers send, hear and sign in with, planted on every face: no log, metric or trace may hold it."""

import base64
import io
import itertools
import json
import logging
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import grpc
import jwt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

import asr_pb2
import tts_pb2
from hiwar.engines.contracts import Hypothesis
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.server import log_setup
from hiwar.serving.bindings import LoadedAs, bindings
from hiwar.serving.catalogue import VoiceCatalogue
from support.collector import Collector, collector
from support.grpc_calls import recognition, services, synthesis
from support.serving import WAIT_S, LiveServer, live_server
from support.tones import spoken

TEXT, TRANSCRIPT = "quokka زنجبيل marzipan", "fjord bassoon"
WRONG_KEY = "hw_planted0_ThisKeyIsNoKeyAtAllButLooksLikeOne"
SECRET = b"a secret of more than 32 bytes, for the tests alone"
AUDIO = spoken(TRANSCRIPT, sample_rate=16000, encoding="linear16", silence_ms=800)
FORMS: tuple[Literal["text", "json"], ...] = ("text", "json")
SPEECH, TRANSCRIPTIONS = "/v1/audio/speech", "/v1/audio/transcriptions"


class FailingSpeech(ToneSynthesis):
    """Says in its exception what it was to say, as a library might."""

    def synthesize(self, text: str, **asked: Any) -> Iterator[Any]:
        raise ValueError(f"cannot say {text}")


class FailingHearing(ToneRecognition):
    """The same with samples."""

    def recognize(self, samples: Any, **asked: Any) -> Hypothesis:
        raise ValueError(f"cannot hear {samples.tobytes()!r}, or {TRANSCRIPT}")


@dataclass
class Caller:
    """Everybody who calls, and what must not be found afterwards."""

    server: LiveServer
    token: str
    planted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        signed = self.token.split(".")
        secrets = {"key": self.server.key, "wrong key": WRONG_KEY, "claims": signed[1], "signature": signed[2]}
        self.planted |= secrets
        for name, words in (("text", TEXT), ("transcript", TRANSCRIPT)):
            for word in words.split():
                self.planted |= {f"{name} {word}": word, f"{name} {word}, quoted": quote(word)}
                self.planted[f"{name} {word}, escaped"] = json.dumps(word)[1:-1]
                self.planted |= {f"{name} {word}, {form}": it for form, it in encoded(word.encode()).items()}
        self.plant_audio("heard", AUDIO)

    def plant_audio(self, name: str, audio: bytes) -> None:
        for at in range(1000, len(audio) - 12, max(1, len(audio) // 5)):
            part = audio[at : at + 12]
            if len(set(part)) > 6:
                self.planted |= {f"{name} audio at {at}, {form}": it for form, it in encoded(part).items()}


def encoded(part: bytes) -> dict[str, str]:
    """The ways in which a log line might hold it: base64 by how it falls on a group of three bytes."""
    forms = {"hex": part.hex(), "bytes": repr(part)[2:-1], "numbers": ", ".join(map(str, part))}
    for before in range(3):
        shifted = base64.b64encode(bytes(before) + part).decode()
        forms[f"base64 {before}"] = shifted[-(-before * 8 // 6) : -4]
    return {form: it for form, it in forms.items() if len(it) > 5}


def over_websocket(caller: Caller) -> None:
    server = caller.server
    ask = json.dumps({"text": TEXT, "request_id": "asked"}, ensure_ascii=False)
    credentials = [
        ("", server.key, None),
        (f"?api_key={server.key}", "", None),
        (f"?token={caller.token}", "", None),
        ("", "", json.dumps({"x-api-key": server.key})),
        ("", "", json.dumps({"token": caller.token})),
        ("", "", json.dumps({"x-api-key": WRONG_KEY})),
        ("", WRONG_KEY, None),
        (f"?api_key={WRONG_KEY}", "", None),
    ]
    for query, key, frame in credentials:
        with suppress(InvalidStatus, ConnectionClosed), server.connect(f"/v1/tts/stream{query}", key=key) as socket:
            if frame:
                socket.send(frame)
            socket.send(ask)
            caller.plant_audio("spoken", until(socket, "synthesis_complete"))
        with suppress(InvalidStatus, ConnectionClosed), server.connect(f"/v1/asr/stream{query}", key=key) as socket:
            if frame:
                socket.send(frame)
            socket.send(AUDIO)
            socket.send('{"type": "finish"}')
            until(socket, "done")
    wrong = [
        {"text": TEXT, "voice": TEXT},
        {"text": TEXT * 500},
        {"text": TEXT, "format": TRANSCRIPT},
        {"type": TEXT},
        {"type": "start", "voice": "Yara"},
        {"type": "text", "text": TEXT},
        {"type": "cancel", "request_id": WRONG_KEY},
        {"type": "finish"},
    ]
    with server.connect("/v1/tts/stream") as socket:
        socket.send(TEXT)
        socket.send(AUDIO)
        for fields in wrong:
            socket.send(json.dumps(fields, ensure_ascii=False))
        socket.send('{"text": "last", "request_id": "last"}')
        with suppress(ConnectionClosed):
            until(socket, '"last","status"')
    with suppress(InvalidStatus), server.connect(f"/v1/asr/stream?language={quote(TEXT)}"):
        pass


def until(socket: Any, mark: str) -> bytes:
    """The audio up to a message."""
    audio = b""
    while True:
        frame = socket.recv(timeout=WAIT_S)
        if isinstance(frame, bytes):
            audio += frame
        elif mark in frame:
            return audio


def over_grpc(caller: Caller) -> None:
    key, token = ("x-api-key", caller.server.key), ("authorization", f"Bearer {caller.token}")
    wrong_voice = tts_pb2.SynthesisConfig(voice=TEXT)
    wrong_language = asr_pb2.RecognitionConfig(language_code=TRANSCRIPT)
    with services(caller.server) as client:
        for credential in (key, token, ("x-api-key", WRONG_KEY)):
            call = partial(called, (credential, ("x-request-id", "asked")))
            call(client.tts.Synthesize, synthesis(TEXT))
            call(client.tts.Synthesize, synthesis(TEXT, config=wrong_voice))
            call(client.tts.SynthesizeSimple, tts_pb2.SynthesizeSimpleRequest(text=TEXT * 500))
            call(client.asr.Recognize, recognition(AUDIO))
            call(client.asr.Recognize, recognition(AUDIO, wrong_language))


def called(metadata: tuple[tuple[str, str], ...], method: Callable[..., Any], asked: object) -> None:
    with suppress(grpc.RpcError):
        answer = method(asked, metadata=metadata)
        if isinstance(answer, Iterator):
            list(answer)


def over_rest(caller: Caller) -> None:
    server = caller.server
    recording = io.BytesIO()
    with wave.open(recording, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16000)
        writer.writeframes(AUDIO)
    bodies = [{"input": TEXT}, {"input": TEXT, "voice": TEXT}, {"input": TEXT * 5000}, {"input": TEXT, "speed": TEXT}]
    key, token = {"X-API-Key": server.key}, {"X-API-Key": "", "Authorization": f"Bearer {caller.token}"}
    for headers in (key, token, {"X-API-Key": WRONG_KEY}):
        for body in bodies:
            fields = {"response_format": "pcm", **body}
            caller.plant_audio("spoken", server.post(SPEECH, json.dumps(fields).encode(), headers).body)
            server.post(f"{SPEECH}?api_key={server.key}", json.dumps(fields).encode(), {"X-API-Key": ""})
        for file, language in ((recording.getvalue(), "auto"), (TEXT.encode(), "auto"), (AUDIO, TEXT)):
            form = (
                f'--cut\r\nContent-Disposition: form-data; name="language"\r\n\r\n{language}\r\n'
                f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{TRANSCRIPT}"\r\n\r\n'
            ).encode()
            multipart = {**headers, "Content-Type": "multipart/form-data; boundary=cut"}
            server.post(TRANSCRIPTIONS, form + file + b"\r\n--cut--\r\n", multipart)
        server.post(f"/v1/text/explain?token={caller.token}", json.dumps({"text": TEXT}).encode(), headers)
    server.get(f"/{quote(TEXT)}?api_key={server.key}")


def with_failing_engines(caller: Caller) -> None:
    service = caller.server.running.service
    loaded = service.engines
    catalogue = VoiceCatalogue(bindings("tone", {}), {LoadedAs("tone"): FailingSpeech()})
    caller.server.call(lambda: service.begin(replace(loaded, recognition=FailingHearing(), catalogue=catalogue)))
    try:
        over_websocket(caller)
        over_grpc(caller)
        over_rest(caller)
    finally:
        caller.server.call(lambda: service.begin(loaded))


@contextmanager
def everything_logged() -> Iterator[None]:
    """Lines of all loggers from debug level on, in both forms."""
    before = logging.root.handlers[:], logging.root.level
    try:
        handlers: list[logging.Handler] = []
        for form in FORMS:
            log_setup.set_up("debug", form)
            handlers += logging.root.handlers
        logging.root.handlers[:] = handlers
        logging.root.setLevel(logging.DEBUG)
        yield
    finally:
        logging.getLogger("hiwar").setLevel(logging.NOTSET)
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)


def test_what_was_planted_is_in_no_log_no_metric_and_no_trace(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_bytes(SECRET)
    token = jwt.encode({"sub": "caller", "aud": "hiwar", "exp": time.time() + 600}, SECRET)
    with everything_logged(), collector() as collected:
        flags = {"tokens.key_file": str(tmp_path / "secret"), "tracing": collected.address}
        with live_server(tmp_path, flags) as server:
            caller = Caller(server, token)
            for conversation in (over_websocket, over_grpc, over_rest, with_failing_engines):
                conversation(caller)
            metrics = server.get("/metrics", {"X-API-Key": server.key}).body.decode()
    logged = capfd.readouterr().err
    _were_all_there(logged, metrics, collected)
    traced = b"".join(collected.bodies).decode("utf-8", "replace")
    for where, text in {"log": logged, "metrics": metrics, "traces": traced}.items():
        found = {name for name, it in caller.planted.items() if it.lower() in text.lower()}
        assert not found, f"{where}: {sorted(found)}"


def _were_all_there(logged: str, metrics: str, collected: Collector) -> None:
    """The conversations took place, and were seen: nothing is found where nothing was."""
    assert logged.count("hiwar.streams: stream ended") == logged.count('"message": "stream ended"') > 50
    assert logged.count("hiwar.streams: request ended") == logged.count('"message": "request ended"') > 10
    assert "ValueError" in logged
    ends = set(itertools.product(("ok", "refused", "failed"), ("tts", "asr"), ("websocket", "grpc", "rest")))
    for outcome, service, transport in ends - {("failed", "tts", "websocket")}:  # the next request may succeed
        labels = f'{{outcome="{outcome}",service="{service}",transport="{transport}"}}'
        assert f"hiwar_streams_total{labels}" in metrics
    assert 'hiwar_tts_requests_total{outcome="failed"}' in metrics
    assert {"tts stream", "tts request", "asr stream", "sign in", "speak step"} <= {one.name for one in collected.spans}
