"""What a WebSocket has beside its messages: signing in, query parameters, binary frames and close codes."""

from collections.abc import Mapping
from typing import assert_never

from hiwar.errors import STATUS, ErrorCode
from hiwar.protocol.fields import ENDPOINTING_MS
from hiwar.transports.specs.fields import REQUEST_ID_PATTERN
from hiwar.transports.specs.schemas import Json
from hiwar.vocabulary import (
    DIGIT_STYLES,
    LANGUAGE_CHOICES,
    RECOGNITION_SAMPLE_RATES,
    SYNTHESIS_SAMPLE_RATES,
    AudioEncoding,
    RecognitionConfig,
    SpeechFormat,
)

SIGNING_IN = (
    "The key goes into a header or the query of the handshake, or, from browsers, into the first text frame. The first "
    "request may follow without waiting for an answer. A handshake that is refused gets an HTTP error with one of the "
    "bodies that plain requests get; see `/openapi.json`."
)

SECURITY_SCHEMES: Json = {
    "ApiKeyHeader": {"type": "httpApiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
    "Bearer": {"type": "http", "scheme": "bearer", "description": "An API key, as a bearer token."},
    "ApiKeyQuery": {"type": "httpApiKey", "in": "query", "name": "api_key", "description": "An API key."},
    "TokenQuery": {"type": "httpApiKey", "in": "query", "name": "token", "description": "A bearer token."},
}

HANDSHAKE_HEADERS: Json = {
    "X-API-Key": {"type": "string", "description": "An API key."},
    "Authorization": {"type": "string", "description": "`Bearer` and an API key."},
}

SYNTHESIS_QUERY: Json = {
    "api_key": {"type": "string", "description": "An API key, from clients that cannot set headers."},
    "token": {"type": "string", "description": "A bearer token, from clients that cannot set headers."},
}

_DEFAULTS = RecognitionConfig("")


def _flag(default: bool, description: str) -> Json:
    shown = "true" if default else "false"
    return {"type": "string", "enum": ["true", "false", "1", "0"], "default": shown, "description": description}


RECOGNITION_QUERY: Json = {
    **SYNTHESIS_QUERY,
    "language": {
        "type": "string",
        "enum": [*LANGUAGE_CHOICES],
        "default": _DEFAULTS.language,
        "description": "A language that is named is not detected, which is faster.",
    },
    "sample_rate": {
        "type": "string",
        "enum": [*map(str, RECOGNITION_SAMPLE_RATES)],
        "default": str(_DEFAULTS.sample_rate),
        "description": "In Hz, of what the client sends. A FLAC or Ogg header says it itself.",
    },
    "encoding": {
        "type": "string",
        "enum": [*AudioEncoding],
        "default": _DEFAULTS.encoding.value,
        "description": "How the binary frames are to be read.",
    },
    "request_id": {
        "type": "string",
        "pattern": REQUEST_ID_PATTERN,
        "description": "A name for the stream, echoed everywhere; without it the server makes up 8 characters.",
    },
    "interim_results": _flag(_DEFAULTS.interim_results, "Whether `partial` comes while an utterance is spoken."),
    "word_timestamps": _flag(_DEFAULTS.word_timestamps, "Whether `final` carries words with their times."),
    "vad": _flag(
        _DEFAULTS.voice_activity, "Whether voice is told from silence; without it `finalize` ends an utterance."
    ),
    "endpointing_ms": {
        "type": "string",
        "pattern": "^[0-9]+$",
        "description": f"Silence that ends an utterance, {ENDPOINTING_MS[0]} to {ENDPOINTING_MS[1]} ms.",
    },
    "digits": {
        "type": "string",
        "enum": [*DIGIT_STYLES],
        "default": _DEFAULTS.digits,
        "description": "How numbers are written: spelled, 0-9, or ٠-٩ where the transcript is Arabic.",
    },
    "itn": _flag(_DEFAULTS.itn, "Whether `final` carries its text with spoken numbers as digits too."),
}


def speech_format(format_: SpeechFormat) -> str:
    """What the audio of one format is, in a few words."""
    match format_:
        case SpeechFormat.PCM:
            return "signed 16-bit little-endian samples, mono, without a header"
        case SpeechFormat.WAV:
            return "the same behind one WAV header"
        case SpeechFormat.OPUS:
            return "Opus in Ogg"
        case SpeechFormat.MP3:
            return "MP3 frames"
        case SpeechFormat.AAC:
            return "AAC in ADTS frames"
        case SpeechFormat.FLAC:
            return "a FLAC stream"
        case SpeechFormat.MULAW:
            return "G.711 mu-law, one byte a sample, without a header, 8000 Hz"
        case SpeechFormat.ALAW:
            return "G.711 A-law, one byte a sample, without a header, 8000 Hz"
        case _:
            assert_never(format_)


def audio_encoding(encoding: AudioEncoding) -> str:
    """What the audio of one encoding is, in a few words."""
    match encoding:
        case AudioEncoding.LINEAR16:
            return "signed 16-bit little-endian samples, mono, without a header"
        case AudioEncoding.MULAW:
            return "G.711 mu-law, one byte a sample, without a header"
        case AudioEncoding.ALAW:
            return "G.711 A-law, one byte a sample, without a header"
        case AudioEncoding.OGG_OPUS:
            return "Opus in Ogg, one logical stream"
        case AudioEncoding.FLAC:
            return "a FLAC stream with its header"
        case _:
            assert_never(encoding)


_BINARY: Json = {"contentType": "application/octet-stream", "payload": {"type": "string", "format": "binary"}}

AUDIO_OF_THE_SERVER: Json = {
    "name": "audio",
    "title": "SpeechAudio",
    "summary": "A binary frame: the next bytes of the request's audio in the format that `synthesis_started` names.",
    **_BINARY,
    "x-formats": {str(one): speech_format(one) for one in SpeechFormat},
    "x-sample-rates": [*SYNTHESIS_SAMPLE_RATES],
}

AUDIO_OF_THE_CLIENT: Json = {
    "name": "audio",
    "title": "RecordedAudio",
    "summary": "A binary frame: the next bytes of the stream's audio, cut anywhere; 2048 are a good size.",
    **_BINARY,
    "x-encodings": {str(one): audio_encoding(one) for one in AudioEncoding},
    "x-sample-rates": [*RECOGNITION_SAMPLE_RATES],
}

_NORMAL_CLOSES: Mapping[int, str] = {
    1000: "All is answered.",
    1001: "The server stops; connect again in a moment.",
    1009: "A frame is larger than the server reads at all.",
}


def close_codes() -> list[Json]:
    """Every code that the server closes with, in ascending order, and the errors that end a connection with it."""
    errors: dict[int, list[ErrorCode]] = {}
    for code, status in STATUS.items():
        errors.setdefault(status.websocket_close, []).append(code)
    plain = [{"code": code, "meaning": meaning, "errors": []} for code, meaning in _NORMAL_CLOSES.items()]
    fatal = [
        {"code": close, "meaning": "An `error` message came before.", "errors": [*map(str, codes)]}
        for close, codes in errors.items()
    ]
    return sorted((*plain, *fatal), key=lambda row: int(str(row["code"])))
