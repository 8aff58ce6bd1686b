"""The endpoints that take or give audio, each under two paths: ours, and where OpenAI's client looks for it."""

from hiwar.errors import ErrorCode
from hiwar.transports.rest import speech, transcriptions
from hiwar.transports.rest.speech import CreateSpeech, SpeechAudioDelta, SpeechAudioDone, content_type
from hiwar.transports.rest.transcriptions import CreateTranscription
from hiwar.transports.rest.transcripts import (
    TranscribedSegment,
    TranscribedWord,
    Transcription,
    TranscriptTextDelta,
    TranscriptTextDone,
    VerboseTranscription,
)
from hiwar.transports.specs.examples import ARABIC, ENGLISH
from hiwar.transports.specs.operations import JSON, Content, Operation
from hiwar.transports.specs.schemas import Json, component_schemas, reference
from hiwar.vocabulary import AudioFormat, SpeechFormat

_TEXT: Json = {"type": "string"}
_BINARY: Json = {"type": "string", "format": "binary"}


def _media_type(value: str) -> str:
    """Without parameters, as a document names it."""
    return value.partition(";")[0]


_SPEECH = Content(
    {_media_type(content_type(one, AudioFormat().sample_rate)): _BINARY for one in SpeechFormat},
    description="The audio while it is made, in the format that was asked for; or server-sent events of it.",
    events=(SpeechAudioDelta, SpeechAudioDone),
)

_SPEECH_BODY = Content(
    {JSON: CreateSpeech},
    {
        "english": CreateSpeech(ENGLISH, voice="Yara_en", response_format="wav", speed=1.1),
        "arabic": CreateSpeech(ARABIC),
    },
)

_SPEECH_ERRORS = (
    ErrorCode.INVALID_REQUEST,
    ErrorCode.INVALID_VOICE,
    ErrorCode.INVALID_FORMAT,
    ErrorCode.TEXT_TOO_LONG,
    ErrorCode.UNSUPPORTED_LANGUAGE,
    ErrorCode.IDLE_TIMEOUT,
    ErrorCode.FILE_TOO_LARGE,
    ErrorCode.RATE_LIMIT_EXCEEDED,
    ErrorCode.SERVER_BUSY,
    ErrorCode.ENGINE_UNAVAILABLE,
    ErrorCode.DEADLINE_EXCEEDED,
)

_VERBOSE_ARABIC = VerboseTranscription(
    "transcribe",
    "ar",
    2.4,
    "أهلا بك",
    segments=(TranscribedSegment(0, 0.32, 0.96, "أهلا بك", 0.96, -0.041),),
    words=(TranscribedWord("أهلا", 0.32, 0.7, 0.97), TranscribedWord("بك", 0.7, 0.96, 0.95)),
)

_TRANSCRIPT = Content(
    {
        JSON: {"anyOf": [reference(VerboseTranscription), reference(Transcription)]},
        "text/plain": _TEXT,
        "application/x-subrip": _TEXT,
        "text/vtt": _TEXT,
    },
    {"arabic": _VERBOSE_ARABIC, "english": Transcription("good morning")},
    "What is said, in the form that was asked for; or server-sent events of it.",
    events=(TranscriptTextDelta, TranscriptTextDone),
)

_TRANSCRIPTION_ERRORS = (
    ErrorCode.INVALID_REQUEST,
    ErrorCode.UNSUPPORTED_LANGUAGE,
    ErrorCode.CORRUPT_AUDIO,
    ErrorCode.IDLE_TIMEOUT,
    ErrorCode.FILE_TOO_LARGE,
    ErrorCode.UNSUPPORTED_FORMAT,
    ErrorCode.RATE_LIMIT_EXCEEDED,
    ErrorCode.SERVER_BUSY,
    ErrorCode.ENGINE_UNAVAILABLE,
    ErrorCode.DEADLINE_EXCEEDED,
)


def _form() -> Json:
    """The fields of a transcription request, and the file beside them."""
    fields = component_schemas([CreateTranscription])[CreateTranscription.__name__]
    file = {**_BINARY, "description": "The recording: WAV, FLAC, MP3, Ogg, WebM or M4A, whatever it is called."}
    return {**fields, "properties": {"file": file, **fields["properties"]}, "required": ["file"]}


_FORM = Content({"multipart/form-data": _form()})


def _speech(path: str, name: str, summary: str) -> Operation:
    return Operation("post", path, name, "speech", summary, {200: _SPEECH}, body=_SPEECH_BODY, errors=_SPEECH_ERRORS)


def _transcription(path: str, name: str, summary: str) -> Operation:
    return Operation(
        "post", path, name, "transcription", summary, {200: _TRANSCRIPT}, body=_FORM, errors=_TRANSCRIPTION_ERRORS
    )


def _alias(path: str) -> str:
    return f"The same as `{path}`, where OpenAI's client looks for it."


AUDIO_ENDPOINTS: tuple[Operation, ...] = (
    _speech(speech.PATHS[0], "create_speech", "Speak a text."),
    _speech(speech.PATHS[1], "create_speech_alias", _alias(speech.PATHS[0])),
    _transcription(transcriptions.PATHS[0], "create_transcription", "Write down what a recording says."),
    _transcription(transcriptions.PATHS[1], "create_transcription_alias", _alias(transcriptions.PATHS[0])),
)
