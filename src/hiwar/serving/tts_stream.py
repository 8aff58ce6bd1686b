"""The driver of one synthesis connection: a task that listens, a task that speaks, and the session between them.

It decides nothing about the protocol and computes nothing: the session and the pipeline do.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from hiwar.pipelines.synthesis import SpeechChunk, SynthesisPipeline
from hiwar.protocol.effects import CheckCredentials, Close, Send, SendAudio, StartSynthesis, StopSynthesis, TtsEffect
from hiwar.protocol.tts_session import TtsServerSession
from hiwar.serving.clock import Clock
from hiwar.serving.connection import Connection, Outgoing, Outlet, PeerGoneError
from hiwar.serving.listening import for_client, listen, run_until
from hiwar.serving.workers import Priority, Workers
from hiwar.vocabulary import SpeechRequest, SynthesisProgress

log = logging.getLogger("hiwar.tts")

_FRAME_BYTES_MAX = 8192
"""Size of one binary frame: 186 ms at 22,050 Hz. A barge-in waits for no longer piece than this."""


@dataclass(slots=True)
class _Job:
    """A request that the session started; `stopped` once nobody waits for it."""

    request: SpeechRequest
    stopped: bool = False


class TtsStream:
    """One connection. `sign_in` checks a credential for the session; `open_pipeline` binds a request to its engine."""

    def __init__(
        self,
        session: TtsServerSession,
        connection: Connection,
        *,
        sign_in: Callable[[TtsServerSession, str], tuple[TtsEffect, ...]],
        open_pipeline: Callable[[SpeechRequest], SynthesisPipeline],
        workers: Workers,
        clock: Clock,
        send_timeout_ms: int,
    ) -> None:
        self._session = session
        self._connection = connection
        self._outlet = Outlet(connection, send_timeout_ms=send_timeout_ms)
        self._sign_in = sign_in
        self._open_pipeline = open_pipeline
        self._workers = workers
        self._clock = clock
        # The session starts one request at a time, so the last one is the only one that can still be wanted.
        self._job: _Job | None = None
        self._started = asyncio.Event()
        self._ended = asyncio.Event()

    async def run(self, opening: tuple[TtsEffect, ...] = ()) -> None:
        """Serve the connection to its end, `opening` first. Nothing of it runs or is held afterwards."""
        await run_until(self._ended, self._listen(opening), self._speak())

    async def drain(self) -> None:
        """Finish what is being spoken, refuse the rest, then close."""
        try:
            await self._carry_out(self._session.drain(self._clock()))
        except PeerGoneError:
            self._ended.set()

    async def _listen(self, opening: tuple[TtsEffect, ...]) -> None:
        await self._carry_out(opening)
        await listen(self._session, self._connection, self._carry_out, self._ended, self._clock)

    async def _carry_out(self, effects: tuple[TtsEffect, ...]) -> None:
        """Start and stop at once, so that both tasks do it in the session's order; frames wait for their turn."""
        outgoing: list[Outgoing] = []
        for effect in effects:
            match effect:
                case Send() | SendAudio() | Close():
                    outgoing.append(effect)
                case CheckCredentials():
                    await self._carry_out(self._sign_in(self._session, effect.credential))
                case StartSynthesis():
                    self._job = _Job(effect.request)
                    self._started.set()
                case StopSynthesis():
                    if self._job is not None:
                        self._job.stopped = True
                case _:
                    assert_never(effect)
        await self._outlet.carry_out(outgoing)
        if any(isinstance(effect, Close) for effect in outgoing):
            self._ended.set()

    async def _speak(self) -> None:
        while True:
            await self._started.wait()
            self._started.clear()
            job = self._job
            if job is not None and not job.stopped:
                await self._speak_one(job)

    async def _speak_one(self, job: _Job) -> None:
        request_id = job.request.request_id
        try:
            with contextlib.closing(self._open_pipeline(job.request)) as pipeline:
                await self._pump(job, pipeline)
                progress = pipeline.progress
        except PeerGoneError:
            raise
        except Exception as raised:  # noqa: BLE001 - the one place of this driver; the log gets it
            error = for_client(raised, log, request_id)
            effects = () if job.stopped else self._session.failed(request_id, error, self._clock())
        else:
            effects = () if job.stopped else self._session.completed(request_id, progress, self._clock())
        await self._carry_out(effects)

    async def _pump(self, job: _Job, pipeline: SynthesisPipeline) -> None:
        """Step by step from the engine to the socket, until the end or until nobody waits."""
        priority, before = Priority.FIRST, pipeline.progress
        while not job.stopped:
            chunk = await self._workers.run(pipeline.step, priority)
            if chunk is None:
                return
            for audio, progress in _frames(chunk, before):
                if job.stopped:
                    return
                await self._carry_out(self._session.audio(job.request.request_id, audio, progress, self._clock()))
            before = chunk.progress
            if chunk.audio:
                priority = Priority.LATER


def _frames(chunk: SpeechChunk, before: SynthesisProgress) -> Iterator[tuple[bytes, SynthesisProgress]]:
    """The chunk cut into frames, each with the progress that stands once it is sent."""
    size = len(chunk.audio)
    if not size:
        yield b"", chunk.progress
    for start in range(0, size, _FRAME_BYTES_MAX):
        end = min(start + _FRAME_BYTES_MAX, size)
        yield chunk.audio[start:end], _part_way(before, chunk.progress, end / size)


def _part_way(before: SynthesisProgress, after: SynthesisProgress, part: float) -> SynthesisProgress:
    """The progress when `part` (0 to 1) of a chunk is sent; the time that it took is spent already."""
    return replace(
        after,
        audio_ms=before.audio_ms + (after.audio_ms - before.audio_ms) * part,
        characters=before.characters + int((after.characters - before.characters) * part),
        words=before.words + int((after.words - before.words) * part),
    )
