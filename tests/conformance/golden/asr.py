"""Golden conversations on the recognition stream: what is heard, and the bounds of a stream."""

from golden.sign_in import ASR, READY
from golden.steps import (
    Between,
    Closed,
    Conversation,
    Expect,
    Like,
    Open,
    Say,
    Sound,
    Step,
    Until,
    error,
)
from hiwar.vocabulary import RECOGNITION_SAMPLE_RATES, AudioEncoding

FINISH = Say({"type": "finish"})
FINALIZE = Say({"type": "finalize"})
PAUSE_MS = 900
"""Silence that ends an utterance, with room for the recogniser's windows."""


def heard(text: str, segment: int = 0, **fields: object) -> tuple[Step, ...]:
    """One utterance from its start to its end, with any partials."""
    return (
        Expect({"type": "speech_started", "segment": segment, "start_ms": Between(0)}),
        Until(
            {
                "type": "final",
                "segment": segment,
                "transcript": text,
                "confidence": Between(0, 1),
                "language": Like("ar|en"),
                "start_ms": Between(0),
                "end_ms": Between(1),
                "audio_to_emit_ms": Between(0),
                **fields,
            },
            skipping=("partial",),
        ),
        Expect({"type": "speech_ended", "segment": segment, "end_ms": Between(1)}),
    )


def done(segments: int, **fields: object) -> tuple[Step, ...]:
    """The end of a stream that was finished."""
    return (
        Expect({"type": "done", "segments": segments, "audio_ms": Between(0), **fields}),
        Closed(1000, "done"),
    )


def _hearing() -> list[Conversation]:
    text = "hello مرحبا"
    return [
        *(
            Conversation(
                f"hears {encoding} at {rate} Hz",
                (
                    Open(ASR, f"sample_rate={rate}&encoding={encoding}"),
                    Expect({"type": "ready", "sample_rate": rate, "encoding": str(encoding)}),
                    Sound(text, sample_rate=rate, encoding=encoding),
                    FINISH,
                    *heard(text, start_ms=Between(0, 100)),
                    *done(1, audio_ms=Between(1600, 1700)),
                ),
            )
            for rate in RECOGNITION_SAMPLE_RATES
            for encoding in AudioEncoding
        ),
        *(
            Conversation(
                f"frames of {frame_bytes} bytes",
                (Open(ASR), READY, Sound(text, frame_bytes=frame_bytes), FINISH, *heard(text), *done(1)),
            )
            for frame_bytes in (77, 333, 2047, 65_536)
        ),
        Conversation(
            "frames of three bytes",
            (
                Open(ASR, "sample_rate=8000"),
                READY,
                Sound("a", sample_rate=8000, frame_bytes=3),
                FINISH,
                *heard("a"),
                *done(1),
            ),
        ),
        Conversation(
            "empty frames are no audio",
            (Open(ASR), READY, Sound(raw=b""), Sound(text), Sound(raw=b""), FINISH, *heard(text), *done(1)),
        ),
        Conversation(
            "half a sample at the end is dropped",
            (Open(ASR), READY, Sound(text), Sound(raw=b"\0"), FINISH, *heard(text), *done(1)),
        ),
        Conversation(
            "silence ends an utterance, and the next one has the next number",
            (
                Open(ASR),
                READY,
                Sound("first one", silence_ms=PAUSE_MS),
                *heard("first one", 0),
                Sound("second one", silence_ms=PAUSE_MS),
                *heard("second one", 1, start_ms=Between(1500)),
                FINISH,
                *done(2),
            ),
        ),
        Conversation(
            "finalize ends the utterance at once",
            (
                Open(ASR),
                READY,
                Sound("now"),
                FINALIZE,
                *heard("now", 0),
                Sound("and then"),
                FINALIZE,
                *heard("and then", 1),
                FINISH,
                *done(2),
            ),
        ),
        Conversation("finalize with nothing to end", (Open(ASR), READY, FINALIZE, FINALIZE, FINISH, *done(0))),
        Conversation(
            "a stream that ends in mid-word still gets its final",
            (Open(ASR), READY, Sound("unfinish"), FINISH, *heard("unfinish"), *done(1)),
        ),
        Conversation(
            "silence has no text", (Open(ASR), READY, Sound(silence_ms=3000), FINISH, *done(0, audio_ms=3000))
        ),
        Conversation(
            "without interim results there are no partials",
            (
                Open(ASR, "interim_results=false"),
                Expect({"type": "ready", "interim_results": False}),
                Sound("a sentence of some length"),
                FINISH,
                Expect({"type": "speech_started"}),
                Expect({"type": "final", "transcript": "a sentence of some length"}, absent=("words",)),
                Expect({"type": "speech_ended"}),
                *done(1),
            ),
        ),
        Conversation(
            "partials say what is stable",
            (
                Open(ASR),
                READY,
                Sound("a sentence of some"),
                Expect({"type": "speech_started", "segment": 0}),
                Expect(
                    {
                        "type": "partial",
                        "segment": 0,
                        "transcript": Like("a.*"),
                        "stable": Like("(a.*)?"),
                        "confidence": Between(0, 1),
                        "language": "en",
                        "start_ms": Between(0),
                        "end_ms": Between(1),
                        "audio_to_emit_ms": Between(0),
                    }
                ),
            ),
        ),
        Conversation(
            "words with their times when asked for",
            (
                Open(ASR, "word_timestamps=true&interim_results=0"),
                READY,
                Sound("one مرحبا"),
                FINISH,
                Expect({"type": "speech_started"}),
                Expect(
                    {
                        "type": "final",
                        "words": [
                            {"word": "one", "start_ms": Between(0, 60), "end_ms": Between(200, 400), "confidence": 1.0},
                            {
                                "word": "مرحبا",
                                "start_ms": Between(400, 600),
                                "end_ms": Between(1200, 1500),
                                "confidence": 1.0,
                            },
                        ],
                    }
                ),
                Expect({"type": "speech_ended"}),
                *done(1),
            ),
        ),
        Conversation(
            "without voice activity the whole stream is one utterance",
            (
                Open(ASR, "vad=false&interim_results=false"),
                READY,
                Sound("one", silence_ms=PAUSE_MS),
                Sound("two"),
                FINISH,
                Until({"type": "final", "transcript": "one two"}, skipping=("speech_started",)),
                Until({"type": "done", "segments": 1}, skipping=("speech_ended",)),
                Closed(1000),
            ),
        ),
        Conversation(
            "a pause shorter than endpointing_ms ends nothing",
            (
                Open(ASR, "endpointing_ms=3000&interim_results=false"),
                READY,
                Sound("one", silence_ms=PAUSE_MS),
                Sound("two"),
                FINISH,
                *heard("one two"),
                *done(1),
            ),
        ),
    ]


