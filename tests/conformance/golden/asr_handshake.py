"""Golden conversations on the parameters of a recognition stream, accepted and refused."""

from golden.asr import FINISH, PAUSE_MS, done, heard
from golden.sign_in import ASR, OLDER_ASR, READY
from golden.steps import (
    GENERATED_ID,
    Conversation,
    Expect,
    Like,
    Open,
    Refused,
    Say,
    Sound,
    Until,
    error,
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
    "digits=arabic": ("invalid_request", ".*digits.*words.*western.*eastern.*"),
    "digits=": ("invalid_request", ".*digits.*words.*western.*eastern.*"),
    "itn=yes": ("invalid_request", ".*itn.*true.*false.*"),
    "vad=on": ("invalid_request", ".*vad.*true.*false.*"),
    "endpointing_ms=99": ("invalid_request", ".*endpointing_ms.*100.*5000.*"),
    "endpointing_ms=5001": ("invalid_request", ".*endpointing_ms.*100.*5000.*"),
    "endpointing_ms=-1": ("invalid_request", ".*endpointing_ms.*"),
    f"endpointing_ms={'9' * 6000}": ("invalid_request", ".*endpointing_ms.*"),
    "request_id=": ("invalid_request", ".*request.id.*64.*"),
    f"request_id={'x' * 65}": ("invalid_request", ".*request.id.*64.*"),
    "request_id=a%0Ab": ("invalid_request", ".*request.id.*"),
    "request_id=%D9%85": ("invalid_request", ".*request.id.*"),
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


CONVERSATIONS = [*_opening(), *_bad_parameters()]
