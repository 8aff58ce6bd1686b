"""Golden conversations on what fails whoever asks: a full or broken server, and audio that cannot be read."""

from golden.faces import Face
from golden.sign_in import ASR, NONE, READY, TTS, UNAUTHORIZED_BODY
from golden.steps import BROKEN_KEYS, Closed, Conversation, Expect, Like, Open, Refused, Say, Sound, error
from golden.tts_piecewise import START
from support.tones import spoken

FINISH = Say({"type": "finish"})
STREAMS = {Face.MEMORY, Face.WEBSOCKET, Face.GRPC}
SENTENCE = Like(".+")
NOISE = b"\x55" * 70_000
"""More than the largest page of an Ogg stream, which is read as a whole."""


def _half(audio: bytes) -> bytes:
    return audio[: len(audio) // 2]


HALVES = {
    encoding: _half(spoken("hello, hello, hello", sample_rate=16000, encoding=encoding))
    for encoding in ("flac", "ogg_opus")
}


def _refused(reason: str, status: int) -> dict[str, object]:
    return {"error": "http_error", "code": f"HTTP_{status}", "reason": reason, "detail": SENTENCE}


def _of_the_server() -> list[Conversation]:
    return [
        Conversation(
            "a full server takes nobody",
            (Open(ASR), READY, *(Refused(path, 503, body=_refused("server_busy", 503)) for path in (TTS, ASR))),
            {"limits.streams_max": 1},
            STREAMS,
            "a request over REST holds its place only while it is answered",
        ),
        Conversation(
            "a server without its models takes nobody",
            tuple(Refused(path, 503, body=_refused("engine_unavailable", 503)) for path in (TTS, ASR)),
            {"engines.recognition": "missing"},
        ),
        Conversation(
            "a server that cannot read its keys takes nobody",
            tuple(
                Refused(path, 500, headers={"X-API-Key": key}, body=_refused("internal", 500))
                for path, key in ((TTS, "$TTS_ONLY"), (ASR, "$ASR_ONLY"))
            ),
            {BROKEN_KEYS: True},
        ),
    ]


def _of_one_face() -> list[Conversation]:
    only_grpc = "over WebSocket a connection is many requests, and REST has one message for each"
    return [
        *(
            Conversation(
                f"without a credential, {path}",
                (Refused(path, 401, headers=NONE, body=UNAUTHORIZED_BODY),),
                faces={Face.GRPC, Face.REST},
                because="a WebSocket may sign in by its first frame",
            )
            for path in (TTS, ASR)
        ),
        Conversation(
            "a second config ends the call",
            (Open(TTS), Say(START), Say({"type": "config"}), error("protocol_violation", request_id="open")),
            faces={Face.GRPC},
            because=only_grpc,
        ),
        Conversation(
            "a second config ends the recognition",
            (
                Open(ASR),
                READY,
                Say({"type": "config"}),
                error("protocol_violation"),
                Closed(4409, "protocol_violation"),
            ),
            faces={Face.GRPC},
            because=only_grpc,
        ),
        Conversation(
            "a call in which nothing is said",
            (Open(TTS), Say({"type": "nothing"}), error("deadline_exceeded", retryable=True)),
            {"limits.sign_in_timeout_ms": 50},
            {Face.GRPC},
            "other faces ask in what opens them, or are idle",
        ),
    ]


def _of_the_recording() -> list[Conversation]:
    only_rest = "a stream has no size"
    corrupt = error("corrupt_audio", retryable=False)
    return [
        *(
            Conversation(
                f"{encoding} that breaks in the middle",
                (
                    Open(ASR, f"encoding={encoding}&interim_results=false"),
                    READY,
                    Sound(raw=half),
                    Expect({"type": "speech_started"}),
                    Sound(raw=NOISE),
                    corrupt,
                    Closed(4400, "corrupt_audio"),
                ),
            )
            for encoding, half in HALVES.items()
        ),
        *(
            Conversation(
                f"{encoding} that broke in the middle",
                (Open(ASR, f"encoding={encoding}"), READY, Sound(raw=half + NOISE), FINISH, corrupt, Closed(4400)),
                faces={Face.REST},
                because="of a stream the part before may be heard",
            )
            for encoding, half in HALVES.items()
        ),
        *(
            Conversation(
                f"{encoding} that is something else",
                (
                    Open(ASR, f"encoding={encoding}"),
                    READY,
                    Sound(raw=NOISE),
                    FINISH,
                    error("unsupported_format", retryable=False),
                    Closed(4400, "unsupported_format"),
                ),
            )
            for encoding in HALVES
        ),
        Conversation(
            "a recording over the limit",
            (Open(ASR), READY, Sound("too long"), FINISH, error("file_too_large"), Closed(4413, "file_too_large")),
            {"limits.upload_bytes_max": 1000},
            {Face.REST},
            only_rest,
        ),
    ]


CONVERSATIONS = [*_of_the_server(), *_of_one_face(), *_of_the_recording()]
