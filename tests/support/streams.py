"""What driver tests stand on: a bounded run, a clock held still, a connection of queues, and scripted pipelines."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from hiwar.pipelines.hearing import Hearing, Listened
from hiwar.pipelines.partial_pace import PartialPace
from hiwar.pipelines.settings import RecognitionSettings
from hiwar.pipelines.synthesis import SpeechChunk
from hiwar.protocol import json_codec
from hiwar.protocol.messages import ServerMessage
from hiwar.serving.connection import Incoming, PeerGoneError
from hiwar.text.feed import SegmentFeed
from hiwar.vocabulary import RecognitionEvent, SynthesisProgress

WAIT_S = 30.0
"""Bound of every wait in a test: far above what is needed, so that only a hang reaches it."""

Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run one test to its end; it must leave no task behind."""

    async def bounded() -> Result:
        async with asyncio.timeout(WAIT_S):
            result = await coroutine
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left
        return result

    return asyncio.run(bounded())


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until a condition holds; the test's own bound ends it."""
    while not condition():  # noqa: ASYNC110 - what a socket did tells no event
        await asyncio.sleep(0)


class HeldClock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class QueueConnection:
    """A connection whose peer is the test. Text frames are kept as decoded JSON."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Incoming | None] = asyncio.Queue()
        self.sent: list[dict[str, Any] | bytes] = []
        self.closed: tuple[int, str] | None = None
        self.sending = 0
        self.taking = asyncio.Event()
        self.taking.set()
        self.failure: Exception | None = None
        self._changed = asyncio.Event()

    def say(self, message: dict[str, Any] | str | bytes | None) -> None:
        """What the peer sends; None when it leaves."""
        self.incoming.put_nowait(json.dumps(message) if isinstance(message, dict) else message)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that this connection did makes the condition true."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def until_sent(self, kind: str, count: int = 1) -> None:
        """Wait for so many messages of a type."""
        await self.until(lambda: len(self.of_type(kind)) >= count)

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one type, in order."""
        return [frame for frame in self.sent if isinstance(frame, dict) and frame["type"] == kind]

    @property
    def types(self) -> list[str]:
        """What was sent, in order: message types, and `audio` for each binary frame."""
        return [frame["type"] if isinstance(frame, dict) else "audio" for frame in self.sent]

    async def receive(self) -> Incoming | None:
        frame = await self.incoming.get()
        self._changed.set()
        return frame

    async def send(self, message: ServerMessage) -> None:
        await self._send(json.loads(json_codec.encode(message)))

    async def send_audio(self, audio: bytes) -> None:
        await self._send(audio)

    async def _send(self, frame: dict[str, Any] | bytes) -> None:
        self.sending += 1
        self._changed.set()
        try:
            await self.taking.wait()
        finally:
            self.sending -= 1
        if self.failure is not None:
            raise self.failure
        self.sent.append(frame)
        self._changed.set()

    async def close(self, code: int, reason: str) -> None:
        await self.taking.wait()
        if self.failure is not None:
            raise self.failure
        assert self.closed is None, "closed twice"
        self.closed = (code, reason)
        self._changed.set()

    def vanish(self) -> None:
        """The peer is gone: every further send fails."""
        self.failure = PeerGoneError()


class _Guard:
    """Notices two steps at once, a close while a step runs, a second close, and a step after the close."""

    def __init__(self) -> None:
        self.steps = 0
        self.closes = 0
        self.told: list[str] = []
        """Gets an entry with each step."""
        self._running = threading.Lock()

    @contextmanager
    def step(self) -> Iterator[None]:
        assert self._running.acquire(blocking=False), "two steps at once"
        try:
            assert self.closes == 0, "a step after the close"
            self.steps += 1
            self.told.append("step")
            yield
        finally:
            self._running.release()

    def close(self) -> None:
        assert self._running.acquire(blocking=False), "closed while a step runs"
        self._running.release()
        self.closes += 1


