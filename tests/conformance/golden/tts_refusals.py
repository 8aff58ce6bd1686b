"""Golden conversations on synthesis requests that are refused; most leave the connection usable."""

from golden.faces import Face
from golden.sign_in import SPEAKS, TTS
from golden.steps import (
    Closed,
    Conversation,
    Like,
    Open,
    Say,
    Sound,
    complete,
    error,
)
from golden.tts import LONGEST

BAD_REQUESTS: dict[str, tuple[dict[str, object] | str, str, str]] = {
    "no text": ({"voice": "Yara"}, "invalid_request", ".*text.*"),
    "empty text": ({"text": ""}, "invalid_request", ".*text.*"),
    "white space": ({"text": " \n\t"}, "invalid_request", ".*text.*"),
    "text that is no string": ({"text": 7}, "invalid_request", ".*text.*"),
    "text of 10,001 characters": ({"text": "a" * (LONGEST + 1)}, "text_too_long", ".*10000.*"),
    "an unknown voice": ({"text": "x", "voice": "Nobody"}, "invalid_voice", ".*Yara.*Nouf.*Atheer.*Yara_en.*"),
    "a voice that is no string": ({"text": "x", "voice": ["Yara"]}, "invalid_voice", ".*Yara.*"),
    "an unknown format": ({"text": "x", "format": "midi"}, "invalid_format", ".*pcm.*wav.*"),
    "a format that is no string": ({"text": "x", "format": 1}, "invalid_format", ".*pcm.*"),
    "a rate out of the set": ({"text": "x", "sample_rate": 11025}, "invalid_format", ".*22050.*"),
    "a rate that is no number": ({"text": "x", "sample_rate": "22050"}, "invalid_format", ".*22050.*"),
    "mulaw at 16000 Hz": ({"text": "x", "format": "mulaw", "sample_rate": 16000}, "invalid_format", ".*8000.*"),
    "a speed that is no number": ({"text": "x", "speed": "fast"}, "invalid_request", ".*speed.*"),
    "an unknown language": ({"text": "x", "language": "fr"}, "unsupported_language", ".*ar.*en.*auto.*"),
    "a bad request id": ({"text": "x", "request_id": "no spaces"}, "invalid_request", ".*request.id.*"),
    "an unknown type": ({"type": "sing", "text": "x"}, "invalid_request", ".*type.*"),
    "a type that is no string": ({"type": 1, "text": "x"}, "invalid_request", ".*"),
    "a frame that is no JSON": ("{text: x", "invalid_request", ".*JSON.*"),
    "an array": ("[1]", "invalid_request", ".*JSON.*"),
    "a deep array": ("[" * 100_000, "invalid_request", ".*JSON.*"),
    "an empty frame": ("", "invalid_request", ".*"),
}


def _refusals() -> list[Conversation]:
    return [
        *(
            Conversation(
                f"{name} is refused and the next request is answered",
                (
                    Open(TTS),
                    Say(frame),
                    error(code, message=Like(sentence), retryable=False, request_id=Like(".+")),
                    complete("failed", audio_ms=0, characters=0),
                    *SPEAKS,
                ),
                faces=set(Face) - {Face.REST} if code == "text_too_long" else None,
                because="a request over REST may be longer",
            )
            for name, (frame, code, sentence) in BAD_REQUESTS.items()
        ),
        Conversation(
            "a text of 51,201 characters",
            (Open(TTS), Say({"text": "a" * 51_201}), error("text_too_long", message=Like(".*51200.*"))),
            faces={Face.REST},
            because="a stream takes shorter texts",
        ),
        Conversation(
            "a binary frame is refused and the next request is answered",
            (Open(TTS), Sound(raw=b"\0\1"), error("invalid_request"), complete("failed"), *SPEAKS),
        ),
        Conversation(
            "a request id is echoed by a refusal",
            (
                Open(TTS),
                Say({"text": "", "request_id": "mine-1_A"}),
                error("invalid_request", request_id="mine-1_A"),
                complete("failed", request_id="mine-1_A"),
            ),
        ),
        Conversation(
            "a frame over the limit ends the connection",
            (Open(TTS), Say("x" * 262_145), error("frame_too_large"), Closed(4413, "frame_too_large")),
        ),
        Conversation(
            "a client that asks nothing is sent away",
            (Open(TTS), error("idle_timeout", retryable=True), Closed(4408, "idle_timeout")),
            {"limits.idle_timeout_ms": 60},
        ),
    ]


CONVERSATIONS = _refusals()