def _writing() -> list[Conversation]:
    spoken = "it costs twenty five dollars or 30"
    return [
        *(
            Conversation(
                f"digits={style} in {language}",
                (
                    Open(ASR, f"digits={style}&language={language}"),
                    READY,
                    Sound(text),
                    FINISH,
                    *heard(written, language=language),
                    *done(1),
                ),
            )
            for style, language, text, written in (
                ("western", "ar", "عندي ٢٥ كتابا", "عندي 25 كتابا"),
                ("eastern", "ar", "عندي 25 كتابا", "عندي ٢٥ كتابا"),
                ("words", "ar", "عندي 25 كتابا", "عندي خمسة وعشرون كتابا"),
                ("eastern", "en", "i have 25", "i have 25"),
                ("words", "en", "i have 25", "i have twenty five"),
            )
        ),
        Conversation(
            "itn stands beside the transcript of a final",
            (
                Open(ASR, "itn=true&language=en&digits=words&word_timestamps=true"),
                READY,
                Sound(spoken),
                FINISH,
                *heard("it costs twenty five dollars or thirty", itn="it costs $25 or 30"),
                *done(1),
            ),
        ),
        Conversation(
            "without itn a final has none",
            (
                Open(ASR, "interim_results=false"),
                READY,
                Sound(spoken),
                FINISH,
                Expect({"type": "speech_started"}),
                Expect({"type": "final", "transcript": spoken}, absent=("itn",)),
                Expect({"type": "speech_ended"}),
                *done(1),
            ),
        ),
        Conversation(
            "Arabic comes in plain spelling",
            (Open(ASR), READY, Sound("مَرْحَبًا بكم?"), FINISH, *heard("مرحبا بكم؟", language="ar"), *done(1)),
        ),
    ]


BAD_CONTROLS: dict[str, dict[str, object] | str] = {
    "an unknown type": {"type": "sing"},
    "a type that is no string": {"type": ["finish"]},
    "no type": {"text": "hello"},
    "text that is no JSON": "finish",
    "an array": "[]",
    "an empty frame": "",
}


def _bounds() -> list[Conversation]:
    refused_and_usable = (Sound("still here"), FINISH, *heard("still here"), *done(1))
    return [
        *(
            Conversation(
                f"{name} is refused and the stream goes on",
                (Open(ASR), READY, Say(message), error("invalid_request", retryable=False), *refused_and_usable),
            )
            for name, message in BAD_CONTROLS.items()
        ),
        Conversation(
            "keepalive is not answered",
            (Open(ASR), READY, Say({"type": "keepalive"}), Say({"type": "keepalive"}), *refused_and_usable),
        ),
        Conversation(
            "audio and controls after finish change nothing",
            (
                Open(ASR),
                READY,
                Sound("before"),
                FINISH,
                Sound("after"),
                FINALIZE,
                FINISH,
                Until({"type": "final", "transcript": "before"}, skipping=("speech_started", "partial", "error")),
                Until({"type": "done", "segments": 1}, skipping=("speech_ended", "error")),
            ),
        ),
        Conversation(
            "an audio frame over the limit ends the stream",
            (
                Open(ASR),
                READY,
                Sound(raw=b"\0" * (8 * 1024 * 1024 + 1), frame_bytes=16 * 1024 * 1024),
                error("frame_too_large"),
                Closed(4413, "frame_too_large"),
            ),
        ),
        Conversation(
            "a text frame over the limit ends the stream",
            (Open(ASR), READY, Say("x" * 16_385), error("frame_too_large"), Closed(4413, "frame_too_large")),
        ),
        Conversation(
            "a stream without audio is ended",
            (Open(ASR), READY, error("idle_timeout", retryable=True), Closed(4408, "idle_timeout")),
            {"limits.idle_timeout_ms": 60},
        ),
    ]


CONVERSATIONS = [*_hearing(), *_writing(), *_bounds()]
