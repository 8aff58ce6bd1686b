"""`POST /v1/asr/audio/transcriptions` and `/v1/audio/transcriptions`: a recording in, what it says out."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, BinaryIO

import msgspec
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from hiwar.audio.files import read_recording
from hiwar.protocol.fields import recognition_config
from hiwar.protocol.messages import Final
from hiwar.serving import clock
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.observation import StreamObservation
from hiwar.serving.service import SpeechService
from hiwar.serving.slots import Slot
from hiwar.serving.workers import Workers
from hiwar.transports.credentials import must_sign_in
from hiwar.transports.rest.bodies import invalid_body
from hiwar.transports.rest.headers import asked_request_id
from hiwar.transports.rest.recording import RecordingConnection, unless_gone
from hiwar.transports.rest.streamed import EVENTS, StreamedResponse, event, streamed
from hiwar.transports.rest.transcripts import (
    Granularity,
    Heard,
    TranscriptFormat,
    TranscriptTextDelta,
    TranscriptTextDone,
    transcript_response,
    written,
)
from hiwar.transports.rest.uploads import upload
from hiwar.vocabulary import LANGUAGE_CHOICES, DigitStyle, LanguageChoice, RecognitionConfig

PATHS = ("/v1/asr/audio/transcriptions", "/v1/audio/transcriptions")

_EVENT_HEADERS = {"Content-Type": EVENTS, "Cache-Control": "no-store"}


class CreateTranscription(msgspec.Struct, frozen=True):
    """What to do with the recording in `file`. Fields that are not named here, as `model`, `prompt` and
    `temperature`, are left aside; one without a value is absent.

    `digits` is how numbers are written; with `itn`, phrases of numbers, dates and amounts become digits too.
    With `stream` the text comes as server-sent events, an utterance at a time.
    """

    language: Annotated[str, msgspec.Meta(extra_json_schema={"enum": LANGUAGE_CHOICES})] = "auto"
    response_format: TranscriptFormat = "json"
    timestamp_granularities: tuple[Granularity, ...] = ("segment",)
    stream: bool = False
    digits: DigitStyle = "western"
    itn: bool = False

    @classmethod
    def of(cls, fields: Mapping[str, tuple[str, ...]]) -> "CreateTranscription":
        """The fields of a form. Raises InvalidBodyError."""
        given: dict[str, object] = {name: values[-1] for name, values in fields.items()}
        if granularities := fields.get("timestamp_granularities[]", fields.get("timestamp_granularities")):
            given["timestamp_granularities"] = granularities
        try:
            return msgspec.convert(given, cls, strict=False)
        except msgspec.ValidationError as error:
            raise invalid_body(error) from error

    def config(self, request_id: str, *, has_word_times: bool) -> RecognitionConfig:
        """What the recogniser is asked for. Raises HiwarError."""
        subtitles = self.response_format in {"srt", "vtt"} and has_word_times
        parameters = {
            "request_id": request_id,
            "language": self.language,
            "interim_results": "false",
            "word_timestamps": "true" if subtitles or "word" in self.timestamp_granularities else "false",
            "digits": self.digits,
            "itn": "true" if self.itn else "false",
        }
        return recognition_config(parameters, new_request_id=lambda: request_id)


def transcription_routes(service: SpeechService, reading: Workers) -> list[BaseRoute]:
    """The endpoint under both its paths, for anyone with a key that may listen. `reading` decodes the files."""

    async def transcription(request: Request, response: StreamedResponse, seen: StreamObservation) -> None:
        principal = await must_sign_in(request, service, "asr", seen)
        async with service.slot(principal, seen) as slot, upload(request, service.limits) as received:
            response.counted_by(slot)
            asked = CreateTranscription.of(received.fields)
            job = _Transcription(service, asked, response, asked_request_id(request))
            await unless_gone(job.run(received.file, reading, slot), job.abandoned())

    return [Route(path, streamed(transcription, service, "asr"), methods=["POST"]) for path in PATHS]


class _Transcription:
    """One recording on its way to text."""

    def __init__(
        self, service: SpeechService, asked: CreateTranscription, response: StreamedResponse, request_id: str
    ) -> None:
        self._service = service
        self._asked = asked
        self._response = response
        self._config = asked.config(request_id, has_word_times=self._has_word_times())
        self._finals: list[Final] = []
        self._wanted = True

    async def abandoned(self) -> None:
        """Wait until the client has left; reading the file then ends soon."""
        await self._response.until_gone()
        self._wanted = False

    async def run(self, file: BinaryIO, reading: Workers, slot: Slot) -> None:
        """Read the file, hear it and answer."""
        service, asked = self._service, self._asked
        await service.admit_recognition(self._config, slot)
        read = partial(read_recording, file, service.limits.upload_audio_max_s, lambda: self._wanted)
        recording = await reading.run(read, clock.monotonic())
        if recording is None:
            raise PeerGoneError
        connection = RecordingConnection(recording.pcm, self._heard)
        await service.transcribe(connection, self._config, slot, is_recording=True)
        if connection.error is not None:
            raise connection.error
        heard = Heard(self._finals, connection.audio_ms, asked.language)
        if not asked.stream:
            await self._response.answer(
                transcript_response(heard, asked.response_format, asked.timestamp_granularities)
            )
            return
        await self._response.write(event(TranscriptTextDone(heard.text)), _EVENT_HEADERS)
        await self._response.end(_EVENT_HEADERS)

    async def _heard(self, final: Final) -> None:
        if self._asked.stream:
            text = f" {written(final)}" if self._finals else written(final)
            await self._response.write(event(TranscriptTextDelta(text)), _EVENT_HEADERS)
        self._finals.append(final)

    def _has_word_times(self) -> bool:
        """Whether what will hear it knows the times of words, without which cues are cut by the length of the text."""
        heard_as: LanguageChoice = "en" if self._asked.language == "en" else "auto"
        return self._service.engines.recognizer(heard_as).info.word_timestamps
