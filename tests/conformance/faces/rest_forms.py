"""The messages of a golden conversation as REST has them and back. What has no form raises CannotCarryError."""

import io
import wave
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from golden.faces import CannotCarryError

from hiwar.vocabulary import DIGIT_STYLES, RECOGNITION_SAMPLE_RATES, AudioEncoding

_SPEECH_FIELDS = {"text", "voice", "format", "response_format", "sample_rate", "speed", "language", "request_id"}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "voice": str,
    "format": str,
    "response_format": str,
    "sample_rate": int,
    "speed": (int, float),
    "language": str,
    "request_id": str,
}
_TRUTH = {"true", "false", "1", "0"}
_G711 = {"mulaw": 7, "alaw": 6}
"""WAVE format tags, RFC 2361."""


def speech_body(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON body of the request that asks for the same."""
    if "text" not in fields or fields.get("type") is not None or fields.keys() - _SPEECH_FIELDS:
        raise CannotCarryError("a request is its whole text")
    if any(not isinstance(fields[name], kind) for name, kind in _TYPES.items() if name in fields):
        raise CannotCarryError("a field of a wrong type has an error body of its own")
    _check_header(fields.get("request_id", ""))
    asked = {name: value for name, value in fields.items() if name not in {"text", "request_id"}}
    return {"input": fields["text"], "response_format": "pcm"} | asked


def transcription_fields(query: str) -> list[tuple[str, str]]:
    """The form fields that ask for the same."""
    given = dict(parse_qsl(query, keep_blank_values=True))
    _check_header(given.pop("request_id", ""))
    if given.pop("interim_results", "true") not in _TRUTH:
        raise CannotCarryError("a response has no interim results")
    words = given.pop("word_timestamps", "false")
    if not _file_can_be(given.pop("sample_rate", "16000"), given.pop("encoding", "linear16")):
        raise CannotCarryError("a file says what it is")
    if given.get("language") == "" or given.get("digits", "words") not in DIGIT_STYLES or words not in _TRUTH:
        raise CannotCarryError("what is empty is absent, and of a wrong type has an error body of its own")
    if unknown := given.keys() - {"language", "digits"}:
        raise CannotCarryError(f"a form has no field, or no answer, for {', '.join(sorted(unknown))}")
    granularities = ["segment", *(["word"] if words in {"true", "1"} else [])]
    return [
        *given.items(),
        *(("timestamp_granularities[]", granularity) for granularity in granularities),
        ("response_format", "verbose_json"),
    ]


def _check_header(value: str) -> None:
    if not value.isascii() or not value.isprintable():
        raise CannotCarryError("a header is printable ASCII")


def _file_can_be(rate: str, encoding: str) -> bool:
    return rate in {str(rate) for rate in RECOGNITION_SAMPLE_RATES} and encoding in set(AudioEncoding)


def recording(audio: bytes, query: str) -> bytes:
    """The audio of a stream as a file."""
    given = dict(parse_qsl(query))
    rate, encoding = int(given.get("sample_rate", 16000)), given.get("encoding", "linear16")
    if encoding in {"flac", "ogg_opus"}:
        return audio
    if encoding in _G711:
        return _g711_wav(audio, rate, _G711[encoding])
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(audio)
    return made.getvalue()


def _g711_wav(audio: bytes, rate: int, tag: int) -> bytes:
    described = b"".join(
        value.to_bytes(size, "little")
        for value, size in ((tag, 2), (1, 2), (rate, 4), (rate, 4), (1, 2), (8, 2), (0, 2))
    )
    chunks = b"WAVE" + b"fmt " + len(described).to_bytes(4, "little") + described
    chunks += b"data" + len(audio).to_bytes(4, "little") + audio + b"\0" * (len(audio) % 2)
    return b"RIFF" + len(chunks).to_bytes(4, "little") + chunks


def finals(answer: Mapping[str, Any], request_id: str) -> list[dict[str, Any]]:
    """What a `verbose_json` transcription says. A word belongs to the segment of its time."""
    said: list[dict[str, Any]] = []
    for segment in answer["segments"]:
        final = {
            "type": "final",
            "request_id": request_id,
            "segment": segment["id"],
            "transcript": segment["text"],
            "confidence": segment["confidence"],
            **_times(segment),
        }
        if "words" in answer:
            final["words"] = [
                {"word": word["word"], "confidence": word["confidence"], **_times(word)}
                for word in answer["words"]
                if segment["start"] <= word["start"] < segment["end"]
            ]
        said.append(final)
    duration_ms = round(answer["duration"] * 1000)
    return [*said, {"type": "done", "request_id": request_id, "audio_ms": duration_ms, "segments": len(said)}]


def _times(spoken: Mapping[str, Any]) -> dict[str, int]:
    return {"start_ms": round(spoken["start"] * 1000), "end_ms": round(spoken["end"] * 1000)}
