"""Golden conversations about signing in: every place, their order, every refusal. Both services alike."""

from golden.steps import (
    KEY,
    Closed,
    Conversation,
    Expect,
    Hear,
    Like,
    Open,
    Refused,
    Say,
    Sound,
    Step,
    complete,
    error,
    started,
)
from hiwar.vocabulary import LANGUAGE_CHOICES

TTS = "/v1/tts/stream"
ASR = "/v1/asr/stream"
OLDER_ASR = "/v1/asr/audio"
BAD = "hiwar_00000000_" + "0" * 43 + "_000000"

NONE: dict[str, str] = {}
SPEAKS: tuple[Step, ...] = (Say({"text": "hi"}), started(), Hear("hi"), complete())
READY = Expect({"type": "ready"})
UNAUTHORIZED_HEADERS = {"www-authenticate": "Bearer", "x-request-id": Like(".+")}
UNAUTHORIZED_BODY = {"error": "unauthorized", "detail": Like(".+")}

PLACES: dict[str, tuple[str, dict[str, str]]] = {
    "x-api-key header": ("", {"X-API-Key": KEY}),
    "bearer header": ("", {"Authorization": f"Bearer {KEY}"}),
    "bearer header, small letters": ("", {"authorization": f"bearer {KEY}"}),
    "api_key query": (f"api_key={KEY}", {}),
    "token query": (f"token={KEY}", {}),
    "header before query": (f"api_key={BAD}", {"X-API-Key": KEY}),
}
BAD_PLACES: dict[str, tuple[str, dict[str, str]]] = {
    "bad x-api-key header": ("", {"X-API-Key": BAD}),
    "bad bearer header": ("", {"Authorization": f"Bearer {BAD}"}),
    "bad api_key query": (f"api_key={BAD}", {}),
    "bad token query": ("token=not.a.jwt", {}),
    "bad header, good query": (f"api_key={KEY}", {"X-API-Key": BAD}),
    "revoked key": ("", {"X-API-Key": "$REVOKED"}),
}

BAD_FIRST_FRAMES: dict[str, Step] = {
    "with a bad key": Say({"x-api-key": BAD}),
    "with a revoked key": Say({"x-api-key": "$REVOKED"}),
    "with a number for a key": Say({"x-api-key": 7}),
    "without a key": Say({"text": "hello"}),
    "that is no JSON": Say("hello"),
    "that is binary": Sound(raw=b"\0" * 640),
}


def _by_place() -> list[Conversation]:
    accepted = [
        Conversation(f"{place}, {path}", (Open(path, query, headers), *after))
        for place, (query, headers) in PLACES.items()
        for path, after in ((TTS, SPEAKS), (ASR, (READY,)), (OLDER_ASR, (READY,)))
    ]
    refused = [
        Conversation(
            f"{place}, {path}",
            (Refused(path, 401, query, headers, answer=UNAUTHORIZED_HEADERS, body=UNAUTHORIZED_BODY),),
        )
        for place, (query, headers) in BAD_PLACES.items()
        for path in (TTS, ASR, OLDER_ASR)
    ]
    return accepted + refused


