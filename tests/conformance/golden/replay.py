"""Replays a golden conversation over one face. A face is a `Dialer`; the steps know none of them."""

import json
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, assert_never

from golden.faces import TELLING, Face, Telling
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

_FACES_APART = 512
"""Conversations between two replays of the same one, over one face and the next: they send and hear the same."""
_heard = lru_cache(maxsize=_FACES_APART)(heard)
_spoken = lru_cache(maxsize=_FACES_APART)(spoken)


@dataclass(frozen=True, slots=True)
class Ended:
    """The peer has closed the stream."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """How a handshake was answered, in the words of HTTP; `status` 101 is an accepted stream, as far as a face knows.

    Header names in lower case; None where nothing is answered before something is asked.
    """

    status: int
    headers: Mapping[str, str] | None
    body: bytes = b""


ACCEPTED = 101
LOST = 1006
"""The code that RFC 6455 sets aside for a connection that ended without a close."""


Told = dict[str, Any] | bytes | Ended | Answered
"""What a server says: a message, audio, the end, the answer to a handshake that it refuses."""


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
    """Opens streams over one face."""

    @property
    def face(self) -> Face:
        """The one."""
        ...

    def open(self, path: str, query: str, headers: Mapping[str, str]) -> tuple[Answered, Peer | None]:
        """How the handshake was answered, and the stream when it was accepted."""
        ...

    def refused(self, path: str, query: str, headers: Mapping[str, str]) -> Answered:
        """How the server answers one that is to be refused, where nothing more than the handshake is sent."""
        ...


@dataclass
class Replay:
    """One run of one conversation. `keys` are put in place of their names in what is sent."""

    dialer: Dialer
    keys: Mapping[str, str]
    told: list[Told] = field(default_factory=list)
    """All that the server said, in its order."""
    _peer: Peer | None = None
    _ahead: list[dict[str, Any] | bytes | Ended] = field(default_factory=list)
    _started: dict[str, Any] = field(default_factory=dict)
    _held: deque[Expect] = field(default_factory=deque)
    _open_streams: ExitStack = field(default_factory=ExitStack)

    def run(self, conversation: Conversation) -> None:
        """Take every step; a step that finds something else fails with its number."""
        with ExitStack() as open_streams:
            self._open_streams = open_streams
            for number, step in enumerate(conversation.steps):
                try:
                    self._take(step)
                except AssertionError as error:
                    error.add_note(f"in step {number} of {conversation.name!r}: {step!r}"[:500])
                    raise

    def _take(self, step: Step) -> None:
        match step:
            case Open():
                self._open(step)
            case Refused():
                self._refused(step)
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
                assert _heard(audio, sample_rate=rate, audio_format=audio_format) == step.text
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

    def _open(self, step: Open) -> None:
        answered, peer = self.dialer.open(step.path, self._with_keys(step.query), self._headers(step))
        self._ahead.clear()
        assert answered.status == ACCEPTED, answered
        assert peer is not None
        self._open_streams.callback(peer.close)
        self._peer = peer
        self._assert_headers(step, answered)

    def _refused(self, step: Refused) -> None:
        answered = self.dialer.refused(step.path, self._with_keys(step.query), self._headers(step))
        self.told.append(answered)
        assert answered.status == step.status, answered
        self._assert_headers(step, answered)
        _assert_fields(step.body, json.loads(answered.body))

    def _headers(self, step: Open | Refused) -> dict[str, str]:
        return {name: self._with_keys(value) for name, value in step.headers.items()}

    def _assert_headers(self, step: Open | Refused, answered: Answered) -> None:
        said = self._telling.headers
        wanted = {name: value for name, value in step.answer.items() if said is None or name in said}
        if answered.headers is not None:
            _assert_fields(wanted, answered.headers)

    def _sound(self, step: Sound) -> None:
        audio = step.raw
        if audio is None:
            audio = _spoken(step.text, sample_rate=step.sample_rate, encoding=step.encoding, silence_ms=step.silence_ms)
        for start in range(0, max(len(audio), 1), step.frame_bytes):
            self._stream.send(audio[start : start + step.frame_bytes])

    def _expect(self, step: Expect) -> None:
        kind = step.fields.get("type")
        if kind in self._telling.silent:
            return
        if self._telling.error_ends and step.fields.get("status") == "failed":
            return
        if kind in self._telling.late:
            self._held.append(step)
            return
        self._compare(step, self._message())

    def _until(self, step: Until) -> None:
        if step.fields["type"] in self._telling.silent:
            told = self._next()
            while isinstance(told, dict) and told["type"] in step.skipping:
                told = self._next()
            self._ahead.append(told)
            return
        wanted = self._said(step.fields)
        message = self._message()
        while message["type"] in step.skipping and not _fits(wanted, message):
            if message["type"] == "error":
                self.told.remove(message)  # it may come or not
            message = self._message()
        _assert_fields(wanted, message)

    def _compare(self, step: Expect, message: dict[str, Any]) -> None:
        _assert_fields(self._said(step.fields), message)
        assert not set(step.absent) & set(message), message
        if message["type"] == "synthesis_started":
            self._started = message

    def _said(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Those that this face says."""
        said = self._telling.fields.get(fields.get("type", ""))
        return {name: value for name, value in fields.items() if said is None or name in said}

    @property
    def _telling(self) -> Telling:
        return TELLING[self.dialer.face]

    @property
    def _stream(self) -> Peer:
        assert self._peer is not None, "the conversation has no open stream"
        return self._peer

    def _next(self) -> dict[str, Any] | bytes | Ended:
        if self._ahead:
            return self._ahead.pop()
        frame = self._stream.receive()
        told = _decoded(frame) if isinstance(frame, str) else frame
        self.told.append(told)
        if isinstance(told, dict) and told["type"] == "error":
            self._held.clear()  # what comes with the first audio does not come any more
        if isinstance(told, dict) and told["type"] in self._telling.late:
            assert self._held, told
            self._compare(self._held.popleft(), told)
            return self._next()
        return told

    def _message(self) -> dict[str, Any]:
        told = self._next()
        assert isinstance(told, dict), told if isinstance(told, Ended) else f"{len(told)} bytes"
        return told

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


def _decoded(frame: str) -> dict[str, Any]:
    message = json.loads(frame)
    assert isinstance(message, dict)
    assert isinstance(message.get("type"), str), "every text message has a type"
    return message


def _fits(pattern: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    return all(name in found and wanted == found[name] for name, wanted in pattern.items())


def _assert_fields(pattern: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    assert _fits(pattern, found), f"wanted {pattern!r}, found {dict(found)!r}"
