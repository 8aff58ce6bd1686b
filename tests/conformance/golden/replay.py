"""Replays a golden conversation over one transport. A transport is a `Dialer`; the steps know none of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, assert_never

from golden.steps import (
    Close,
    Closed,
    Conversation,
    DropSound,
    Expect,
    Hear,
    HearSome,
    Open,
    Refused,
    Say,
    Sound,
    Step,
    Until,
)
from support.tones import heard, spoken


@dataclass(frozen=True, slots=True)
class Ended:
    """The peer has closed the stream."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """How a handshake was answered; `status` 101 is an accepted stream. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Peer(Protocol):
    """One open stream as its client sees it."""

    def send(self, frame: str | bytes) -> None:
        """Send one frame; a stream that the peer has closed drops it."""
        ...

    def receive(self) -> str | bytes | Ended:
        """The next frame, or the end."""
        ...

    def close(self) -> None:
        """Close from this side."""
        ...


class Dialer(Protocol):
    """Opens streams over one transport."""

    def open(self, path: str, query: str, headers: Mapping[str, str]) -> tuple[Answered, Peer | None]:
        """How the handshake was answered, and the stream when it was accepted."""
        ...


@dataclass
class Replay:
    """One run of one conversation. `keys` are put in place of their names in what is sent."""

    dialer: Dialer
    keys: Mapping[str, str]
    _peer: Peer | None = None
    _ahead: list[str | bytes | Ended] = field(default_factory=list)
    _started: dict[str, Any] = field(default_factory=dict)

    def run(self, conversation: Conversation) -> None:
        """Take every step; a step that finds something else fails with its number."""
        try:
            for number, step in enumerate(conversation.steps):
                try:
                    self._take(step)
                except AssertionError as error:
                    error.add_note(f"in step {number} of {conversation.name!r}: {step!r}"[:500])
                    raise
        finally:
            if self._peer is not None:
                self._peer.close()

    def _take(self, step: Step) -> None:
        match step:
            case Open() | Refused():
                self._open(step)
            case Say():
                text = step.message if isinstance(step.message, str) else json.dumps(step.message, ensure_ascii=False)
                self._stream.send(self._with_keys(text))
            case Sound():
                self._sound(step)
            case Expect():
                self._expect(step)
            case Until():
                self._until(step)
            case Hear():
                audio = b"".join(self._sound_frames())
                rate, audio_format = self._started["sample_rate"], self._started["format"]
                assert heard(audio, sample_rate=rate, audio_format=audio_format) == step.text
            case HearSome():
                frame = self._next()
                assert isinstance(frame, bytes), frame
                if step.all:
                    self._sound_frames()
            case DropSound():
                self._sound_frames()
            case Closed():
                end = self._next()
                assert isinstance(end, Ended), end
                assert (step.code, step.reason) == (end.code, end.reason)
            case Close():
                self._stream.close()
            case _:
                assert_never(step)

    def _open(self, step: Open | Refused) -> None:
        headers = {name: self._with_keys(value) for name, value in step.headers.items()}
        answered, self._peer = self.dialer.open(step.path, self._with_keys(step.query), headers)
        self._ahead.clear()
        wanted = step.status if isinstance(step, Refused) else 101
        assert answered.status == wanted, answered
        _assert_fields(step.answer, answered.headers)
        if isinstance(step, Refused):
            _assert_fields(step.body, json.loads(answered.body))

    def _sound(self, step: Sound) -> None:
        audio = step.raw
        if audio is None:
            audio = spoken(step.text, sample_rate=step.sample_rate, encoding=step.encoding, silence_ms=step.silence_ms)
        for start in range(0, max(len(audio), 1), step.frame_bytes):
            self._stream.send(audio[start : start + step.frame_bytes])

    def _expect(self, step: Expect) -> None:
        message = self._message()
        _assert_fields(step.fields, message)
        assert not set(step.absent) & set(message), message
        if message["type"] == "synthesis_started":
            self._started = message

    def _until(self, step: Until) -> None:
        message = self._message()
        while message["type"] in step.skipping and not _fits(step.fields, message):
            message = self._message()
        _assert_fields(step.fields, message)

    @property
    def _stream(self) -> Peer:
        assert self._peer is not None, "the conversation has no open stream"
        return self._peer

    def _next(self) -> str | bytes | Ended:
        return self._ahead.pop() if self._ahead else self._stream.receive()

    def _message(self) -> dict[str, Any]:
        frame = self._next()
        assert isinstance(frame, str), frame if isinstance(frame, Ended) else f"{len(frame)} bytes"
        message = json.loads(frame)
        assert isinstance(message, dict)
        assert isinstance(message.get("type"), str), "every text message has a type"
        return message

    def _sound_frames(self) -> list[bytes]:
        frames: list[bytes] = []
        while isinstance(frame := self._next(), bytes):
            frames.append(frame)
        self._ahead.append(frame)
        return frames

    def _with_keys(self, text: str) -> str:
        for name, key in self.keys.items():
            text = text.replace(name, key)
        return text


def _fits(pattern: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    return all(name in found and wanted == found[name] for name, wanted in pattern.items())


def _assert_fields(pattern: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    assert _fits(pattern, found), f"wanted {pattern!r}, found {dict(found)!r}"
