"""Recordings handed out to N streams at once, until each was streamed once; load that goes on is not measured."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from live_captions import Captions, caption
from measured_server import MeasuredServer
from recordings import Recording, Wire

from hiwar.client import AsyncClient
from hiwar.vocabulary import MODEL_SAMPLE_RATE, LanguageChoice

SILENCE_S = 1.0
"""Digital silence behind each recording: twice the endpoint."""

_APART_S = 0.37
"""Between the beginnings of the streams, so that they do not ask for the same thing at the same time."""


@dataclass(slots=True)
class Heard:
    """What was streamed: captions of each recording, and the seconds of audio of all streams, load included."""

    once: list[tuple[Recording, Captions]] = field(default_factory=list)
    audio_s: float = 0.0

    def counted(self, frames: Iterator[bytes], frame_s: float) -> Iterator[bytes]:
        """The same frames, with their time added up as they are taken."""
        for frame in frames:
            self.audio_s += frame_s
            yield frame


async def stream_all(
    server: MeasuredServer,
    chosen: Sequence[Recording],
    wire: Wire,
    *,
    streams: int,
    given: bool,
    seconds_max: float,
) -> Heard:
    """Captions of each recording, as far as `seconds_max` allows: none begins later.

    A stream that finds no recording left takes one again, so that all of them stay busy to the end.
    """
    client = AsyncClient(server.url, server.key)
    ends_s = asyncio.get_running_loop().time() + seconds_max
    waiting = iter(chosen)
    heard = Heard()

    async def one(recording: Recording) -> Captions:
        language: LanguageChoice = recording.language if given and recording.language is not None else "auto"
        frames = heard.counted(followed(recording, wire), wire.frame_s)
        return await caption(client, frames, wire, language, recording.seconds + SILENCE_S)

    async def slot(number: int) -> None:
        await asyncio.sleep(number * _APART_S)
        for recording in _until(waiting, ends_s):
            heard.once.append((recording, await one(recording)))
        busy.discard(number)
        if not busy:
            over.set()
        for recording in itertools.islice(itertools.cycle(chosen), number, None):
            await one(recording)

    busy, over = set(range(streams)), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(slot(number)) for number in range(streams)]
        await over.wait()
        for task in tasks:
            task.cancel()
    return heard


def followed(recording: Recording, wire: Wire) -> Iterator[bytes]:
    """The frames of a recording, and of the silence behind it."""
    return wire.frames(np.pad(recording.samples, (0, round(SILENCE_S * MODEL_SAMPLE_RATE))))


def _until(waiting: Iterator[Recording], ends_s: float) -> Iterator[Recording]:
    while asyncio.get_running_loop().time() < ends_s:
        try:
            yield next(waiting)
        except StopIteration:
            return
