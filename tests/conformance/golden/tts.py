"""Golden conversations on the synthesis stream: requests that are spoken, and their cancelling."""

from golden.sign_in import SPEAKS, TTS
from golden.steps import (
    GENERATED_ID,
    Between,
    Conversation,
    DropSound,
    Expect,
    Hear,
    HearSome,
    Open,
    Say,
    Step,
    complete,
    error,
    started,
)
from hiwar.vocabulary import SYNTHESIS_SAMPLE_RATES

LONGEST = 10_000
ENDLESS = {"text": "abcdefghi " * 1000, "sample_rate": 48000, "request_id": "endless"}
"""More audio than the sockets between server and client hold: it lasts until the client has read or cancelled it."""

FORMATS = [
    *((name, rate) for name in ("pcm", "wav", "opus", "mp3", "aac", "flac") for rate in SYNTHESIS_SAMPLE_RATES),
    ("mulaw", 8000),
    ("alaw", 8000),
]

DEFAULT_RATES = {name: 8000 if name in {"mulaw", "alaw"} else 22050 for name, _ in FORMATS}


def _speaking() -> list[Conversation]:
    return [
        Conversation(
            "a bare request",
            (
                Open(TTS, answer={"x-request-id": GENERATED_ID}),
                Say({"text": "hello", "voice": "Yara"}),
                started(request_id=GENERATED_ID, voice="Yara", format="pcm", sample_rate=22050),
                Hear("hello"),
                complete(
                    request_id=GENERATED_ID,
                    audio_ms=Between(600, 700),
                    characters=5,
                    words=1,
                    ttfc_ms=Between(0),
                    queue_ms=Between(0),
                    text_ms=Between(0),
                    model_ms=Between(0),
                    encode_ms=Between(0),
                    first_text_ms=Between(0),
                    first_model_ms=Between(0),
                    first_encode_ms=Between(0),
                ),
            ),
        ),
        Conversation(
            "the voice defaults to Yara",
            (Open(TTS), Say({"text": "مرحبا بك"}), started(voice="Yara"), Hear("مرحبا بك"), complete()),
        ),
        Conversation(
            "many requests on one connection",
            (
                Open(TTS),
                *(
                    step
                    for text, voice in (("مرحبا", "Yara"), ("كيف حالك", "Nouf"), ("اهلا", "Atheer"), ("bye", "Yara_en"))
                    for step in (
                        Say({"text": text, "voice": voice}),
                        started(voice=voice),
                        Hear(text),
                        complete(),
                    )
                ),
            ),
        ),
        Conversation(
            "requests sent at once are answered in their order",
            (
                Open(TTS),
                *(Say({"text": f"text {number}", "request_id": f"r{number}"}) for number in range(5)),
                *(
                    step
                    for number in range(5)
                    for step in (
                        started(request_id=f"r{number}"),
                        Hear(f"text {number}"),
                        complete(request_id=f"r{number}"),
                    )
                ),
            ),
        ),
        Conversation(
            "refusals keep their place among requests sent at once",
            (
                Open(TTS),
                Say({"text": "one", "request_id": "r1"}),
                Say({"text": "two", "request_id": "r2", "voice": "Nobody"}),
                Say({"text": "three", "request_id": "r3"}),
                started(request_id="r1"),
                Hear("one"),
                complete(request_id="r1"),
                error("invalid_voice", request_id="r2"),
                complete("failed", request_id="r2"),
                started(request_id="r3"),
                Hear("three"),
                complete(request_id="r3"),
            ),
        ),
        *(
            Conversation(
                f"{name} at {rate} Hz",
                (
                    Open(TTS),
                    Say({"text": "hi, مرحبا", "format": name, "sample_rate": rate}),
                    started(format=name, sample_rate=rate),
                    Hear("hi, مرحبا"),
                    complete(audio_ms=Between(1000, 2000)),
                ),
            )
            for name, rate in FORMATS
        ),
        *(
            Conversation(
                f"{name} has a rate of its own",
                (Open(TTS), Say({"text": "x", "format": name}), started(sample_rate=rate), Hear("x"), complete()),
            )
            for name, rate in DEFAULT_RATES.items()
        ),
        Conversation(
            "response_format is another name of format",
            (Open(TTS), Say({"text": "x", "response_format": "wav"}), started(format="wav"), Hear("x"), complete()),
        ),
        *(
            Conversation(
                f"speed {speed} is clamped, not refused",
                (Open(TTS), Say({"text": "a b", "speed": speed}), started(), Hear("a b"), complete()),
            )
            for speed in (0.01, 0.5, 1, 2.0, 99)
        ),
        *(
            Conversation(
                f"language {language}",
                (Open(TTS), Say({"text": "ok", "language": language}), started(), Hear("ok"), complete()),
            )
            for language in ("ar", "en", "auto")
        ),
        *(
            Conversation(
                f"a header of {name} once in each request",
                (
                    Open(TTS),
                    *(
                        step
                        for text in ("one", "two")
                        for step in (Say({"text": text, "format": name}), started(), Hear(text), complete())
                    ),
                ),
            )
            for name in ("wav", "opus", "mp3", "aac", "flac")
        ),
        Conversation(
            "the longest text is accepted",
            (
                Open(TTS),
                Say({"text": "a" * LONGEST, "format": "mulaw"}),
                started(),
                HearSome(),
                Say({"type": "cancel"}),
                DropSound(),
                complete("cancelled", characters=Between(0, LONGEST - 1)),
                Expect({"type": "cancelled"}),
            ),
        ),
    ]


