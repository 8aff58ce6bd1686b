import json

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.json_codec import decode_asr_server, decode_object, decode_tts_server, encode
from hiwar.protocol.messages import (
    AsrServerMessage,
    Cancel,
    Cancelled,
    Done,
    ErrorEvent,
    Final,
    Finalize,
    Finish,
    Flush,
    Flushed,
    KeepAlive,
    Message,
    Partial,
    Ready,
    SignIn,
    SpeechEndedEvent,
    SpeechStartedEvent,
    Start,
    SynthesisComplete,
    SynthesisStarted,
    Synthesize,
    Text,
    TtsServerMessage,
    WordSpoken,
    WordTimestamps,
    WordTiming,
)
from hiwar.vocabulary import AudioEncoding, SpeechFormat

MALFORMED = [
    "",
    " ",
    "{",
    "{'text': 'x'}",
    "[]",
    '"text"',
    "null",
    "7",
    "NaN",
    '{"speed": NaN}',
    '{"speed": Infinity}',
    '{"speed": 1e400}',
    f'{{"speed": {"9" * 5000}}}',
    '{"text": "x"} {"text": "y"}',
    '{"text": "\ud800"}',
    '{"text": "\\ud800"}',
    '{"text": "\x00"}',
    '{"text": "x",}',
    "[" * 200_000,
    '{"a":' * 40_000,
]


@pytest.mark.parametrize("frame", MALFORMED, ids=[str(number) for number in range(len(MALFORMED))])
def test_what_is_not_a_json_object_is_refused_with_a_fixed_sentence(frame: str) -> None:
    with pytest.raises(HiwarError, match=r"^The frame is not a JSON object") as caught:
        decode_object(frame)
    assert caught.value.code is ErrorCode.INVALID_REQUEST


def test_of_a_name_that_comes_twice_the_last_counts() -> None:
    assert decode_object('{"text": "a", "text": "b"}') == {"text": "b"}


def test_a_pair_of_escaped_surrogates_is_one_character() -> None:
    assert decode_object('{"text": "\\ud83d\\ude00"}') == {"text": "😀"}


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("\\ud83d", "\ud83d"),
        ("a\\uDE00", "a\ude00"),
        ("\\udE00\\ud83D", "\ude00\ud83d"),
        ("\\ud83d\\ude00\\ud83d", "😀\ud83d"),
    ],
)
def test_a_piece_of_text_may_be_cut_inside_a_pair(text: str, decoded: str) -> None:
    frame = f'{{"type": "text", "text": "{text}", "request_id": "\\ud83d", "more": [1]}}'
    assert decode_object(frame) == {"type": "text", "text": decoded}


@pytest.mark.parametrize(
    "frame",
    [
        '{"text": "\\ud83d"}',
        '{"type": "start", "voice": "\\ud83d"}',
        '{"type": "start", "text": "\\ud83d"}',
        '{"type": "\\ud83d", "text": "a"}',
        '{"type": "text", "text": ["\\ud83d"]}',
        '{"type": "text", "voice": "\\ud83d"}',
        '["\\ud83d"]',
        '"\\ud83d"',
        '{"type": "text", "text": "\\ud83d"',
        '{"type": "text", "text": "\\ud83d", "n": ' + "9" * 5000 + "}",
        '{"type": "text", "text": "\\ud83d", "n": ' + "[" * 100_000,
    ],
    ids=range(11),
)
def test_nothing_else_may(frame: str) -> None:
    with pytest.raises(HiwarError, match=r"^The frame is not a JSON object"):
        decode_object(frame)


CLIENT: list[tuple[Message, dict[str, object]]] = [
    (SignIn(api_key="K"), {"x-api-key": "K"}),
    (SignIn(token="T"), {"token": "T"}),
    (Synthesize("مرحبا"), {"text": "مرحبا"}),
    (
        Synthesize("a", voice="Nouf", format=SpeechFormat.WAV, sample_rate=16000, speed=1.5, language="ar"),
        {"text": "a", "voice": "Nouf", "format": "wav", "sample_rate": 16000, "speed": 1.5, "language": "ar"},
    ),
    (Start(), {"type": "start"}),
    (
        Start(voice="Nouf", request_id="r", word_timestamps=True),
        {"type": "start", "voice": "Nouf", "request_id": "r", "word_timestamps": True},
    ),
    (Text("a "), {"type": "text", "text": "a "}),
    (Flush(), {"type": "flush"}),
    (Cancel(), {"type": "cancel"}),
    (Cancel("r"), {"type": "cancel", "request_id": "r"}),
    (Finalize(), {"type": "finalize"}),
    (Finish(), {"type": "finish"}),
    (KeepAlive(), {"type": "keepalive"}),
]


