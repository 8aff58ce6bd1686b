"""What a client learned in a conversation, without what differs from run to run and without what a face cannot say."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from golden.faces import TELLING, Face
from golden.replay import Answered, Ended, Told

_TIMINGS = re.compile(r"(first_)?(queue|text|model|encode)_ms|ttfc_ms|audio_to_emit_ms")
_BESIDE = {"error": {"message", "request_id"}, "cancelled": {"request_ids"}}
"""A sentence says what to change, and that has its own name on each face; a call names itself in what it fails with."""
_MADE_UP = re.compile("[a-z0-9]{8}")
_UNTIL_STOPPED = {"audio_ms", "characters", "words"}


@dataclass
class Observed:
    """Equal for the same conversation over two faces.

    Left out is what comes by chance: partials, how much of a request was spoken when it was stopped, and whether an
    error comes before or behind a transcript.
    """

    refused: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    """Of the requests that did not fail."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    audio: list[str] = field(default_factory=list)
    """Of each request that was spoken to its end the length and hash."""
    ended: list[Ended] = field(default_factory=list)


def observed(told: Sequence[Told], face: Face) -> Observed:
    """What was learned, as far as `face` could have said it."""
    telling = TELLING[face]
    learned = Observed()
    for entry in told:
        match entry:
            case Ended():
                learned.ended.append(entry)
            case Answered():
                body = json.loads(entry.body)
                learned.refused.append((entry.status, {name: v for name, v in body.items() if name != "detail"}))
    for message in _messages(told):
        lasting = _lasting(message, telling.fields)
        match message["type"]:
            case "error":
                learned.errors.append(lasting)
            case "synthesis_started":
                if _status(told, message["request_id"]) in {"ok", "cancelled"}:
                    learned.started.append(lasting)
            case kind if kind != "partial" and kind not in telling.silent:
                if not (telling.error_ends and message.get("status") == "failed"):
                    learned.messages.append(lasting)
    learned.audio = _audio(told)
    return learned


def _messages(told: Sequence[Told]) -> Iterator[dict[str, Any]]:
    return (entry for entry in told if isinstance(entry, dict))


def _status(told: Sequence[Told], request_id: str) -> str | None:
    """What became of a request; None for one whose end was not waited for."""
    return next((message["status"] for message in _messages(told) if _completes(message, request_id)), None)


def _completes(message: Mapping[str, Any], request_id: str) -> bool:
    return (message["type"], message.get("request_id")) == ("synthesis_complete", request_id)


def _audio(told: Sequence[Told]) -> list[str]:
    spoken: list[str] = []
    audio = b""
    for entry in told:
        if isinstance(entry, bytes):
            audio += entry
        elif isinstance(entry, dict) and entry["type"] == "synthesis_complete":
            if entry["status"] == "ok":
                spoken.append(f"{len(audio)} {hashlib.sha256(audio).hexdigest()}")
            audio = b""
    return spoken


def _lasting(message: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    said = set(fields.get(message["type"], message.keys())) - _BESIDE.get(message["type"], set())
    if _MADE_UP.fullmatch(message.get("request_id") or ""):
        said -= {"request_id"}
    if message.get("status") == "cancelled":
        said -= _UNTIL_STOPPED
    return {name: value for name, value in message.items() if name in said and not _TIMINGS.fullmatch(name)}
