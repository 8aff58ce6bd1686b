"""The driver of one synthesis connection: a task that listens, a task that speaks, and the session between them.

It decides nothing about the protocol and computes nothing: the session and the pipeline do.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import assert_never

from hiwar.errors import HiwarError
from hiwar.pipelines.settings import SynthesisSettings
from hiwar.pipelines.synthesis import SpeechChunk, SynthesisPipeline
from hiwar.protocol.effects import (
    AddText,
    CheckCredentials,
    Close,
    EndText,
    FlushText,
    Send,
    SendAudio,
    StartSynthesis,
    StopSynthesis,
    TtsEffect,
)
from hiwar.protocol.tts_session import TtsServerSession
from hiwar.serving.admission import Admission, Admitted
from hiwar.serving.clock import Clock
from hiwar.serving.connection import Connection, Outgoing, Outlet, PeerGoneError
from hiwar.serving.kept_place import KeptPlace
from hiwar.serving.listening import END_S, for_client, listen, run_until, say_last
from hiwar.serving.metering import Meter
from hiwar.serving.speech_observation import RequestObservation, SpeechObservation
from hiwar.serving.workers import Workers
from hiwar.text.feed import SegmentFeed
from hiwar.vocabulary import SpeechRequest

log = logging.getLogger("hiwar.tts")

_LATE_S = 0.15
"""Who waits for first audio goes before those who have this much audio left to play, and behind those who have less:
a flood of new requests delays each other, and tears no hole into what is being heard.
"""


@dataclass(slots=True)
class _Job:
    """A request that the session started. `changed` is set by more text, and once nobody waits for it any more.

    `asked_s` is when there was text to speak; `step` the engine step that is waited for, or that runs.
    """

    request: SpeechRequest
    seen: RequestObservation
    feed: SegmentFeed
    asked_s: float | None
    unpaid_chars: int = 0
    """Of its text, counted against the key before the next step."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    step: "asyncio.Task[tuple[SpeechChunk, ...] | None] | None" = None
    audio_ms: float = 0.0
    reduced: bool = False
    """The service level that the client knows of."""
    stopped_s: float | None = None

    @property
    def stopped(self) -> bool:
        return self.stopped_s is not None


