"""The driver of one recognition connection: a task that listens, a task that recognises, and the session between them.

What is decoded runs beside them: the end of speech is found while a decode is under way.
Audio waits in one bounded buffer. When it is full the listening task still reads one frame, and so learns of a peer
that leaves; with audio in its hand it waits for room, and the transport holds the client back.
"""

import asyncio
import contextlib
import functools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import assert_never

from hiwar.errors import HiwarError
from hiwar.pipelines.hearing import Hearing, Listened
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.protocol.asr_session import AsrServerSession
from hiwar.protocol.effects import (
    AsrEffect,
    CheckCredentials,
    Close,
    EndStream,
    EndUtterance,
    FeedAudio,
    Send,
)
from hiwar.serving.admission import Admission
from hiwar.serving.clock import Clock
from hiwar.serving.connection import Connection, Outgoing, Outlet, PeerGoneError
from hiwar.serving.hearing_observation import HearingObservation
from hiwar.serving.listening import END_S, for_client, listen, run_until, say_last
from hiwar.serving.metering import Meter
from hiwar.serving.received_audio import Entry, Inbox
from hiwar.serving.slots import Slot
from hiwar.serving.workers import StepTimes, Workers
from hiwar.vocabulary import RecognitionConfig, Transcript

log = logging.getLogger("hiwar.asr")

_TAKEN_MAX_MS = 10_000
"""Audio that the recogniser is given at once: the rest stays in the buffer, where it counts."""


