"""The messages of a golden conversation in protobuf and back. What protobuf has no form for raises CannotCarryError."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from golden.faces import CannotCarryError

from grpc_service.protos import asr_pb2, tts_pb2

_NEWER = 99
"""A number of an enumeration that this version does not know."""
_SPEECH_FIELDS = {"voice", "format", "response_format", "sample_rate", "speed", "language", "word_timestamps"}
_BESIDE = {"type", "text", "request_id"}
"""Fields that do not go into the config: the last one is metadata."""
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def speech_config(fields: Mapping[str, Any]) -> tts_pb2.SynthesisConfig:
    """The config that asks for the same."""
    if unknown := fields.keys() - _SPEECH_FIELDS - _BESIDE:
        raise CannotCarryError(f"the config has no field for {', '.join(sorted(unknown))}")
    name = fields.get("format", fields.get("response_format", "pcm"))
    speed = {"speed": fields["speed"]} if "speed" in fields else {}
    try:
        return tts_pb2.SynthesisConfig(
            voice=fields.get("voice", ""),
            format=_number(tts_pb2.AudioFormat.items(), name),
            sample_rate_hz=fields.get("sample_rate", 0),
            language_code=fields.get("language", ""),
            enable_word_timestamps=fields.get("word_timestamps", False),
            **speed,
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise CannotCarryError("the fields of a config have types") from error


def text_request(fields: Mapping[str, Any]) -> tts_pb2.SynthesizeRequest:
    """A piece of text."""
    try:
        return tts_pb2.SynthesizeRequest(text=fields["text"])
    except (KeyError, TypeError, UnicodeError) as error:
        raise CannotCarryError("text in protobuf is a string of whole characters") from error


def speech_requests(fields: Mapping[str, Any]) -> list[tts_pb2.SynthesizeRequest | None]:
    """The requests that say what one message says; None is the half-close."""
    match fields.get("type"):
        case None:
            config = tts_pb2.SynthesizeRequest(config=speech_config(fields))
            return [config, *([text_request(fields)] if "text" in fields else []), None]
        case "start" if "text" not in fields:
            return [tts_pb2.SynthesizeRequest(config=speech_config(fields))]
        case "text":
            return [text_request(fields)]
        case "flush":
            return [tts_pb2.SynthesizeRequest(flush=tts_pb2.Flush())]
        case "cancel":
            return [tts_pb2.SynthesizeRequest(cancel=tts_pb2.Cancel())]
        case "finish":
            return [None]
        case "nothing":
            return []
        case "config":
            return [tts_pb2.SynthesizeRequest(config=tts_pb2.SynthesisConfig())]
        case _:
            raise CannotCarryError("a request is one of the four that the call has")


def request_id_in(query: str) -> str | None:
    """The request id that goes into the metadata."""
    return dict(parse_qsl(query, keep_blank_values=True)).get("request_id")


def recognition_config(query: str) -> asr_pb2.RecognitionConfig:
    """The config that says what the query says; what comes back without asking elsewhere is asked for."""
    given = dict(parse_qsl(query, keep_blank_values=True))
    request_id = given.pop("request_id", None)
    if request_id is not None and (not request_id.isascii() or not request_id.isprintable()):
        raise CannotCarryError("metadata is printable ASCII")
    if "" in given.values():
        raise CannotCarryError("what is empty is absent")
    try:
        return asr_pb2.RecognitionConfig(
            encoding=_number(asr_pb2.AudioEncoding.items(), given.get("encoding", "linear16")),
            sample_rate_hz=int(given.get("sample_rate", 0)),
            language_code=given.get("language", ""),
            enable_interim_results=_TRUTH[given.get("interim_results", "true")],
            enable_word_timestamps=_TRUTH[given.get("word_timestamps", "false")],
            vad_config=asr_pb2.VadConfig(enabled=_TRUTH[given.get("vad", "true")]),
            endpointing_ms=int(given.get("endpointing_ms", 0)),
            digits=given.get("digits", ""),
            enable_itn=_TRUTH[given.get("itn", "false")],
            enable_speech_events=True,
        )
    except (KeyError, ValueError) as error:
        raise CannotCarryError("the fields of a config have types") from error


def speech_messages(
    response: tts_pb2.SynthesizeResponse, request_id: str, *, first: bool
) -> list[dict[str, Any] | bytes]:
    """What a response says. `first` is one before which none had metadata."""
    said: list[dict[str, Any] | bytes] = []
    if response.words:
        words = [{"word": word.word, "start_ms": word.start_ms, "end_ms": word.end_ms} for word in response.words]
        said.append({"type": "word_timestamps", "request_id": request_id, "words": words})
    if response.HasField("metadata") and first:
        metadata = response.metadata
        said.append(
            {
                "type": "synthesis_started",
                "request_id": metadata.request_id,
                "voice": metadata.voice,
                "format": tts_pb2.AudioFormat.Name(metadata.format).lower(),
                "sample_rate": metadata.sample_rate_hz,
                "channels": metadata.channels,
            }
        )
    if response.audio_content:
        said.append(response.audio_content)
    if response.HasField("flushed"):
        said.append({"type": "flushed", "request_id": request_id, **_fields(response.flushed)})
    if response.is_final:
        summary = response.metadata.summary
        status = "cancelled" if summary.cancelled else "ok"
        counted = {name: value for name, value in _fields(summary).items() if name != "cancelled"}
        said.append({"type": "synthesis_complete", "request_id": request_id, "status": status, **counted})
    return said


def recognition_message(response: asr_pb2.RecognizeResponse, request_id: str) -> dict[str, Any]:
    """What a response says."""
    if response.HasField("speech_event"):
        event = response.speech_event
        kind = asr_pb2.SpeechEvent.Type.Name(event.type).lower()
        time = "start_ms" if kind == "speech_started" else "end_ms"
        return {"type": kind, "request_id": request_id, "segment": event.segment, time: event.time_ms}
    (result,) = response.results
    (best,) = result.alternatives
    said: dict[str, Any] = {
        "type": "final" if result.is_final else "partial",
        "request_id": request_id,
        "segment": result.segment,
        "transcript": best.transcript,
        "confidence": round(best.confidence, 3),
        "language": result.language_code,
        "start_ms": result.start_ms,
        "end_ms": result.end_ms,
        "audio_to_emit_ms": result.audio_to_emit_ms,
    }
    if not result.is_final:
        return said | {"stable": result.stable_transcript}
    assert result.stable_transcript == best.transcript
    if best.words:
        said["words"] = [_fields(word) | {"confidence": round(word.confidence, 3)} for word in best.words]
    if best.HasField("itn"):
        said["itn"] = best.itn
    return said


def _fields(message: Any) -> dict[str, Any]:
    """All fields of a flat message; an optional one that is absent is None."""
    return {
        field.name: getattr(message, field.name) if not field.has_presence or message.HasField(field.name) else None
        for field in message.DESCRIPTOR.fields
    }


def _number(names: Iterable[tuple[str, int]], name: str) -> Any:
    return dict(names).get(name.upper(), _NEWER)
