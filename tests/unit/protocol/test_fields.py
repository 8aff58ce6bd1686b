from collections.abc import Mapping
from dataclasses import replace
from math import inf, nan

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.fields import recognition_config, speech_request
from hiwar.vocabulary import (
    DIGIT_STYLES,
    RECOGNITION_SAMPLE_RATES,
    SYNTHESIS_SAMPLE_RATES,
    AudioEncoding,
    AudioFormat,
    DigitStyle,
    RecognitionConfig,
    SpeechFormat,
    SpeechRequest,
)

VOICES = ("Yara", "Nouf")
SECRET = "what the client wrote"


def checked(fields: Mapping[str, object]) -> SpeechRequest:
    return speech_request(fields, request_id="r", voices=VOICES, text_chars_max=10_000)


def start_checked(fields: Mapping[str, object]) -> SpeechRequest:
    return speech_request(fields, request_id="r", voices=VOICES, text_chars_max=None)


def configured(**parameters: str) -> RecognitionConfig:
    return recognition_config(parameters, new_request_id=lambda: "made-up1")


def test_text_alone_is_a_request_with_the_contracts_defaults() -> None:
    assert checked({"text": "hello"}) == SpeechRequest(
        "r", "hello", "Yara", AudioFormat(SpeechFormat.PCM, 22050), 1.0, "auto", word_timestamps=False
    )


def test_a_request_whose_text_arrives_apart_has_the_same_settings_and_no_text() -> None:
    assert start_checked({}) == SpeechRequest("r", None)
    settings = {"voice": "Nouf", "format": "wav", "sample_rate": 8000, "speed": 1.5, "word_timestamps": True}
    assert start_checked(settings) == replace(checked({"text": "hello", **settings}), text=None)
    assert start_checked({"text": None}) == start_checked({})


@pytest.mark.parametrize("text", ["", SECRET, 5, []])
def test_text_has_no_place_beside_text_that_arrives_apart(text: object) -> None:
    with pytest.raises(HiwarError, match="text does not go into start") as caught:
        start_checked({"text": text})
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert SECRET not in caught.value.message


def test_fields_that_nobody_knows_are_left_aside() -> None:
    assert checked({"text": "hello", "emotion": {"joy": 1}, "x-api-key": "K"}) == checked({"text": "hello"})


@pytest.mark.parametrize("length", [1, 9_999, 10_000])
def test_text_up_to_the_limit_is_taken_as_it_is(length: int) -> None:
    assert checked({"text": "ب" * length}).text == "ب" * length


def test_one_character_more_is_too_long() -> None:
    with pytest.raises(HiwarError, match="longer than 10000 characters") as caught:
        checked({"text": "ب" * 10_001})
    assert caught.value.code is ErrorCode.TEXT_TOO_LONG


@pytest.mark.parametrize("rate", SYNTHESIS_SAMPLE_RATES)
@pytest.mark.parametrize("name", ["pcm", "wav"])
def test_every_listed_rate(name: str, rate: int) -> None:
    assert checked({"text": "a", "format": name, "sample_rate": rate}).format == AudioFormat(SpeechFormat(name), rate)


@pytest.mark.parametrize("name", ["mulaw", "alaw"])
def test_telephony_formats_have_one_rate(name: str) -> None:
    assert checked({"text": "a", "format": name}).format == AudioFormat(SpeechFormat(name), 8000)
    with pytest.raises(HiwarError, match=f"sample_rate for {name} must be one of: 8000"):
        checked({"text": "a", "format": name, "sample_rate": 16000})


def test_format_has_an_alias_that_it_goes_before() -> None:
    assert checked({"text": "a", "response_format": "wav"}).format.encoding is SpeechFormat.WAV
    assert checked({"text": "a", "format": "pcm", "response_format": "wav"}).format.encoding is SpeechFormat.PCM


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (1, 1.0),
        (0.5, 0.5),
        (2.0, 2.0),
        (0.49, 0.5),
        (0, 0.5),
        (2.01, 2.0),
        (10**400, 2.0),
        (-(10**400), 0.5),
        (inf, 2.0),
    ],
)
def test_speed_is_clamped(asked: float, spoken: float) -> None:
    speed = checked({"text": "a", "speed": asked}).speed
    assert speed == spoken
    assert isinstance(speed, float)