class TtsStream:
    """One connection. `sign_in` checks a credential for the session; `open_pipeline` binds a request to its engine."""

    def __init__(
        self,
        session: TtsServerSession,
        connection: Connection,
        *,
        sign_in: Callable[[TtsServerSession, str], Awaitable[tuple[TtsEffect, ...]]],
        meter: Meter,
        admission: Admission,
        open_pipeline: Callable[[SpeechRequest, SegmentFeed], AbstractContextManager[SynthesisPipeline]],
        workers: Workers,
        seen: SpeechObservation,
        settings: SynthesisSettings,
        clock: Clock,
        send_timeout_ms: int,
    ) -> None:
        self._session = session
        self._connection = connection
        self._outlet = Outlet(connection, send_timeout_ms=send_timeout_ms)
        self._sign_in = sign_in
        self._meter = meter
        self._admission = admission
        self._place = KeptPlace(admission, clock)
        self._open_pipeline = open_pipeline
        self._workers = workers
        self._seen = seen
        self._settings = settings
        self._clock = clock
        # The session starts one request at a time, so the last one is the only one that can still be wanted.
        self._job: _Job | None = None
        self._started = asyncio.Event()
        self._ended = asyncio.Event()

    async def run(self, opening: tuple[TtsEffect, ...] = ()) -> None:
        """Serve the connection to its end, `opening` first. Nothing of it runs or is held afterwards."""
        work = self._listen(opening), self._speak()
        await run_until(self._ended, *work, clock=self._clock, idle=self._seen.idle)

    async def drain(self) -> None:
        """Finish what is being spoken, refuse the rest, then close."""
        await say_last(self._carry_out(self._session.drain(self._clock())), self._ended)

    async def end(self, error: HiwarError) -> None:
        """Break off with an error, as when the key is not good any more; a peer that does not take it is cut off."""
        await say_last(self._carry_out(self._session.end(error)), self._ended, within_s=END_S)

    async def _listen(self, opening: tuple[TtsEffect, ...]) -> None:
        await self._carry_out(opening)
        await listen(self._session, self._connection, self._carry_out, self._ended, self._clock)

    async def _carry_out(self, effects: tuple[TtsEffect, ...]) -> None:
        """Start, feed and stop at once, so that both tasks do it in the session's order; frames wait for their turn."""
        outgoing: list[Outgoing] = []
        for effect in effects:
            match effect:
                case Send() | SendAudio() | Close():
                    self._seen.told(effect)
                    outgoing.append(effect)
                case CheckCredentials():
                    await self._carry_out(await self._sign_in(self._session, effect.credential))
                case StartSynthesis():
                    self._start(effect.request)
                case AddText() | FlushText() | EndText():
                    self._give_text(effect)
                case StopSynthesis():
                    self._stop()
                case _:
                    assert_never(effect)
        await self._outlet.carry_out(outgoing)
        if any(isinstance(effect, Close) for effect in outgoing):
            self._ended.set()

    def _start(self, request: SpeechRequest) -> None:
        wait_ms, seen = self._settings.text_wait_ms, self._seen.begins(request)
        if request.text is None:
            self._job = _Job(request, seen, SegmentFeed(wait_ms=wait_ms), asked_s=None)
        else:
            feed = SegmentFeed.whole(request.text)
            self._job = _Job(request, seen, feed, asked_s=self._clock(), unpaid_chars=len(request.text))
        self._started.set()

    def _give_text(self, effect: AddText | FlushText | EndText) -> None:
        job = self._job
        if job is None:
            return
        match effect:
            case AddText():
                now = self._clock()
                job.asked_s = now if job.asked_s is None else job.asked_s
                job.feed.add(effect.text, now)
                job.unpaid_chars += len(effect.text)
            case FlushText():
                job.feed.flush()
            case EndText():
                job.feed.end()
            case _:
                assert_never(effect)
        job.changed.set()

    def _stop(self) -> None:
        """A step that runs is waited for by its driver; one that waits for a thread is never run."""
        job = self._job
        if job is None or job.stopped:
            return
        job.stopped_s = self._clock()
        job.changed.set()
        if job.step is not None:
            job.step.cancel()

    async def _speak(self) -> None:
        with self._place:
            while True:
                await self._next_request()
                job = self._job
                if job is not None and not job.stopped:
                    await self._speak_one(job)

    async def _next_request(self) -> None:
        """Wait for it; who asks for nothing for long gives up its place."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._place.stays_s):
                await self._started.wait()
        if not self._started.is_set():
            self._place.leave()
        await self._started.wait()
        self._started.clear()

    async def _speak_one(self, job: _Job) -> None:
        request_id = job.request.request_id
        try:
            admitted = self._place.asks(job.request.voice, self._meter.share, has_text=job.asked_s is not None)
            await self._meter.request()
            with self._open_pipeline(job.request, job.feed) as pipeline:
                await self._pump(job, pipeline, admitted)
                progress = pipeline.progress
        except PeerGoneError:
            raise
        except Exception as raised:  # noqa: BLE001 - the one place of this driver; the log gets it
            error = for_client(raised, log, request_id)
            effects = () if job.stopped else self._session.failed(request_id, error, self._clock())
        else:
            effects = () if job.stopped else self._session.completed(request_id, progress, self._clock())
        finally:
            self._place.answered(stopped=job.stopped)
            self._meter.spoken(round(job.audio_ms))
            if job.stopped_s is not None:
                job.seen.idle(self._clock() - job.stopped_s)
        await self._carry_out(effects)

    async def _pump(self, job: _Job, pipeline: SynthesisPipeline, admitted: Admitted) -> None:
        """Step by step from the engine to the socket, until the end or until nobody waits."""
        while not job.stopped:
            job.changed.clear()
            if job.unpaid_chars:
                unpaid_chars, job.unpaid_chars = job.unpaid_chars, 0
                await self._meter.characters(unpaid_chars)
                if job.stopped:
                    return
            await self._tell_level(job, pipeline)
            admitted.waits()
            chunks = await self._step(job, pipeline, admitted)
            if chunks is None:
                return
            for chunk in chunks:
                if job.stopped:
                    return
                await self._carry_out(self._said(job, chunk, admitted))
            if pipeline.starved:
                admitted.starved()
                await self._changed(job, pipeline.resumes_s)
            elif ahead_max_ms := self._ahead_max_ms(job):
                await self._stopped(job, pipeline.played_until_s - ahead_max_ms / 1000)

    async def _tell_level(self, job: _Job, pipeline: SynthesisPipeline) -> None:
        """Spend as much on the request as the load allows, and say when that changes."""
        if job.reduced != self._admission.reduced:
            job.reduced = pipeline.reduced = self._admission.reduced
            await self._carry_out(self._session.service_level(job.request.request_id, reduced=job.reduced))

    def _ahead_max_ms(self, job: _Job) -> int:
        """How far ahead of its playback it is computed; 0 sets no bound."""
        usual_ms, reduced_ms = self._settings.ahead_max_ms, self._settings.ahead_reduced_ms
        return min(usual_ms or reduced_ms, reduced_ms) if job.reduced else usual_ms

    async def _step(self, job: _Job, pipeline: SynthesisPipeline, admitted: Admitted) -> tuple[SpeechChunk, ...] | None:
        """One step on an engine thread, by the time at which its listener runs out of audio.

        First audio goes before all who have audio left to play, but not before one who is about to have none. Who
        needs many steps to it takes turns with the others.
        """
        due_s = pipeline.played_until_s if job.audio_ms else self._clock() + _LATE_S
        observe = job.seen.step.followed_by(admitted.ran)
        job.step = asyncio.ensure_future(self._workers.run(pipeline.step, due_s, self._meter.share, observe))
        try:
            return await job.step
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise  # the stream is over, not just this request
            return None
        finally:
            job.step = None

    def _said(self, job: _Job, chunk: SpeechChunk, admitted: Admitted) -> tuple[TtsEffect, ...]:
        now, request_id = self._clock(), job.request.request_id
        if chunk.flushed:
            return self._session.flushed(request_id, chunk.progress, now)
        if not job.audio_ms and chunk.progress.audio_ms and job.asked_s is not None:
            job.seen.first_audio(now - job.asked_s, chunk.progress)
            admitted.first()
        audio_s = (chunk.progress.audio_ms - job.audio_ms) / 1000
        admitted.lasted(audio_s)
        self._place.spoken(audio_s)
        job.audio_ms = chunk.progress.audio_ms
        job.seen.spoken(job.audio_ms)
        return self._session.audio(request_id, chunk.audio, chunk.progress, now, chunk.words)

    async def _stopped(self, job: _Job, until_s: float) -> None:
        """Wait for the stop of a request, not longer than to a moment."""
        while not job.stopped and self._clock() < until_s:
            job.changed.clear()
            await self._changed(job, until_s)

    async def _changed(self, job: _Job, until_s: float | None) -> None:
        """Wait for more text or the stop of a request, not longer than to a moment."""
        wait_s = None if until_s is None else max(0.0, until_s - self._clock())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await job.changed.wait()