def _cancelling() -> list[Conversation]:
    begun: tuple[Step, ...] = (Open(TTS), Say(ENDLESS), started(request_id="endless"), HearSome())
    stopped = complete("cancelled", request_id="endless", audio_ms=Between(1), characters=Between(0, LONGEST - 1))
    return [
        Conversation(
            "cancel stops the audio and says what was sent",
            (
                *begun,
                Say({"type": "cancel"}),
                DropSound(),
                stopped,
                Expect({"type": "cancelled", "request_ids": ["endless"]}),
                *SPEAKS,
            ),
        ),
        Conversation(
            "cancel of one leaves the others",
            (
                *begun,
                Say({"text": "next", "request_id": "next"}),
                Say({"type": "cancel", "request_id": "endless"}),
                DropSound(),
                stopped,
                Expect({"type": "cancelled", "request_ids": ["endless"]}),
                started(request_id="next"),
                Hear("next"),
                complete(request_id="next"),
            ),
        ),
        Conversation(
            "cancel of one that waits",
            (
                *begun,
                Say({"text": "next", "request_id": "next"}),
                Say({"type": "cancel", "request_id": "next"}),
                DropSound(),
                complete("cancelled", request_id="next", audio_ms=0, ttfc_ms=None),
                Expect({"type": "cancelled", "request_ids": ["next"]}),
                Say({"type": "cancel"}),
                DropSound(),
                stopped,
            ),
        ),
        Conversation(
            "cancel of all",
            (
                *begun,
                Say({"text": "next", "request_id": "next"}),
                Say({"type": "cancel"}),
                DropSound(),
                stopped,
                complete("cancelled", request_id="next"),
                Expect({"type": "cancelled", "request_ids": ["endless", "next"]}),
                *SPEAKS,
            ),
        ),
        Conversation(
            "cancel of nothing",
            (
                Open(TTS),
                Say({"type": "cancel"}),
                Expect({"type": "cancelled", "request_ids": []}),
                Say({"type": "cancel", "request_id": "unknown"}),
                Expect({"type": "cancelled", "request_ids": []}),
                *SPEAKS,
            ),
        ),
        Conversation(
            "cancel with a bad id", (Open(TTS), Say({"type": "cancel", "request_id": 5}), error("invalid_request"))
        ),
        Conversation(
            "more requests than may wait",
            (
                *begun,
                *(Say({"text": "waits", "request_id": f"r{number}"}) for number in range(3)),
                DropSound(),
                error("rate_limit_exceeded", request_id="r2", retryable=True),
                complete("failed", request_id="r2"),
                Say({"type": "cancel", "request_id": "endless"}),
                DropSound(),
                stopped,
                Expect({"type": "cancelled", "request_ids": ["endless"]}),
                *(
                    step
                    for number in range(2)
                    for step in (started(request_id=f"r{number}"), Hear("waits"), complete())
                ),
            ),
            {"limits.requests_queued_max": 2},
        ),
        Conversation(
            "a request id that is in use",
            (
                *begun,
                Say({"text": "again", "request_id": "endless"}),
                Say({"type": "cancel", "request_id": "endless"}),
                DropSound(),
                stopped,
                Expect({"type": "cancelled", "request_ids": ["endless"]}),
                error("invalid_request", request_id=GENERATED_ID),
                complete("failed"),
            ),
        ),
    ]


CONVERSATIONS = [*_speaking(), *_cancelling()]
