"""One stream that goes on for minutes or an hour: recordings in random order with pauses, and what changes by time."""

import asyncio
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from captions import Shown
from error_rates import ErrorRates, error_rates
from live_captions import caption
from measured_server import MeasuredServer
from process_use import Use, use_of
from recordings import Wire
from spread import Spread, spread
from whole_files import WholeFile

from hiwar.client import AsyncClient
from hiwar.vocabulary import MODEL_SAMPLE_RATE

MINUTES_MAX = 120
_PAUSE_S = (1.0, 4.0)
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Placed:
    """A recording, and where in the stream it begins and its silence ends, in seconds."""

    file: WholeFile
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Part:
    """A quarter of the time. Times in ms, memory in MB at its end; `unheard` recordings with speech have no final."""

    recordings: int
    unheard: int
    age: Spread | None
    final: Spread | None
    streamed: ErrorRates | None
    noise_texts: int
    memory_mb: float | None
    core_seconds_per_audio_second: float | None


@dataclass(frozen=True, slots=True)
class LongStream:
    """Quarters of one stream; the language is detected all the way."""

    minutes: float
    parts: list[Part]
    memory_start_mb: float | None
    failure: str | None


async def measure_long_stream(
    server: MeasuredServer, files: Sequence[WholeFile], wire: Wire, minutes: float
) -> LongStream:
    """Stream in real time: it takes as long as it says."""
    placed = _placed(files, 60 * minutes)
    seconds = placed[-1].end_s
    stream = caption(AsyncClient(server.url, server.key), _frames(placed, wire), wire, "auto", seconds)
    captions, uses = await asyncio.gather(stream, _watch(server, seconds))
    parts = [_part(number, placed, captions.shown, uses) for number in range(_PARTS)]
    first = uses[0]
    return LongStream(seconds / 60, parts, None if first is None else round(first.memory_mb), captions.failure)


def _placed(files: Sequence[WholeFile], seconds: float) -> list[Placed]:
    """As many as reach `seconds`, each recording once before any comes again."""
    chance = random.Random(0)  # noqa: S311 - the same order in every run
    placed: list[Placed] = []
    end_s = 0.0
    while end_s < seconds:
        for file in chance.sample(files, len(files)):
            begin_s = end_s
            end_s = begin_s + file.recording.seconds + chance.uniform(*_PAUSE_S)
            placed.append(Placed(file, begin_s, end_s))
            if end_s >= seconds:
                break
    return placed


def _frames(placed: Sequence[Placed], wire: Wire) -> Iterator[bytes]:
    for one in placed:
        samples = one.file.recording.samples
        length = round(one.end_s * MODEL_SAMPLE_RATE) - round(one.begin_s * MODEL_SAMPLE_RATE)
        yield from wire.frames(np.pad(samples, (0, length - len(samples))))


async def _watch(server: MeasuredServer, seconds: float) -> list[Use | None]:
    """What the server has used at the beginning, and at the end of each part."""
    uses = [use_of(server.process)]
    for _ in range(_PARTS):
        await asyncio.sleep(seconds / _PARTS)
        uses.append(use_of(server.process))
    return uses


def _part(number: int, placed: Sequence[Placed], shown: Sequence[Shown], uses: Sequence[Use | None]) -> Part:
    length_s = placed[-1].end_s / _PARTS
    begin_s, end_s = number * length_s, (number + 1) * length_s
    mine = [one for one in placed if begin_s < one.end_s <= end_s or (number == _PARTS - 1 and one.end_s > end_s)]
    texts = _finals(placed, shown)
    spoken = [one for one in mine if one.file.recording.language is not None and one.file.speech]
    heard = [(one, texts[one.begin_s]) for one in spoken if one.begin_s in texts]
    scored = [one for one in spoken if one.file.recording.text]
    ages = [one.waited_s for one in shown if begin_s <= one.at_s < end_s and not one.final and one.waited_s is not None]
    delays = [finals[-1].at_s - one.begin_s - one.file.speech[-1].end_s for one, finals in heard]
    noises = [one for one in mine if one.file.recording.language is None]
    before, after = uses[number], uses[number + 1]
    return Part(
        recordings=len(mine),
        unheard=len(spoken) - len(heard),
        age=spread(1000 * age for age in ages) if ages else None,
        final=spread(1000 * delay for delay in delays) if delays else None,
        streamed=error_rates(
            [one.file.recording.text for one in scored],
            [" ".join(final.text for final in texts.get(one.begin_s, [])) for one in scored],
        ),
        noise_texts=sum(one.begin_s in texts for one in noises),
        memory_mb=None if after is None else round(after.memory_mb),
        core_seconds_per_audio_second=None
        if before is None or after is None
        else round((after.core_s - before.core_s) / length_s, 3),
    )


def _finals(placed: Sequence[Placed], shown: Sequence[Shown]) -> dict[float, list[Shown]]:
    """The finals of each recording, by where it begins: those whose audio has its middle there."""
    begins = [one.begin_s for one in placed]
    found: dict[float, list[Shown]] = {}
    for one in shown:
        if one.final and one.text and one.start_s is not None and one.end_s is not None:
            place = bisect_right(begins, (one.start_s + one.end_s) / 2) - 1
            found.setdefault(begins[max(0, place)], []).append(one)
    return found
