"""Messages to and from protobuf, as `grpc_service/protos` defines them. What gRPC is asked becomes the same fields and
parameters as over the other transports, so that `fields` checks them all alike.
"""

from collections.abc import Mapping

from grpc_service.protos import asr_pb2, tts_pb2
from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.messages import (
    Final,
    Flushed,
    Partial,
    ServerMessage,
    ServiceLevel,
    SpeechEndedEvent,
    SpeechStartedEvent,
    SynthesisComplete,
    SynthesisStarted,
    WordSpoken,
    WordTimestamps,
    WordTiming,
)
from hiwar.vocabulary import AudioEncoding, SpeechFormat

FORMATS: Mapping[SpeechFormat, tts_pb2.AudioFormat.ValueType] = {
    SpeechFormat.PCM: tts_pb2.PCM,
    SpeechFormat.WAV: tts_pb2.WAV,
    SpeechFormat.OPUS: tts_pb2.OPUS,
    SpeechFormat.MP3: tts_pb2.MP3,
    SpeechFormat.AAC: tts_pb2.AAC,
    SpeechFormat.FLAC: tts_pb2.FLAC,
    SpeechFormat.MULAW: tts_pb2.MULAW,
    SpeechFormat.ALAW: tts_pb2.ALAW,
}

ENCODINGS: Mapping[AudioEncoding, asr_pb2.AudioEncoding.ValueType] = {
    AudioEncoding.LINEAR16: asr_pb2.LINEAR16,
    AudioEncoding.MULAW: asr_pb2.MULAW,
    AudioEncoding.ALAW: asr_pb2.ALAW,
    AudioEncoding.OGG_OPUS: asr_pb2.OGG_OPUS,
    AudioEncoding.FLAC: asr_pb2.FLAC,
}

_FORMAT_NAMES = {0: str(SpeechFormat.PCM)} | {number: str(name) for name, number in FORMATS.items()}
_ENCODING_NAMES = {0: str(AudioEncoding.LINEAR16)} | {number: str(name) for name, number in ENCODINGS.items()}
_OF_THEIR_OWN_RATE = frozenset({asr_pb2.FLAC, asr_pb2.OGG_OPUS})


def config_missing() -> HiwarError:
    """A first request that is not the config, or none at all."""
    message = "The first request of a call must hold config; send it before anything else."
    return HiwarError(ErrorCode.PROTOCOL_VIOLATION, message)


def config_repeated() -> HiwarError:
    """A second `config` in a call."""
    message = "config comes once, as the first request of a call; start another call for another config."
    return HiwarError(ErrorCode.PROTOCOL_VIOLATION, message)


def request_empty(names: str) -> HiwarError:
    """A request with nothing set in it, or with a field of a newer client."""
    return HiwarError(ErrorCode.INVALID_REQUEST, f"A request of this call holds one of: {names}.")


# -- recognition -----------------------------------------------------------------------------------------------------


def recognition_parameters(config: asr_pb2.RecognitionConfig, request_id: str) -> dict[str, str]:
    """What `fields.recognition_config` checks. Raises HiwarError for what only this form can say."""
    if config.channels not in (0, 1):
        raise HiwarError(ErrorCode.INVALID_REQUEST, "channels must be 1; mix the channels, or send each by itself.")
    voice_activity = config.vad_config.enabled if config.HasField("vad_config") else True
    given = {
        "encoding": _ENCODING_NAMES.get(config.encoding, str(config.encoding)),
        "sample_rate": "" if config.encoding in _OF_THEIR_OWN_RATE else _unless_zero(config.sample_rate_hz),
        "language": config.language_code,
        "interim_results": _flag(config.enable_interim_results),
        "word_timestamps": _flag(config.enable_word_timestamps),
        "vad": _flag(voice_activity),
        "endpointing_ms": _unless_zero(config.endpointing_ms),
        "digits": config.digits,
        "itn": _flag(config.enable_itn),
        "request_id": request_id,
    }
    return {name: value for name, value in given.items() if value}


def recognition_request(request: asr_pb2.RecognizeRequest) -> bytes | Mapping[str, object]:
    """A request behind the first one: audio, or the fields of a control. Raises HiwarError."""
    match request.WhichOneof("request"):
        case "audio_content":
            return request.audio_content
        case "finalize":
            return {"type": "finalize"}
        case "config":
            raise config_repeated()
        case _:
            raise request_empty("config (first), audio_content, finalize")


def recognition_response(message: ServerMessage | bytes, *, speech_events: bool) -> asr_pb2.RecognizeResponse | None:
    """How a message looks over gRPC; None for one that has no response of its own."""
    match message:
        case Partial() | Final():
            return asr_pb2.RecognizeResponse(results=[_result(message)])
        case SpeechStartedEvent() if speech_events:
            return _speech_event(asr_pb2.SpeechEvent.SPEECH_STARTED, message.segment, message.start_ms)
        case SpeechEndedEvent() if speech_events:
            return _speech_event(asr_pb2.SpeechEvent.SPEECH_ENDED, message.segment, message.end_ms)
        case ServiceLevel() if speech_events:
            level = asr_pb2.ServiceLevel.REDUCED if message.level == "reduced" else asr_pb2.ServiceLevel.FULL
            told = asr_pb2.ServiceLevel(level=level, partial_interval_ms=message.partial_interval_ms or 0)
            return asr_pb2.RecognizeResponse(service_level=told)
        case _:
            return None


