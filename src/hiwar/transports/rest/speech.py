"""`POST /v1/tts/audio/speech` and `/v1/audio/speech`: a text in, its audio while it is made."""

import base64
from collections.abc import Mapping
from typing import Annotated, Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from hiwar.errors import HiwarError
from hiwar.protocol.fields import text_of
from hiwar.protocol.messages import ErrorEvent, ServerMessage, SynthesisComplete, SynthesisStarted
from hiwar.protocol.refusals import going_away
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.observation import StreamObservation
from hiwar.serving.service import SpeechService
from hiwar.transports.credentials import must_sign_in
from hiwar.transports.rest.bodies import read_json
from hiwar.transports.rest.headers import asked_request_id
from hiwar.transports.rest.streamed import EVENTS, StreamedResponse, event, streamed
from hiwar.vocabulary import DEFAULT_VOICE, LANGUAGE_CHOICES, SYNTHESIS_SAMPLE_RATES, SpeechFormat

PATHS = ("/v1/tts/audio/speech", "/v1/audio/speech")

_JSON_BYTES_PER_CHAR = 12
"""An escaped surrogate pair."""
_OTHER_FIELDS_BYTES = 64 * 1024


class CreateSpeech(msgspec.Struct, frozen=True):
    """A text to speak. Fields that are not named here, as `model` and `instructions`, are left aside; null is absent.

    `format` is another name of `response_format`. `stream_format` `sse` wraps the audio in server-sent events.
    """

    input: str
    voice: str | None = DEFAULT_VOICE
    response_format: Annotated[str | None, msgspec.Meta(extra_json_schema={"enum": [*SpeechFormat, None]})] = "mp3"
    format: str | None = None
    sample_rate: Annotated[int | None, msgspec.Meta(extra_json_schema={"enum": [*SYNTHESIS_SAMPLE_RATES, None]})] = None
    speed: float | None = 1.0
    language: Annotated[str | None, msgspec.Meta(extra_json_schema={"enum": [*LANGUAGE_CHOICES, None]})] = "auto"
    stream_format: Literal["audio", "sse"] = "audio"

    def request(self, request_id: str, chars_max: int) -> dict[str, object]:
        """The fields of the synthesis request. Raises HiwarError for the text, which has another name here."""
        return {
            "text": text_of(self.input, chars_max, "input"),
            "voice": self.voice,
            "format": self.format or self.response_format or SpeechFormat.MP3,
            "sample_rate": self.sample_rate,
            "speed": self.speed,
            "language": self.language,
            "request_id": request_id,
        }


class SpeechAudioDelta(msgspec.Struct, frozen=True, tag="speech.audio.delta", tag_field="type"):
    """The next of the audio, in base64."""

    audio: str


class SpeechUsage(msgspec.Struct, frozen=True):
    """What was spoken, in characters of the text."""

    input_tokens: int
    output_tokens: int
    total_tokens: int


class SpeechAudioDone(msgspec.Struct, frozen=True, tag="speech.audio.done", tag_field="type"):
    """That was all of it."""

    usage: SpeechUsage


def speech_routes(service: SpeechService) -> list[BaseRoute]:
    """The endpoint under both its paths, for anyone with a key that may speak."""

    async def speech(request: Request, response: StreamedResponse, seen: StreamObservation) -> None:
        principal = await must_sign_in(request, service, "tts", seen)
        limits = service.limits.speech_request()
        body_bytes_max = limits.text_chars_max * _JSON_BYTES_PER_CHAR + _OTHER_FIELDS_BYTES
        # Before it takes a place: a body that comes slowly keeps nobody out.
        asked = await read_json(request, CreateSpeech, body_bytes_max)
        async with service.slot(principal, seen) as slot:
            response.counted_by(slot)
            body: _SpeechBody = _Events(response) if asked.stream_format == "sse" else _Audio(response)
            fields = asked.request(asked_request_id(request), limits.text_chars_max)
            connection = _SpeechConnection(fields, response, body)
            await service.speak(connection, slot, limits)
        if connection.error is not None:
            raise connection.error

    return [Route(path, streamed(speech, service, "tts"), methods=["POST"]) for path in PATHS]


class _SpeechBody(Protocol):
    """How the audio is written into the response."""

    def begin(self, started: SynthesisStarted) -> None:
        """The request is accepted, and audio in this format follows."""
        ...

    async def audio(self, audio: bytes) -> None:
        """The next of it."""
        ...

    async def end(self, complete: SynthesisComplete) -> None:
        """That was all."""
        ...


class _SpeechConnection:
    """One request as the synthesis driver sees it: its fields, then nothing until the client leaves."""

    def __init__(self, fields: Mapping[str, object], response: StreamedResponse, body: _SpeechBody) -> None:
        self.error: HiwarError | None = None
        self._fields: Mapping[str, object] | None = fields
        self._response = response
        self._body = body

    async def receive(self) -> Mapping[str, object] | None:
        fields, self._fields = self._fields, None
        if fields is None:
            await self._response.until_gone()
        return fields

    async def send(self, message: ServerMessage) -> None:
        match message:
            case SynthesisStarted():
                self._body.begin(message)
            case ErrorEvent():
                self.error = message.as_error()
            case SynthesisComplete():
                if message.status == "ok":
                    await self._body.end(message)
                raise PeerGoneError
            case _:
                pass

    async def send_audio(self, audio: bytes) -> None:
        await self._body.audio(audio)

    async def close(self, code: int, reason: str) -> None:  # noqa: ARG002 - what a WebSocket would be told
        self.error = self.error or going_away()


class _Audio:
    """The audio as it is."""

    def __init__(self, response: StreamedResponse) -> None:
        self._response = response
        self._headers: dict[str, str] = {}

    def begin(self, started: SynthesisStarted) -> None:
        self._headers = {"Content-Type": content_type(started.format, started.sample_rate)}

    async def audio(self, audio: bytes) -> None:
        await self._response.write(audio, self._headers)

    async def end(self, complete: SynthesisComplete) -> None:  # noqa: ARG002 - audio has no place for figures
        await self._response.end(self._headers)


class _Events:
    """The audio in server-sent events."""

    def __init__(self, response: StreamedResponse) -> None:
        self._response = response
        self._headers = {"Content-Type": EVENTS, "Cache-Control": "no-store"}

    def begin(self, started: SynthesisStarted) -> None:
        pass

    async def audio(self, audio: bytes) -> None:
        delta = SpeechAudioDelta(base64.b64encode(audio).decode())
        await self._response.write(event(delta), self._headers)

    async def end(self, complete: SynthesisComplete) -> None:
        done = SpeechAudioDone(SpeechUsage(complete.characters, 0, complete.characters))
        await self._response.write(event(done), self._headers)
        await self._response.end(self._headers)


def content_type(encoding: SpeechFormat, sample_rate: int) -> str:
    """The media type of what is sent; that of bare samples says how to read them."""
    media_types = {
        SpeechFormat.PCM: f"audio/pcm;rate={sample_rate};channels=1;bits=16;endian=little",
        SpeechFormat.WAV: "audio/wav",
        SpeechFormat.OPUS: "audio/ogg; codecs=opus",
        SpeechFormat.MP3: "audio/mpeg",
        SpeechFormat.AAC: "audio/aac",
        SpeechFormat.FLAC: "audio/flac",
        SpeechFormat.MULAW: "audio/basic",
        SpeechFormat.ALAW: f"audio/PCMA;rate={sample_rate}",
    }
    return media_types[encoding]
