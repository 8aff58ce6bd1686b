"""Golden conversations on text that arrives piece by piece: spoken, flushed, cancelled while open, and refused."""

from collections.abc import Mapping
from typing import Any

from golden.sign_in import SPEAKS, TTS
from golden.steps import (
    GENERATED_ID,
    KEY,
    Between,
    Close,
    Closed,
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
from golden.tts import ENDLESS, LONGEST

START: dict[str, Any] = {"type": "start", "request_id": "open"}
FLUSH, FINISH, CANCEL = Say({"type": "flush"}), Say({"type": "finish"}), Say({"type": "cancel"})
BEGUN: tuple[Step, ...] = (Open(TTS), Say(START), started(request_id="open"))
TOKENS = ("Hel", "lo, wor", "ld. ", "It is ", "", "12", ".5 de", "grees", " \n", "in D", "ubai.")
NO_REQUEST = error("protocol_violation", retryable=False)


def text(piece: str) -> Say:
    """The next piece of text."""
    return Say({"type": "text", "text": piece})


def flushed(**fields: Any) -> Expect:
    """A `flushed` of the open request."""
    return Expect({"type": "flushed", "request_id": "open", **fields})


def _spoken() -> list[Conversation]:
    return [
        Conversation(
            "text in pieces is spoken as if it had come whole",
            (
                *BEGUN,
                *(text(piece) for piece in TOKENS),
                FINISH,
                Hear("Hello, world. It is 12.5 degrees in Dubai."),
                complete(request_id="open", words=8, ttfc_ms=Between(0), queue_ms=Between(0)),
                *SPEAKS,
            ),
        ),
        Conversation(
            "Arabic in pieces",
            (*BEGUN, *(text(piece) for piece in "مرحبا بكم في دبي."), FINISH, Hear("مرحبا بكم في دبي."), complete()),
        ),
        Conversation(
            "a start takes the settings of a request",
            (
                Open(TTS),
                Say({"type": "start", "voice": "Yara_en", "response_format": "wav", "sample_rate": 16000, "speed": 9}),
                started(request_id=GENERATED_ID, voice="Yara_en", format="wav", sample_rate=16000),
                text("one"),
                FINISH,
                Hear("one"),
                complete(),
            ),
        ),
        Conversation(
            "a start in the first frame",
            (
                Open(TTS, headers={}),
                Say({"x-api-key": KEY, **START}),
                started(request_id="open"),
                text("one"),
                FINISH,
                Hear("one"),
                complete(),
            ),
        ),
        Conversation(
            "a sentence is spoken before the text has ended",
            (*BEGUN, text("One. Two"), HearSome(), text(" three."), FINISH, DropSound(), complete(words=3)),
        ),
        Conversation(
            "a surrogate pair cut in two",
            (
                *BEGUN,
                Say('{"type": "text", "text": "good \\ud83d"}'),
                Say('{"type": "text", "text": "\\ude00 day"}'),
                FINISH,
                Hear("good 😀 day"),
                complete(characters=10),
            ),
        ),
        Conversation(
            "a bare request waits behind an open one",
            (
                *BEGUN,
                Say({"text": "whole", "request_id": "whole"}),
                text("piece by "),
                text("piece"),
                FINISH,
                Hear("piece by piece"),
                complete(request_id="open"),
                started(request_id="whole"),
                Hear("whole"),
                complete(request_id="whole"),
            ),
        ),
        Conversation(
            "text that comes before its request has its turn",
            (
                Open(TTS),
                Say({"text": "whole", "request_id": "whole"}),
                Say(START),
                text("piece by "),
                text("piece"),
                FINISH,
                started(request_id="whole"),
                Hear("whole"),
                complete(request_id="whole"),
                started(request_id="open"),
                Hear("piece by piece"),
                complete(request_id="open"),
            ),
        ),
        Conversation(
            "a surrogate pair cut in two before its request has its turn",
            (
                Open(TTS),
                Say({"text": "whole", "request_id": "whole"}),
                Say(START),
                Say('{"type": "text", "text": "good \\ud83d"}'),
                Say('{"type": "text", "text": "\\ude00 day"}'),
                FINISH,
                started(request_id="whole"),
                Hear("whole"),
                complete(request_id="whole"),
                started(request_id="open"),
                Hear("good 😀 day"),
                complete(request_id="open", characters=10),
            ),
        ),
        Conversation(
            "two texts in pieces, one behind the other",
            (
                Open(TTS),
                *(
                    step
                    for number in range(2)
                    for step in (Say({"type": "start", "request_id": f"r{number}"}), text(f"text {number}"), FINISH)
                ),
                *(
                    step
                    for number in range(2)
                    for step in (
                        started(request_id=f"r{number}"),
                        Hear(f"text {number}"),
                        complete(request_id=f"r{number}"),
                    )
                ),
            ),
        ),
        Conversation("a client that leaves with a request open", (*BEGUN, text("one. two"), Close())),
    ]


def _flushed() -> list[Conversation]:
    return [
        Conversation(
            "flush speaks what is held and is answered",
            (
                *BEGUN,
                text("one two"),
                FLUSH,
                Hear("one two"),
                flushed(audio_ms=Between(100), characters=7, words=2),
                text(" three"),
                FINISH,
                Hear("three"),
                complete(request_id="open", words=3),
            ),
        ),
        Conversation(
            "every flush is answered, with nothing to speak too",
            (
                *BEGUN,
                FLUSH,
                flushed(audio_ms=0, characters=0, words=0),
                FLUSH,
                flushed(),
                text("one"),
                FINISH,
                Hear("one"),
                complete(),
            ),
        ),
        Conversation(
            "a flush that waits with its request",
            (
                Open(TTS),
                Say({"text": "whole", "request_id": "whole"}),
                Say(START),
                text("one"),
                FLUSH,
                started(request_id="whole"),
                Hear("whole"),
                complete(request_id="whole"),
                started(request_id="open"),
                Hear("one"),
                flushed(words=1),
                FINISH,
                DropSound(),  # the encoder's last samples
                complete(request_id="open"),
            ),
        ),
    ]


def _timed() -> list[Conversation]:
    words = ({"word": "one", "start_ms": 0}, {"word": "two,", "start_ms": Between(100)})
    asked: dict[str, Mapping[str, Any]] = {
        "piece by piece": {"type": "start", "word_timestamps": True},
        "whole": {"text": "one two,", "word_timestamps": True},
    }
    return [
        Conversation(
            f"words are sent before the audio that they begin in, {name}",
            (
                Open(TTS),
                Say(request),
                *(() if "text" in request else (text("one "), text("two,"), FINISH)),
                started(),
                *(
                    step
                    for word in words
                    for step in (Expect({"type": "word_timestamps", "words": OneWord(word)}), HearSome(all=True))
                ),
                complete(words=2),
            ),
        )
        for name, request in asked.items()
    ]


class OneWord:
    """Matches a list of one word with these fields, which ends behind its start."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, list) or len(other) != 1:
            return False
        (word,) = other
        return all(wanted == word[name] for name, wanted in self._fields.items()) and word["end_ms"] > word["start_ms"]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"OneWord({self._fields!r})"


def _cancelled() -> list[Conversation]:
    acknowledged = Expect({"type": "cancelled", "request_ids": ["open"]})
    return [
        Conversation(
            f"cancel of {what} while it is open",
            (
                *BEGUN,
                text("one two"),
                FLUSH,
                HearSome(all=True),
                flushed(),
                Say(cancel),
                complete("cancelled", request_id="open", audio_ms=Between(100), characters=7, words=2),
                acknowledged,
                text("on its way"),
                FLUSH,
                FINISH,
                *SPEAKS,
            ),
        )
        for what, cancel in (
            ("all", {"type": "cancel"}),
            ("the open request", {"type": "cancel", "request_id": "open"}),
        )
    ] + [
        Conversation(
            "cancel of an open request in its sound",
            (
                *BEGUN,
                text(str(ENDLESS["text"])),
                HearSome(),
                CANCEL,
                DropSound(),
                complete("cancelled", characters=Between(0, LONGEST - 1), ttfc_ms=Between(0)),
                acknowledged,
                *SPEAKS,
            ),
        ),
        Conversation(
            "cancel of an open request that waits",
            (
                Open(TTS),
                Say(ENDLESS),
                started(request_id="endless"),
                HearSome(),
                Say(START),
                text("one"),
                Say({"type": "cancel", "request_id": "open"}),
                DropSound(),
                complete("cancelled", request_id="open", audio_ms=0, ttfc_ms=None),
                acknowledged,
                text("on its way"),
                CANCEL,
                DropSound(),
                complete("cancelled", request_id="endless"),
                Expect({"type": "cancelled", "request_ids": ["endless"]}),
                Say({"type": "start", "request_id": "next"}),
                started(request_id="next"),
                text("two"),
                FINISH,
                Hear("two"),
                complete(),
            ),
        ),
    ]


def _refused() -> list[Conversation]:
    return [
        *(
            Conversation(
                f"{kind} without start",
                (Open(TTS), Say({"type": kind, "text": "x"}), NO_REQUEST, *SPEAKS, Say({"type": kind}), NO_REQUEST),
            )
            for kind in ("text", "flush", "finish")
        ),
        Conversation(
            "text behind finish",
            (*BEGUN, text("one"), FINISH, text("two"), DropSound(), NO_REQUEST, DropSound(), complete(), *SPEAKS),
        ),
        *(
            Conversation(
                f"a start with {name} is refused once, and its text is left aside",
                (
                    Open(TTS),
                    Say({**START, **fields}),
                    text("one"),
                    FLUSH,
                    text("two"),
                    FINISH,
                    error(code, request_id="open"),
                    complete("failed", request_id="open", audio_ms=0),
                    *SPEAKS,
                ),
            )
            for name, fields, code in (
                ("an unknown voice", {"voice": "Nobody"}, "invalid_voice"),
                ("an unknown format", {"format": "midi"}, "invalid_format"),
                ("text in it", {"text": "one"}, "invalid_request"),
            )
        ),
        Conversation(
            "a start while one is open",
            (
                *BEGUN,
                text("one"),
                Say({"type": "start", "request_id": "second"}),
                text(" two"),
                FINISH,
                Hear("one two"),
                complete(request_id="open"),
                error("protocol_violation", request_id="second"),
                complete("failed", request_id="second"),
                *SPEAKS,
            ),
        ),
        Conversation(
            "a piece over the limit is refused and the rest is spoken",
            (
                *BEGUN,
                text("x" * (LONGEST + 1)),
                error("text_too_long", request_id="open"),
                text("one"),
                FINISH,
                Hear("one"),
                complete(request_id="open", characters=3),
            ),
        ),
        Conversation(
            "a piece that is no string is refused and the rest is spoken",
            (
                *BEGUN,
                Say({"type": "text", "text": 7}),
                error("invalid_request", request_id="open"),
                Say({"type": "text"}),
                error("invalid_request", request_id="open"),
                text("one"),
                FINISH,
                Hear("one"),
                complete(request_id="open"),
            ),
        ),
        *(
            Conversation(
                f"finish {name}",
                (
                    *BEGUN,
                    *pieces,
                    FINISH,
                    error("invalid_request", request_id="open"),
                    complete("failed", request_id="open", audio_ms=0, ttfc_ms=None),
                    *SPEAKS,
                ),
            )
            for name, pieces in (("without text", ()), ("behind white space", (text(" "), text(""), text("\n"))))
        ),
        Conversation(
            "half a surrogate pair in a whole request",
            (Open(TTS), Say('{"text": "\\ud83d"}'), error("invalid_request"), complete("failed"), *SPEAKS),
        ),
        Conversation(
            "a request that stays open without text",
            (*BEGUN, text("one"), DropSound(), error("idle_timeout", retryable=True), Closed(4408, "idle_timeout")),
            {"limits.idle_timeout_ms": 60},
        ),
    ]


CONVERSATIONS = [*_spoken(), *_flushed(), *_timed(), *_cancelled(), *_refused()]