REFUSED: list[tuple[dict[str, object], ErrorCode]] = [
    ({}, ErrorCode.INVALID_REQUEST),
    ({"text": ""}, ErrorCode.INVALID_REQUEST),
    ({"text": " \n\t\u00a0\u3000"}, ErrorCode.INVALID_REQUEST),
    ({"text": None}, ErrorCode.INVALID_REQUEST),
    ({"text": 7}, ErrorCode.INVALID_REQUEST),
    ({"text": [SECRET]}, ErrorCode.INVALID_REQUEST),
    ({"text": {"text": SECRET}}, ErrorCode.INVALID_REQUEST),
    ({"voice": SECRET}, ErrorCode.INVALID_VOICE),
    ({"voice": "yara"}, ErrorCode.INVALID_VOICE),
    ({"voice": ["Yara"]}, ErrorCode.INVALID_VOICE),
    ({"format": SECRET}, ErrorCode.INVALID_FORMAT),
    ({"format": "PCM"}, ErrorCode.INVALID_FORMAT),
    ({"format": "ogg"}, ErrorCode.INVALID_FORMAT),
    ({"format": {}}, ErrorCode.INVALID_FORMAT),
    ({"response_format": SECRET}, ErrorCode.INVALID_FORMAT),
    ({"sample_rate": 11025}, ErrorCode.INVALID_FORMAT),
    ({"sample_rate": "16000"}, ErrorCode.INVALID_FORMAT),
    ({"sample_rate": 16000.0}, ErrorCode.INVALID_FORMAT),
    ({"sample_rate": True}, ErrorCode.INVALID_FORMAT),
    ({"sample_rate": 10**400}, ErrorCode.INVALID_FORMAT),
    ({"sample_rate": []}, ErrorCode.INVALID_FORMAT),
    ({"speed": SECRET}, ErrorCode.INVALID_REQUEST),
    ({"speed": True}, ErrorCode.INVALID_REQUEST),
    ({"speed": [1]}, ErrorCode.INVALID_REQUEST),
    ({"speed": nan}, ErrorCode.INVALID_REQUEST),
    ({"language": SECRET}, ErrorCode.UNSUPPORTED_LANGUAGE),
    ({"language": "EN"}, ErrorCode.UNSUPPORTED_LANGUAGE),
    ({"language": ["en"]}, ErrorCode.UNSUPPORTED_LANGUAGE),
    ({"word_timestamps": "yes"}, ErrorCode.INVALID_REQUEST),
    ({"request_id": ""}, ErrorCode.INVALID_REQUEST),
    ({"request_id": SECRET}, ErrorCode.INVALID_REQUEST),
    ({"request_id": "x" * 65}, ErrorCode.INVALID_REQUEST),
    ({"request_id": "line\n"}, ErrorCode.INVALID_REQUEST),
    ({"request_id": 5}, ErrorCode.INVALID_REQUEST),
]