def _speech_event(kind: asr_pb2.SpeechEvent.Type.ValueType, segment: int, time_ms: int) -> asr_pb2.RecognizeResponse:
    event = asr_pb2.SpeechEvent(type=kind, segment=segment, time_ms=time_ms)
    return asr_pb2.RecognizeResponse(speech_event=event)


def _result(message: Partial | Final) -> asr_pb2.RecognitionResult:
    is_final = isinstance(message, Final)
    alternative = asr_pb2.RecognitionAlternative(
        transcript=message.transcript,
        confidence=message.confidence,
        words=map(_word_info, message.words or ()) if isinstance(message, Final) else (),
        itn=message.itn if isinstance(message, Final) else None,
    )
    return asr_pb2.RecognitionResult(
        alternatives=[alternative],
        is_final=is_final,
        segment=message.segment,
        stable_transcript=message.transcript if isinstance(message, Final) else message.stable,
        language_code=message.language,
        start_ms=message.start_ms,
        end_ms=message.end_ms,
        audio_to_emit_ms=message.audio_to_emit_ms,
    )


def _word_info(word: WordTiming) -> asr_pb2.WordInfo:
    return asr_pb2.WordInfo(word=word.word, start_ms=word.start_ms, end_ms=word.end_ms, confidence=word.confidence)


def _unless_zero(number: int) -> str:
    return str(number) if number else ""


def _flag(value: bool) -> str:
    return "true" if value else "false"


# -- synthesis -------------------------------------------------------------------------------------------------------


def synthesis_fields(config: tts_pb2.SynthesisConfig, request_id: str) -> dict[str, object]:
    """What `fields.speech_request` checks; None is absent."""
    return {
        "voice": config.voice or None,
        "format": _FORMAT_NAMES.get(config.format, str(config.format)),
        "sample_rate": config.sample_rate_hz or None,
        "speed": config.speed if config.HasField("speed") else None,
        "language": config.language_code or None,
        "word_timestamps": config.enable_word_timestamps,
        "request_id": request_id,
    }


def synthesis_request(request: tts_pb2.SynthesizeRequest) -> Mapping[str, object]:
    """The fields of a request behind the first one. Raises HiwarError."""
    match request.WhichOneof("request"):
        case "text":
            return {"type": "text", "text": request.text}
        case "flush":
            return {"type": "flush"}
        case "cancel":
            return {"type": "cancel"}
        case "config":
            raise config_repeated()
        case _:
            raise request_empty("config (first), text, flush, cancel")


def synthesis_metadata(
    started: SynthesisStarted, complete: SynthesisComplete | None = None
) -> tts_pb2.SynthesisMetadata:
    """What the audio is, and behind it what was sent."""
    return tts_pb2.SynthesisMetadata(
        request_id=started.request_id,
        voice=started.voice,
        format=FORMATS[started.format],
        sample_rate_hz=started.sample_rate,
        channels=started.channels,
        summary=None if complete is None else _summary(complete),
    )


def word_timestamp(word: WordSpoken) -> tts_pb2.WordTimestamp:
    """A word and when it is spoken."""
    return tts_pb2.WordTimestamp(word=word.word, start_ms=word.start_ms, end_ms=word.end_ms)


class SpeechResponses:
    """The responses of one request. What its audio is goes with the first of it, and again with the last response."""

    def __init__(self) -> None:
        self._started: SynthesisStarted | None = None
        self._described = False

    def told(self, message: ServerMessage | bytes) -> tts_pb2.SynthesizeResponse | None:
        """The response for a message or for audio; None for one that has no response of its own."""
        match message:
            case bytes():
                return self._audio(message)
            case SynthesisStarted():
                self._started = message
                return None
            case WordTimestamps():
                return tts_pb2.SynthesizeResponse(words=map(word_timestamp, message.words))
            case Flushed():
                flushed = tts_pb2.Flushed(audio_ms=message.audio_ms, characters=message.characters, words=message.words)
                return tts_pb2.SynthesizeResponse(flushed=flushed)
            case ServiceLevel():
                level = tts_pb2.ServiceLevel.REDUCED if message.level == "reduced" else tts_pb2.ServiceLevel.FULL
                return tts_pb2.SynthesizeResponse(service_level=tts_pb2.ServiceLevel(level=level))
            case SynthesisComplete() if self._started is not None:
                return tts_pb2.SynthesizeResponse(is_final=True, metadata=synthesis_metadata(self._started, message))
            case _:
                return None

    def _audio(self, audio: bytes) -> tts_pb2.SynthesizeResponse:
        if self._described or self._started is None:
            return tts_pb2.SynthesizeResponse(audio_content=audio)
        self._described = True
        return tts_pb2.SynthesizeResponse(audio_content=audio, metadata=synthesis_metadata(self._started))


def _summary(complete: SynthesisComplete) -> tts_pb2.SynthesisSummary:
    return tts_pb2.SynthesisSummary(
        cancelled=complete.status == "cancelled",
        audio_ms=complete.audio_ms,
        characters=complete.characters,
        words=complete.words,
        ttfc_ms=complete.ttfc_ms,
        queue_ms=complete.queue_ms,
        text_ms=complete.text_ms,
        model_ms=complete.model_ms,
        encode_ms=complete.encode_ms,
        first_text_ms=complete.first_text_ms,
        first_model_ms=complete.first_model_ms,
        first_encode_ms=complete.first_encode_ms,
    )