class AsrStream:
    """One connection. `sign_in` checks a credential against the session; `open_pipeline` makes its recogniser.

    `listeners` find speech in the audio, which is quick; `hearers` decode it, and never hold up the others.
    """

    def __init__(
        self,
        session: AsrServerSession,
        connection: Connection,
        *,
        sign_in: Callable[[AsrServerSession, str], Awaitable[tuple[AsrEffect, ...]]],
        slot: Slot,
        meter: Meter,
        admission: Admission,
        seen: HearingObservation,
        open_pipeline: Callable[[RecognitionConfig], RecognitionPipeline],
        listeners: Workers,
        hearers: Workers,
        clock: Clock,
        send_timeout_ms: int,
        audio_buffered_max_ms: int,
    ) -> None:
        self._session = session
        self._connection = connection
        self._outlet = Outlet(connection, send_timeout_ms=send_timeout_ms)
        self._sign_in = sign_in
        self._slot = slot
        self._meter = meter
        self._admission = admission
        self._seen = seen
        self._open_pipeline = open_pipeline
        self._listeners = listeners
        self._hearers = hearers
        self._clock = clock
        self._bytes_per_s = bytes_per_s = session.config.encoding.bytes_per_s(session.config.sample_rate)
        self._buffer_bytes_max = audio_buffered_max_ms * bytes_per_s // 1000
        self._taken_bytes_max = _TAKEN_MAX_MS * bytes_per_s // 1000
        self._inbox = Inbox()
        # When the newest audio had arrived that was listened to, and that the last hearing had before it.
        self._listened_s = 0.0
        self._heard_s = 0.0
        self._counted_ms = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def buffered_s(self) -> float:
        """Audio that was received and not listened to yet, compressed audio at its highest rate."""
        return self._inbox.audio_bytes / self._bytes_per_s

    async def run(self, opening: tuple[AsrEffect, ...] = ()) -> None:
        """Serve the connection to its end, `opening` first. Nothing of it runs or is held afterwards."""
        work = self._listen(opening), self._recognize()
        await run_until(self._ended, *work, clock=self._clock, idle=self._seen.idle)

    async def drain(self) -> None:
        """Answer what was heard so far, then close."""
        await say_last(self._carry_out(self._session.drain()), self._ended)

    async def end(self, error: HiwarError) -> None:
        """Break off with an error, as when the key is not good any more; a peer that does not take it is cut off."""
        await say_last(self._carry_out(self._session.end(error)), self._ended, within_s=END_S)

    async def _listen(self, opening: tuple[AsrEffect, ...]) -> None:
        await self._carry_out(opening)
        await listen(self._session, self._connection, self._carry_out, self._ended, self._clock)

    async def _carry_out(self, effects: tuple[AsrEffect, ...]) -> None:
        outgoing: list[Outgoing] = []
        for effect in effects:
            match effect:
                case Send() | Close():
                    self._seen.told(effect)
                    outgoing.append(effect)
                case CheckCredentials():
                    await self._carry_out(await self._sign_in(self._session, effect.credential))
                case FeedAudio():
                    await self._buffer(effect.audio)
                case EndUtterance() | EndStream():
                    self._inbox.end(effect)
                    self._changed.set()
                case _:
                    assert_never(effect)
        await self._outlet.carry_out(outgoing)
        if any(isinstance(effect, Close) for effect in outgoing):
            self._ended.set()

    async def _buffer(self, audio: bytes) -> None:
        """Keep audio for the recogniser; while there is too much, wait with it, and nothing more is read."""
        received_s = self._clock()
        if self._inbox.audio_bytes >= self._buffer_bytes_max:
            while self._inbox.audio_bytes >= self._buffer_bytes_max:
                self._room.clear()
                await self._room.wait()
            self._session.resumed(self._clock())
        self._inbox.hear(audio, received_s)
        self._changed.set()

    async def _recognize(self) -> None:
        await self._changed.wait()  # nothing is held for a peer that only connects
        try:
            with contextlib.closing(self._open_pipeline(self._session.config)) as pipeline:
                try:
                    await self._pump(pipeline)
                finally:
                    self._meter.broken_off(pipeline.audio_ms)
            effects = self._session.completed(pipeline.audio_ms)
        except PeerGoneError:
            raise
        except Exception as raised:  # noqa: BLE001 - the one place of this driver; the log gets it
            error = for_client(raised, log, self._session.config.request_id)
            effects = self._session.failed(error)
        await self._carry_out(effects)

    async def _pump(self, pipeline: RecognitionPipeline) -> None:
        """From the buffer to the peer, until the stream was finished and all of it is answered."""
        finished = False
        running: _Running | None = None
        observe_listening = self._seen.listening.followed_by(self._ran)
        try:
            while not (finished and running is None and not pipeline.is_behind):
                await self._changed.wait()
                self._changed.clear()
                if running is not None and running.task.done():
                    running.task.result()
                    running = None
                await self._tell_level(pipeline)
                entries = [] if pipeline.is_behind else self._take()
                finished = finished or any(isinstance(entry, EndStream) for entry in entries)
                received_s = self._inbox.taken_received_s
                listened = await self._listeners.run(
                    functools.partial(_feed, pipeline, entries), self._clock(), self._meter.share, observe_listening
                )
                self._count(pipeline.audio_ms)
                self._listened_s = received_s
                self._seen.heard(pipeline.audio_ms, received_s)
                heard_s = self._heard_s
                if listened.hearing is not None:
                    await _stop(running)
                    running = self._hear(listened.hearing)
                if listened.more or (self._inbox.entries and not pipeline.is_behind):
                    self._changed.set()
                for event in listened.events:
                    is_partial = isinstance(event, Transcript) and not event.is_final
                    await self._carry_out(
                        self._session.recognized(
                            event, audio_received_s=heard_s if is_partial else received_s, now=self._clock()
                        )
                    )
                await self._meter.heard(pipeline.audio_ms, ended=finished)
        finally:
            await _stop(running)

    async def _tell_level(self, pipeline: RecognitionPipeline) -> None:
        """Spend as much on the stream as the load allows, and say when that changes."""
        pace = pipeline.pace
        if pace.reduced != self._admission.reduced:
            pace.reduced = self._admission.reduced
            level = self._session.service_level(reduced=pace.reduced, partial_interval_ms=pace.interval_ms)
            await self._carry_out(level)

    def _ran(self, times: StepTimes) -> None:
        if self._slot.admitted is not None:
            self._slot.admitted.ran(times)

    def _count(self, audio_ms: int) -> None:
        """So much audio has been listened to in all."""
        if self._slot.admitted is not None:
            self._slot.admitted.lasted((audio_ms - self._counted_ms) / 1000)
        self._counted_ms = audio_ms

    def _take(self) -> list[Entry]:
        entries = self._inbox.take(self._taken_bytes_max)
        self._room.set()
        return entries

    def _hear(self, hearing: Hearing) -> "_Running":
        """Run it before all that is due later; `listen` is called again when it is done."""

        def run() -> None:
            self._heard_s = self._listened_s
            hearing.run()

        # What comes faster than it is spoken is due as if it were spoken: a file yields to who speaks now.
        spoken_s = max(self._clock(), self._inbox.began_s + hearing.audio_ms / 1000)

        def observe(times: StepTimes) -> None:
            self._seen.hearing(times)
            self._ran(times)
            if (admitted := self._slot.admitted) and (shown := hearing.transcript) and not shown.is_final:
                admitted.result(times.ended_s - spoken_s)

        due_s = spoken_s + hearing.due_ms / 1000
        task = asyncio.create_task(self._hearers.run(run, due_s, self._meter.share, observe))
        task.add_done_callback(lambda _: self._changed.set())
        return _Running(hearing, task)


@dataclass(frozen=True, slots=True)
class _Running:
    """A hearing on its way to a thread, or there."""

    hearing: Hearing
    task: asyncio.Task[None]


async def _stop(running: _Running | None) -> None:
    """Nothing of it runs afterwards, however often the caller is cancelled meanwhile."""
    if running is None:
        return
    running.hearing.abandon()
    running.task.cancel()
    cancelled: asyncio.CancelledError | None = None
    while not running.task.done():
        try:
            await asyncio.wait({running.task})
        except asyncio.CancelledError as error:
            cancelled = error
    if not running.task.cancelled():
        running.task.exception()
    if cancelled is not None:
        raise cancelled


def _feed(pipeline: RecognitionPipeline, entries: list[Entry]) -> Listened:
    """Hand over what arrived and listen to it, in one hop."""
    for entry in entries:
        match entry:
            case bytes():
                pipeline.accept(entry)
            case EndUtterance():
                pipeline.finalize()
            case EndStream():
                pipeline.finish()
            case _:
                assert_never(entry)
    return pipeline.listen()
