"""The server over REST: a request whose answer is the audio, or a recording whose answer is what it says."""

import json
import re
import secrets
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from golden.faces import Face
from golden.replay import ACCEPTED, Answered, Ended, Peer
from golden.sign_in import TTS

from faces import rest_forms
from hiwar.errors import STATUS, ErrorCode
from support.serving import Answer, LiveServer, http_ask

_SPEECH, _TRANSCRIPTIONS = "/v1/tts/audio/speech", "/v1/asr/audio/transcriptions"
_REQUEST_ID = "x-request-id"
_MEDIA_TYPES = {
    "audio/pcm": "pcm",
    "audio/wav": "wav",
    "audio/ogg": "opus",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/basic": "mulaw",
    "audio/pcma": "alaw",
}


class RestDialer:
    """Sends requests to one server."""

    def __init__(self, server: LiveServer) -> None:
        self._url = server.running.url("http")

    @property
    def face(self) -> Face:
        return Face.REST

    def open(self, path: str, query: str, headers: Mapping[str, str]) -> tuple[Answered, Peer | None]:
        peer = _SpeechPeer(self, headers) if path == TTS else _RecognitionPeer(self, query, headers)
        return Answered(ACCEPTED, None), peer

    def refused(self, path: str, query: str, headers: Mapping[str, str]) -> Answered:
        answer = self.speech({"input": "hi"}, headers) if path == TTS else self.transcription(b"", query, headers)
        return Answered(answer.status, answer.headers, answer.body)

    def speech(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """How a text is answered."""
        told = {**headers, "Content-Type": "application/json"}
        return http_ask(self._url + _SPEECH, told, json.dumps(body).encode())

    def transcription(self, audio: bytes, query: str, headers: Mapping[str, str]) -> Answer:
        """How a recording of raw audio, or of a stream with a header of its own, is answered."""
        told = dict(headers)
        if request_id := parse_qs(query, keep_blank_values=True).get("request_id"):
            told["X-Request-ID"] = request_id[0]
        return self.upload(rest_forms.recording(audio, query), rest_forms.transcription_fields(query), told)

    def upload(self, file: bytes, fields: Iterable[tuple[str, str]], headers: Mapping[str, str]) -> Answer:
        """How a file is answered."""
        boundary = secrets.token_hex(16)
        opening = f"--{boundary}\r\nContent-Disposition: form-data; name="
        parts = [f'{opening}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields]
        parts += [f'{opening}"file"; filename="a"\r\n\r\n'.encode(), file, f"\r\n--{boundary}--\r\n".encode()]
        told = {**headers, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return http_ask(self._url + _TRANSCRIPTIONS, told, b"".join(parts))


class _SpeechPeer:
    """Requests one after another."""

    def __init__(self, dialer: RestDialer, headers: Mapping[str, str]) -> None:
        self._dialer = dialer
        self._headers = headers
        self._told: deque[dict[str, Any] | bytes] = deque()

    def send(self, frame: str | bytes) -> None:
        fields = json.loads(frame)
        headers = dict(self._headers)
        if "request_id" in fields:
            headers["X-Request-ID"] = fields["request_id"]
        answer = self._dialer.speech(rest_forms.speech_body(fields), headers)
        if answer.status == 200:
            complete = {"type": "synthesis_complete", "request_id": answer.headers[_REQUEST_ID], "status": "ok"}
            self._told += (_started(answer, fields), answer.body, complete)
        else:
            self._told.append(_error(answer))

    def receive(self) -> str | bytes | Ended:
        told = self._told.popleft()
        return told if isinstance(told, bytes) else json.dumps(told)

    def close(self) -> None:
        """Every answer was read whole."""


class _RecognitionPeer:
    """One recording, sent when it is finished."""

    def __init__(self, dialer: RestDialer, query: str, headers: Mapping[str, str]) -> None:
        self._dialer = dialer
        self._query = query
        self._headers = headers
        self._audio: list[bytes] = []
        self._told: deque[dict[str, Any] | Ended] = deque()

    def send(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self._audio.append(frame)
            return
        answer = self._dialer.transcription(b"".join(self._audio), self._query, self._headers)
        if answer.status == 200:
            self._told += rest_forms.finals(answer.json, answer.headers[_REQUEST_ID])
            self._told.append(Ended(1000, "done"))
        else:
            error = _error(answer)
            code = ErrorCode(error["code"])
            self._told += (error, Ended(STATUS[code].websocket_close, code))

    def receive(self) -> str | bytes | Ended:
        told = self._told.popleft()
        return told if isinstance(told, Ended) else json.dumps(told)

    def close(self) -> None:
        """The answer was read whole."""


def _started(answer: Answer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the head of the response says, and the rate that was asked for: not every format's media type has it."""
    media_type, _, parameters = answer.headers["content-type"].partition(";")
    name = _MEDIA_TYPES[media_type.lower()]
    rates = dict(parameter.split("=") for parameter in parameters.split(";") if "=" in parameter)
    rate = rates.get("rate", asked.get("sample_rate") or (8000 if name == "mulaw" else 22050))
    return {
        "type": "synthesis_started",
        "request_id": answer.headers[_REQUEST_ID],
        "format": name,
        "sample_rate": int(rate),
    }


def _error(answer: Answer) -> dict[str, Any]:
    body = answer.json
    code = ErrorCode(body.get("reason", body["error"]))
    assert answer.status == STATUS[code].http, answer
    return {
        "type": "error",
        "code": str(code),
        "message": re.sub(r"\Ainput\b", "text", body["detail"]),  # what a text is called here
        "retryable": "retry-after" in answer.headers,
        "request_id": answer.headers[_REQUEST_ID],
    }