@pytest.mark.parametrize(("message", "wire"), CLIENT, ids=[type(message).__name__ for message, _ in CLIENT])
def test_a_clients_message_looks_so_on_the_wire(message: Message, wire: dict[str, object]) -> None:
    assert json.loads(encode(message)) == wire


TTS_SERVER: list[tuple[TtsServerMessage, str]] = [
    (SynthesisStarted("r", "Yara", SpeechFormat.PCM, 22050), "synthesis_started"),
    (SynthesisComplete("r", "ok", 10, 2, 1, 1.5, 0.1, 0.2, 0.3, 0.4), "synthesis_complete"),
    (WordTimestamps("r", (WordSpoken("hi", 0, 200), WordSpoken("you", 200, 400))), "word_timestamps"),
    (Flushed("r", 10, 2, 1), "flushed"),
    (Cancelled(("a", "b")), "cancelled"),
    (Cancelled(()), "cancelled"),
    (ErrorEvent(ErrorCode.INTERNAL, "m", retryable=False), "error"),
    (ErrorEvent(ErrorCode.SERVER_BUSY, "m", retryable=True, request_id="r"), "error"),
]


@pytest.mark.parametrize(("message", "kind"), TTS_SERVER)
def test_a_synthesis_message_comes_back_as_it_was_and_names_its_type(message: TtsServerMessage, kind: str) -> None:
    assert json.loads(encode(message))["type"] == kind
    assert decode_tts_server(encode(message)) == message


ASR_SERVER: list[tuple[AsrServerMessage, str]] = [
    (Ready("r", "auto", 16000, AudioEncoding.LINEAR16, True), "ready"),
    (SpeechStartedEvent("r", 0, 5), "speech_started"),
    (Partial("r", 0, "ab", "a", 0.5, "en", 0, 100, 20), "partial"),
    (Final("r", 0, "ab", 0.5, "ar", 0, 100, 20), "final"),
    (Final("r", 0, "ab", 0.5, "ar", 0, 100, 20, (WordTiming("ab", 0, 100, 0.5),)), "final"),
    (SpeechEndedEvent("r", 0, 100), "speech_ended"),
    (Done("r", 1000, 1), "done"),
    (ErrorEvent(ErrorCode.IDLE_TIMEOUT, "m", retryable=True), "error"),
]


@pytest.mark.parametrize(("message", "kind"), ASR_SERVER)
def test_a_recognition_message_comes_back_as_it_was_and_names_its_type(message: AsrServerMessage, kind: str) -> None:
    assert json.loads(encode(message))["type"] == kind
    assert decode_asr_server(encode(message)) == message


def test_every_number_of_a_completion_is_on_the_wire_even_when_it_is_nothing() -> None:
    wire = json.loads(encode(SynthesisComplete("r", "failed")))
    assert wire == {
        "type": "synthesis_complete",
        "request_id": "r",
        "status": "failed",
        "audio_ms": 0,
        "characters": 0,
        "words": 0,
        "ttfc_ms": None,
        "queue_ms": 0.0,
        "text_ms": 0.0,
        "model_ms": 0.0,
        "encode_ms": 0.0,
        "first_text_ms": 0.0,
        "first_model_ms": 0.0,
        "first_encode_ms": 0.0,
    }


def test_an_error_of_tomorrow_keeps_its_sentence() -> None:
    frame = '{"type": "error", "code": "moon_phase", "message": "Wait.", "retryable": true, "request_id": "r", "at": 1}'
    expected = ErrorEvent(ErrorCode.INTERNAL, "Wait.", retryable=True, request_id="r")
    assert decode_tts_server(frame) == decode_asr_server(frame) == expected


@pytest.mark.parametrize("frame", ['{"type": "of_tomorrow"}', '{"type": "done"}', "{}", "", "[" * 200_000, "\ud800"])
def test_a_client_leaves_aside_what_it_does_not_know(frame: str) -> None:
    assert decode_tts_server(frame) is None
    assert decode_asr_server(frame) is None
