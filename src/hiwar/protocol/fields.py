"""Checks what a client asked for, field by field, and makes a request of it. Refusals name the field and its values."""

import re
from collections.abc import Callable, Collection, Mapping

from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import (
    DEFAULT_VOICE,
    DIGIT_STYLES,
    LANGUAGE_CHOICES,
    MODEL_SAMPLE_RATE,
    RECOGNITION_SAMPLE_RATES,
    SYNTHESIS_SAMPLE_RATES,
    AudioEncoding,
    AudioFormat,
    DigitStyle,
    LanguageChoice,
    RecognitionConfig,
    SpeechFormat,
    SpeechRequest,
)

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ENDPOINTING_MS = (100, 5000)
SPEED = (0.5, 2.0)
TELEPHONY_RATE = 8000
"""G.711 is defined at this rate alone."""

NewRequestId = Callable[[], str]


def request_id_of(value: object) -> str | None:
    """A client's own request id when it is well-formed, else None."""
    return value if isinstance(value, str) and REQUEST_ID.fullmatch(value) else None


def speech_request(
    fields: Mapping[str, object], *, request_id: str, voices: Collection[str], text_chars_max: int | None
) -> SpeechRequest:
    """Check a synthesis request. Raises HiwarError with the code and the sentence for the client.

    `voices` are the names that exist; `request_id` is used when the client gave none. A null field counts as absent.
    `text_chars_max` None is for a request without text, which arrives in frames of its own.
    """
    fields = {name: value for name, value in fields.items() if value is not None}
    if text_chars_max is None and "text" in fields:
        raise _invalid('text does not go into start; send it behind, as {"type": "text", "text": "..."}.')
    if "request_id" in fields and request_id_of(fields["request_id"]) is None:
        raise _invalid("request_id must be 1 to 64 letters, digits, '-' or '_'.")
    if not isinstance(fields.get("word_timestamps", False), bool):
        raise _invalid("word_timestamps must be true or false.")
    return SpeechRequest(
        request_id=request_id,
        text=None if text_chars_max is None else text_of(fields.get("text"), text_chars_max),
        voice=_voice(fields.get("voice", DEFAULT_VOICE), voices),
        format=_format(fields),
        speed=_speed(fields.get("speed", 1.0)),
        language=_language(fields.get("language", "auto")),
        word_timestamps=bool(fields.get("word_timestamps", False)),
    )


def recognition_config(parameters: Mapping[str, str], *, new_request_id: NewRequestId) -> RecognitionConfig:
    """Check a recognition stream's query parameters. Raises HiwarError that names the parameter and allowed values."""
    request_id = parameters.get("request_id")
    if request_id is not None and request_id_of(request_id) is None:
        raise _invalid("request_id must be 1 to 64 letters, digits, '-' or '_'.")
    return RecognitionConfig(
        request_id=request_id or new_request_id(),
        language=_language(parameters.get("language", "auto")),
        sample_rate=_recognition_rate(parameters.get("sample_rate", str(MODEL_SAMPLE_RATE))),
        encoding=_encoding(parameters.get("encoding", AudioEncoding.LINEAR16)),
        interim_results=_flag(parameters, "interim_results", default=True),
        word_timestamps=_flag(parameters, "word_timestamps", default=False),
        voice_activity=_flag(parameters, "vad", default=True),
        endpointing_ms=_endpointing(parameters.get("endpointing_ms")),
        digits=_digits(parameters.get("digits", "western")),
        itn=_flag(parameters, "itn", default=False),
    )


def _invalid(message: str) -> HiwarError:
    return HiwarError(ErrorCode.INVALID_REQUEST, message)


def text_of(value: object, chars_max: int, name: str = "text") -> str:
    """A text to speak, from the field of that name. Raises HiwarError invalid_request or text_too_long."""
    if not isinstance(value, str) or not value.strip():
        raise _invalid(f"{name} must be a string of 1 to {chars_max} characters with something to speak in it.")
    if len(value) > chars_max:
        message = f"{name} is longer than {chars_max} characters; send it in several requests."
        raise HiwarError(ErrorCode.TEXT_TOO_LONG, message)
    return value


def _voice(value: object, voices: Collection[str]) -> str:
    if not isinstance(value, str) or value not in voices:
        raise HiwarError(ErrorCode.INVALID_VOICE, f"voice must be one of: {', '.join(voices)}.")
    return value


def _format(fields: Mapping[str, object]) -> AudioFormat:
    name = fields.get("format", fields.get("response_format", SpeechFormat.PCM))
    if not isinstance(name, str) or name not in set(SpeechFormat):
        raise HiwarError(ErrorCode.INVALID_FORMAT, f"format must be one of: {', '.join(SpeechFormat)}.")
    encoding = SpeechFormat(name)
    telephony = encoding in {SpeechFormat.MULAW, SpeechFormat.ALAW}
    rates = (TELEPHONY_RATE,) if telephony else SYNTHESIS_SAMPLE_RATES
    rate = fields.get("sample_rate")
    if rate is None:
        rate = TELEPHONY_RATE if telephony else AudioFormat().sample_rate
    if not isinstance(rate, int) or isinstance(rate, bool) or rate not in rates:
        allowed = ", ".join(map(str, rates))
        raise HiwarError(ErrorCode.INVALID_FORMAT, f"sample_rate for {encoding} must be one of: {allowed}.")
    return AudioFormat(encoding, rate)


def _speed(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:  # NaN alone
        raise _invalid("speed must be a number; it is clamped to 0.5 to 2.0.")
    low, high = SPEED
    return float(min(max(value, low), high))  # clamped first: a whole number may be too large for a float


def _language(value: object) -> LanguageChoice:
    for choice in LANGUAGE_CHOICES:
        if value == choice:
            return choice
    message = f"language must be one of: {', '.join(LANGUAGE_CHOICES)}."
    raise HiwarError(ErrorCode.UNSUPPORTED_LANGUAGE, message)


def _recognition_rate(value: str) -> int:
    if value not in {str(rate) for rate in RECOGNITION_SAMPLE_RATES}:
        raise _invalid(f"sample_rate must be one of: {', '.join(map(str, RECOGNITION_SAMPLE_RATES))}.")
    return int(value)


def _encoding(value: str) -> AudioEncoding:
    if value not in set(AudioEncoding):
        raise _invalid(f"encoding must be one of: {', '.join(AudioEncoding)}.")
    return AudioEncoding(value)


def _digits(value: str) -> DigitStyle:
    for style in DIGIT_STYLES:
        if value == style:
            return style
    raise _invalid(f"digits must be one of: {', '.join(DIGIT_STYLES)}.")


def _flag(parameters: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = parameters.get(name)
    if value is None:
        return default
    if value not in {"true", "false", "1", "0"}:
        raise _invalid(f"{name} must be one of: true, false.")
    return value in {"true", "1"}


def _endpointing(value: str | None) -> int | None:
    if value is None:
        return None
    low, high = ENDPOINTING_MS
    if not value.isascii() or not value.isdigit() or len(value) > len(str(high)) or not low <= int(value) <= high:
        raise _invalid(f"endpointing_ms must be a whole number from {low} to {high}.")
    return int(value)
