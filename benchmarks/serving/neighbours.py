"""What one key can do to another at the engine threads: how much later B is served beside A's flood than alone.

The delay is given in engine steps of the same run, too. A step of synthesis is the time between the audio of two steps
of a long text that is spoken alone; one of recognition is the age of the partials of a stream that is alone. Where the
server exports how long the steps took that ran meanwhile, that is given beside them.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass

from crowd import Load, Utterance, crowd
from exposed_server import ExposedServer
from histograms import counted, percentile_ms
from listener import Heard, Listener, connected
from live_captions import caption
from spoken_texts import text_of
from spread import Spread, spread

from hiwar.client import AsyncClient
from hiwar.errors import HiwarError

_SHORT_CHARACTERS = 40
_STEPS_MAX = 200
_REST_S = 0.05
"""Between two requests of B, so that no step of the one before is under way."""
_SETTLING_S = 1.0
_WARM_UP_RUNS = 3
_HISTOGRAM = "hiwar_engine_step_seconds"
_SAME_STEP_MS = 1.0
"""Chunks that arrive closer together are of one step."""


@dataclass(frozen=True, slots=True)
class Flood:
    """How much A does at once, and how often B asks: `runs` texts, `utterances` streams."""

    runs: int = 100
    utterances: int = 10
    characters: int = 10_000
    requests: int = 50
    streams: int = 16


@dataclass(frozen=True, slots=True)
class Steps:
    """Engine steps by the server's histogram, in ms."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Beside:
    """What B waited for, in ms, with `many` of A under way; 0 is B alone. `refused` of A were not let in.

    `in_server` is what the server says of the same, where it does: the client reads A's audio, too, and is late by it.
    `steps` are those that ran meanwhile, whosever.
    """

    figure: str
    flood: str
    many: int
    refused: int
    waited: Spread
    in_server: Spread | None
    steps: Steps | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """All of it; the steps in ms."""

    synthesis_step: Spread
    recognition_step: Spread | None
    rows: list[Beside]


async def measure_neighbours(exposed: ExposedServer, load: Load, flood: Flood) -> Neighbours:
    """Synthesis: alone, beside one long text, beside fifty. Recognition: alone, beside streams of another key."""
    flooding, waiting = exposed.client("A"), exposed.client("B")
    step = await _synthesis_step(flooding, load, flood)
    rows: list[Beside] = []
    async with connected(waiting, load.wanted) as listener:
        for many in (0, 1, flood.requests):
            async with _flooded(flooding, load, flood, many) as refused:
                before = await _steps(exposed, "speak")
                waited, in_server = await _first_audio(listener, load, flood.runs)
                steps = _gained(before, await _steps(exposed, "speak"))
            flooded = f"texts of {flood.characters:,}"
            rows.append(Beside("first audio", flooded, many, len(refused), waited, in_server, steps))
    ages: list[float] = []
    for many in (0, flood.streams):
        async with crowd(load) as others:
            for _ in range(many):
                others.join(flooding, "asr")
                await asyncio.sleep(_REST_S)
            await asyncio.sleep(_SETTLING_S if many else 0.0)
            before = await _steps(exposed, "hear")
            firsts, finals, seen = await _captions(waiting, load, flood.utterances)
            steps = _gained(before, await _steps(exposed, "hear"))
            refused_streams = sum(bool(one.refusals) for one in others.clients)
        ages += [] if many else seen
        for figure, found in (("first partial", firsts), ("final after speech", finals)):
            if found:
                rows.append(Beside(figure, "live streams", many, refused_streams, spread(found), None, steps))
    return Neighbours(step, spread(ages) if ages else None, rows)


async def _steps(exposed: ExposedServer, pool: str) -> dict[float, float]:
    return await asyncio.to_thread(counted, exposed.server, _HISTOGRAM, {"pool": pool})


def _gained(before: dict[float, float], after: dict[float, float]) -> Steps | None:
    p50, p95 = (percentile_ms(before, after, part) for part in (0.5, 0.95))
    return None if p50 is None or p95 is None else Steps(p50, p95)


async def _synthesis_step(client: AsyncClient, load: Load, flood: Flood) -> Spread:
    voice, language = load.wanted.voice
    async with connected(client, load.wanted) as listener:
        heard = await listener.hear(text_of(language, flood.characters, -1), voice, stop_after=_STEPS_MAX)
    gaps = [(late - soon) * 1000 for (soon, _), (late, _) in itertools.pairwise(heard.chunks)]
    return spread([gap for gap in gaps if gap >= _SAME_STEP_MS] or gaps)


async def _first_audio(listener: Listener, load: Load, runs: int) -> tuple[Spread, Spread]:
    """As the listener has it, and as the server says."""
    voice, language = load.wanted.voice
    heard: list[Heard] = []
    for seed in range(-_WARM_UP_RUNS, runs):
        heard.append(await listener.hear(text_of(language, _SHORT_CHARACTERS, seed), voice, stop_after=1))
        await asyncio.sleep(_REST_S)
    measured = heard[_WARM_UP_RUNS:]
    said = (one.complete.ttfc_ms or 0.0 for one in measured if one.complete is not None)
    return spread(one.ttfc_ms for one in measured), spread(said)


@contextlib.asynccontextmanager
async def _flooded(client: AsyncClient, load: Load, flood: Flood, many: int) -> AsyncIterator[list[HiwarError]]:
    """So many long texts at once, each on its own connection, again and again; those that are refused are collected."""
    refused: list[HiwarError] = []

    async def speak(listener: Listener, number: int) -> None:
        voice, language = load.wanted.voice
        text = text_of(language, flood.characters, number)
        try:
            while True:
                await listener.hear(text, voice)
        except HiwarError as error:
            refused.append(error)
        except TimeoutError:  # so many at once take longer than a listener waits
            return

    async with contextlib.AsyncExitStack() as stack:
        listeners: list[Listener] = []
        for _ in range(many):
            try:
                listeners.append(await stack.enter_async_context(connected(client, load.wanted)))
            except HiwarError as error:
                refused.append(error)
        async with asyncio.TaskGroup() as tasks:
            speaking = [tasks.create_task(speak(one, number)) for number, one in enumerate(listeners)]
            yield refused
            for task in speaking:
                task.cancel()


async def _captions(client: AsyncClient, load: Load, runs: int) -> tuple[list[float], list[float], list[float]]:
    """First partials (from the first sample on) and finals (from the end of the voice), and ages of partials, in ms."""
    firsts: list[float] = []
    finals: list[float] = []
    ages: list[float] = []
    for number in range(runs):
        said = _said(load, number)
        seconds = len(said.frames) * load.wire.frame_s
        captions = await caption(client, iter(said.frames), load.wire, said.language, seconds)
        shown = captions.shown
        firsts += [1000 * one.at_s for one in shown if not one.final][:1]
        finals += [1000 * (one.at_s - (one.end_s or 0.0)) for one in shown if one.final]
        ages += [1000 * (one.waited_s or 0.0) for one in shown if not one.final]
    return firsts, finals, ages


def _said(load: Load, number: int) -> Utterance:
    return load.utterances[number % len(load.utterances)]