@pytest.mark.parametrize(("fields", "code"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_names_the_field_and_never_quotes_the_client(fields: dict[str, object], code: ErrorCode) -> None:
    asked = {"text": SECRET, **fields} if fields and "text" not in fields else fields
    with pytest.raises(HiwarError) as caught:
        checked(asked)
    assert caught.value.code is code
    field = next(iter(fields), "text").removeprefix("response_")
    assert caught.value.message.startswith(field)
    assert SECRET not in caught.value.message


def test_a_voice_refusal_lists_the_voices() -> None:
    with pytest.raises(HiwarError, match=r"voice must be one of: Yara, Nouf\.$"):
        checked({"text": "a", "voice": "Nobody"})


@pytest.mark.parametrize(
    "name", ["voice", "format", "sample_rate", "speed", "language", "request_id", "word_timestamps"]
)
def test_a_null_field_is_as_if_it_were_absent(name: str) -> None:
    assert checked({"text": "a", name: None}) == checked({"text": "a"})


def test_recognition_has_the_contracts_defaults() -> None:
    assert configured() == RecognitionConfig("made-up1", "auto", 16000, AudioEncoding.LINEAR16)
    assert configured().interim_results
    assert configured().voice_activity
    assert not configured().word_timestamps
    assert (configured().digits, configured().itn) == ("western", False)


def test_every_recognition_parameter_is_read() -> None:
    assert configured(
        request_id="My-call_7",
        language="ar",
        sample_rate="8000",
        encoding="mulaw",
        interim_results="false",
        word_timestamps="1",
        vad="0",
        endpointing_ms="700",
        digits="eastern",
        itn="true",
    ) == RecognitionConfig("My-call_7", "ar", 8000, AudioEncoding.MULAW, False, True, False, 700, "eastern", True)


@pytest.mark.parametrize("rate", RECOGNITION_SAMPLE_RATES)
def test_every_recognition_rate(rate: int) -> None:
    assert configured(sample_rate=str(rate)).sample_rate == rate


@pytest.mark.parametrize("request_id", ["a", "A-Z_09", "x" * 64])
def test_a_well_formed_request_id_is_kept(request_id: str) -> None:
    assert configured(request_id=request_id).request_id == request_id


@pytest.mark.parametrize("style", DIGIT_STYLES)
def test_every_style_of_digits(style: DigitStyle) -> None:
    assert configured(digits=style).digits == style


@pytest.mark.parametrize("value", ["100", "5000"])
def test_endpointing_within_its_bounds(value: str) -> None:
    assert configured(endpointing_ms=value).endpointing_ms == int(value)


PARAMETERS: list[tuple[str, str, ErrorCode, str]] = [
    ("language", "fr", ErrorCode.UNSUPPORTED_LANGUAGE, "ar, en, auto"),
    ("language", "", ErrorCode.UNSUPPORTED_LANGUAGE, "ar, en, auto"),
    *[
        ("sample_rate", value, ErrorCode.INVALID_REQUEST, "8000, 16000, 22050, 44100, 48000")
        for value in ("", "24000", "16000.0", "016000", " 16000", "+16000", "١٦٠٠٠", "9" * 6000)
    ],
    *[
        ("encoding", value, ErrorCode.INVALID_REQUEST, "linear16, mulaw, alaw, ogg_opus, flac")
        for value in ("", "LINEAR16", "opus")
    ],
    *[
        (name, value, ErrorCode.INVALID_REQUEST, "true, false")
        for name in ("interim_results", "word_timestamps", "vad", "itn")
        for value in ("", "yes", "True", "2")
    ],
    *[
        ("digits", value, ErrorCode.INVALID_REQUEST, "words, western, eastern")
        for value in ("", "Western", "arabic", "western ", "true")
    ],
    *[
        ("endpointing_ms", value, ErrorCode.INVALID_REQUEST, "100 to 5000")
        for value in ("", "99", "5001", "-500", "5e2", "500.0", "٥٠٠", "9" * 6000)
    ],
    *[("request_id", value, ErrorCode.INVALID_REQUEST, "1 to 64") for value in ("", "a b", "x" * 65, "é", "a\n")],
]


@pytest.mark.parametrize(
    ("name", "value", "code", "allowed"), PARAMETERS, ids=[f"{p[0]}-{p[1][:8]}" for p in PARAMETERS]
)
def test_a_parameter_outside_its_set_is_named_with_what_is_allowed(
    name: str, value: str, code: ErrorCode, allowed: str
) -> None:
    with pytest.raises(HiwarError) as caught:
        configured(**{name: value})
    assert caught.value.code is code
    assert caught.value.message.startswith(name)
    assert allowed in caught.value.message
