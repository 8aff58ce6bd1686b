"""Golden conversations on the recognition stream."""

from golden.sign_in import ASR, OLDER_ASR, READY
from golden.steps import (
    GENERATED_ID,
    Between,
    Closed,
    Conversation,
    Expect,
    Like,
    Open,
    Refused,
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


def _opening() -> list[Conversation]:
    return [
        Conversation(
            "defaults of a stream",
            (
                Open(ASR, answer={"x-request-id": GENERATED_ID}),
                Expect(
                    {
                        "type": "ready",
                        "request_id": GENERATED_ID,
                        "language": "auto",
                        "sample_rate": 16000,
                        "encoding": "linear16",
                        "interim_results": True,
                    }
                ),
                FINISH,
                *done(0, audio_ms=0, request_id=GENERATED_ID),
            ),
        ),
        *(
            Conversation(
                f"request_id {request_id[:12]} is echoed everywhere",
                (
                    Open(ASR, f"request_id={request_id}", answer={"x-request-id": request_id}),
                    Expect({"type": "ready", "request_id": request_id}),
                    Say({"type": "sing"}),
                    error("invalid_request", request_id=request_id),
                    Sound("hello", silence_ms=PAUSE_MS),
                    Expect({"type": "speech_started", "request_id": request_id}),
                    Until({"type": "final", "request_id": request_id}, skipping=("partial",)),
                    Expect({"type": "speech_ended", "request_id": request_id}),
                    FINISH,
                    *done(1, request_id=request_id),
                ),
            )
            for request_id in ("a", "Call-7_b", "x" * 64)
        ),
        *(
            Conversation(
                f"language {language} is said back",
                (Open(ASR, f"language={language}"), Expect({"type": "ready", "language": language})),
            )
            for language in ("ar", "en", "auto")
        ),
        Conversation(
            "the older path is the same stream",
            (
                Open(OLDER_ASR, "language=ar&sample_rate=8000", answer={"x-request-id": GENERATED_ID}),
                Expect({"type": "ready", "language": "ar", "sample_rate": 8000}),
                Sound("مرحبا بك", sample_rate=8000),
                FINISH,
                *heard("مرحبا بك", language="ar"),
                *done(1),
            ),
        ),
        Conversation("the client closes first", (Open(ASR), READY)),
    ]


BAD_PARAMETERS = {
    "language=fr": ("unsupported_language", ".*language.*ar.*en.*auto.*"),
    "language=": ("unsupported_language", ".*language.*ar.*en.*auto.*"),
    "sample_rate=11025": ("invalid_request", ".*sample_rate.*8000.*16000.*22050.*44100.*48000.*"),
    "sample_rate=16000.0": ("invalid_request", ".*sample_rate.*8000.*"),
    "sample_rate=": ("invalid_request", ".*sample_rate.*8000.*"),
    "encoding=opus": ("invalid_request", ".*encoding.*linear16.*mulaw.*alaw.*"),
    "interim_results=maybe": ("invalid_request", ".*interim_results.*true.*false.*"),
    "word_timestamps=yes": ("invalid_request", ".*word_timestamps.*true.*false.*"),
    "vad=on": ("invalid_request", ".*vad.*true.*false.*"),
    "endpointing_ms=99": ("invalid_request", ".*endpointing_ms.*100.*5000.*"),
    "endpointing_ms=5001": ("invalid_request", ".*endpointing_ms.*100.*5000.*"),
    "endpointing_ms=-1": ("invalid_request", ".*endpointing_ms.*"),
    f"endpointing_ms={'9' * 6000}": ("invalid_request", ".*endpointing_ms.*"),
    "request_id=": ("invalid_request", ".*request_id.*64.*"),
    f"request_id={'x' * 65}": ("invalid_request", ".*request_id.*64.*"),
    "request_id=a%0Ab": ("invalid_request", ".*request_id.*"),
    "request_id=%D9%85": ("invalid_request", ".*request_id.*"),
}


def _bad_parameters() -> list[Conversation]:
    return [
        Conversation(
            f"{query[:30]} refuses the handshake, {path}",
            (
                Refused(
                    path,
                    400,
                    query,
                    answer={"x-request-id": GENERATED_ID, "x-content-type-options": "nosniff"},
                    body={
                        "error": "http_error",
                        "code": "HTTP_400",
                        "reason": reason,
                        "detail": Like(sentence),
                    },
                ),
            ),
        )
        for path in (ASR, OLDER_ASR)
        for query, (reason, sentence) in BAD_PARAMETERS.items()
    ]


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
            "frames of one byte",
            (
                Open(ASR, "sample_rate=8000"),
                READY,
                Sound("a", sample_rate=8000, frame_bytes=1),
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


CONVERSATIONS = [*_opening(), *_bad_parameters(), *_hearing(), *_bounds()]