def _first_frame() -> list[Conversation]:
    unauthorized = error("unauthorized", retryable=False)
    closed = Closed(4401, "unauthorized")
    return [
        Conversation(
            "first frame signs in, first request without waiting",
            (
                Open(TTS, headers=NONE),
                Say({"x-api-key": KEY}),
                Say({"text": "مرحبا", "voice": "Yara"}),
                started(voice="Yara"),
                Hear("مرحبا"),
                complete(),
            ),
        ),
        Conversation("first frame with token", (Open(TTS, headers=NONE), Say({"token": KEY}), *SPEAKS)),
        Conversation(
            "first frame with the first request in it",
            (Open(TTS, headers=NONE), Say({"x-api-key": KEY, "text": "one"}), started(), Hear("one"), complete()),
        ),
        Conversation("first frame on recognition", (Open(ASR, headers=NONE), Say({"x-api-key": KEY}), READY)),
        Conversation("first token frame on recognition", (Open(ASR, headers=NONE), Say({"token": KEY}), READY)),
        Conversation(
            "header before first frame: the frame is not needed",
            (Open(TTS), Say({"x-api-key": BAD}), *SPEAKS),
        ),
        Conversation(
            "a second sign-in is out of place and harmless",
            (
                Open(TTS, headers=NONE),
                Say({"x-api-key": KEY}),
                Say({"x-api-key": KEY}),
                error("protocol_violation"),
                *SPEAKS,
            ),
        ),
        *(
            Conversation(f"first frame {name}, {path}", (Open(path, headers=NONE), frame, unauthorized, closed))
            for path in (TTS, ASR)
            for name, frame in BAD_FIRST_FRAMES.items()
        ),
        *(
            Conversation(
                f"no first frame, {path}",
                (Open(path, headers=NONE), unauthorized, closed),
                {"limits.sign_in_timeout_ms": 50},
            )
            for path in (TTS, ASR)
        ),
    ]


def _limited_keys() -> list[Conversation]:
    forbidden = {"error": "http_error", "code": "HTTP_403", "reason": "forbidden", "detail": Like(".*(tts|asr).*")}
    wrong_service = ((TTS, "$ASR_ONLY"), (ASR, "$TTS_ONLY"), (OLDER_ASR, "$TTS_ONLY"))
    return [
        *(
            Conversation(
                f"key of the other service, {path}", (Refused(path, 403, headers={"X-API-Key": key}, body=forbidden),)
            )
            for path, key in wrong_service
        ),
        *(
            Conversation(
                f"key of the other service in the first frame, {path}",
                (
                    Open(path, headers=NONE),
                    Say({"x-api-key": key}),
                    error("forbidden", retryable=False),
                    Closed(4403, "forbidden"),
                ),
            )
            for path, key in wrong_service
        ),
        Conversation("key of this service, synthesis", (Open(TTS, headers={"X-API-Key": "$TTS_ONLY"}), *SPEAKS)),
        Conversation("key of this service, recognition", (Open(ASR, headers={"X-API-Key": "$ASR_ONLY"}), READY)),
        Conversation(
            "key of one voice",
            (
                Open(TTS, headers={"X-API-Key": "$YARA_ONLY"}),
                Say({"text": "no", "voice": "Nouf", "request_id": "other"}),
                error("forbidden", request_id="other"),
                complete("failed", request_id="other"),
                Say({"text": "yes", "voice": "Yara"}),
                started(voice="Yara"),
                Hear("yes"),
                complete(),
            ),
        ),
        Conversation(
            "key of one voice, signed in by the first frame",
            (
                Open(TTS, headers=NONE),
                Say({"x-api-key": "$YARA_ONLY"}),
                Say({"text": "no", "voice": "Atheer"}),
                error("forbidden"),
                complete("failed"),
                *SPEAKS,
            ),
        ),
    ]


def _other_paths() -> list[Conversation]:
    body = {"error": "http_error", "code": "HTTP_404"}
    return [
        Conversation(f"there is no stream at {path}", (Refused(path, 404, body=body),))
        for path in ("/", "/v1/voices", "/v1/tts/streams")
    ]


def _order_of_checks() -> list[Conversation]:
    """Who asks is checked before what is asked: a stranger learns nothing of the parameters."""
    return [
        Conversation(
            "bad key before bad parameter",
            (Refused(ASR, 401, "language=fr", {"X-API-Key": BAD}, body=UNAUTHORIZED_BODY),),
        ),
        *(
            Conversation(f"good key in the query beside language={language}", (Open(ASR, query, NONE), READY))
            for language in LANGUAGE_CHOICES
            for query in (f"language={language}&api_key={KEY}",)
        ),
    ]


CONVERSATIONS = [*_by_place(), *_first_frame(), *_limited_keys(), *_order_of_checks(), *_other_paths()]