class Gate:
    """Holds a step on its worker thread until the test lets it go on."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    def __call__(self) -> None:
        self._loop.call_soon_threadsafe(self.reached.set)
        assert self._open.wait(WAIT_S), "the test left the gate shut"


@dataclass(frozen=True, slots=True)
class Starved:
    """A step that finds no text to speak; the next one comes with more of it, or at `resumes_s`."""

    resumes_s: float | None = None


SpeechStep = bytes | tuple[bytes, ...] | BaseException | Gate | Starved


class ScriptedSpeech:
    """A synthesis pipeline that hands out what the script says; each 100 bytes count as 1 ms and one character.

    A tuple is a step of several chunks.
    """

    def __init__(self, script: Iterable[SpeechStep], feed: SegmentFeed) -> None:
        self.guard = _Guard()
        self.feed = feed
        self.progress = SynthesisProgress()
        self.played_until_s = 0.0
        self.starved = False
        self.resumes_s: float | None = None
        self._script = list(script)

    def step(self) -> tuple[SpeechChunk, ...] | None:
        with self.guard.step():
            while self._script and isinstance(entry := self._script[0], Gate):
                self._script.pop(0)
                entry()
            if not self._script:
                return None
            entry = self._script.pop(0)
            self.starved = isinstance(entry, Starved)
            match entry:
                case BaseException():
                    raise entry
                case Starved():
                    self.resumes_s = entry.resumes_s
                    return ()
                case tuple():
                    return tuple(map(self._chunk, entry))
                case bytes():
                    return (self._chunk(entry),)
                case _:
                    raise AssertionError("a gate stands before a step")

    def close(self) -> None:
        self.guard.close()

    def _chunk(self, audio: bytes) -> SpeechChunk:
        units = len(audio) // 100
        before = self.progress
        self.progress = SynthesisProgress(before.audio_ms + units, before.characters + units, before.words + 1)
        return SpeechChunk(audio, self.progress)


RecognitionStep = tuple[RecognitionEvent, ...] | BaseException | Gate | Hearing


class ScriptedRecognition:
    """A recognition pipeline: each `listen` after something was accepted, or heard, gives the next entry of the script.

    An entry is events, an exception to raise, a hearing to ask for, or a gate to wait at before the entry behind it.
    """

    is_behind = False

    def __init__(self, script: Iterable[RecognitionStep]) -> None:
        self.guard = _Guard()
        self.accepted: list[bytes | str] = []
        self._script = list(script)
        self._pending = False
        self._hearing: Hearing | None = None
        self.pace = PartialPace(RecognitionSettings())

    @property
    def audio_ms(self) -> int:
        return sum(len(entry) for entry in self.accepted if isinstance(entry, bytes)) // 32

    def accept(self, audio: bytes) -> None:
        self._take(audio)

    def finalize(self) -> None:
        self._take("finalize")

    def finish(self) -> None:
        self._take("finish")

    def listen(self) -> Listened:
        with self.guard.step():
            while self._script and isinstance(entry := self._script[0], Gate):
                self._script.pop(0)
                entry()
            if self._hearing is not None and self._hearing.done:
                self._pending, self._hearing = True, None
            if not self._pending or not self._script:
                return Listened((), None, more=False)
            self._pending = False
            match self._script.pop(0):
                case BaseException() as error:
                    raise error
                case Hearing() as hearing:
                    assert self._hearing is None or self._hearing.abandon(), "it has begun"
                    self._hearing = hearing
                    return Listened((), hearing, more=False)
                case tuple() as events:
                    return Listened(events, None, more=False)
                case _:
                    raise AssertionError("a gate stands before a step")

    def close(self) -> None:
        self.guard.close()

    def _take(self, entry: bytes | str) -> None:
        assert self.guard.closes == 0, "fed after the close"
        self.accepted.append(entry)
        self._pending = True
