"""How fast the server speaks: one stream by itself (RTF), and many at once, each played in real time as it arrives."""

import asyncio
import contextlib
import time
from dataclasses import dataclass

from listener import Heard, Listener, Wanted, listening
from measured_server import MeasuredServer
from playback import play
from spoken_texts import text_of
from spread import Spread, middle, spread

LEVELS = (1, 2, 4, 8, 16, 32, 64)
_RTF_CHARACTERS = 600
_LOAD_CHARACTERS = 150
"""About ten seconds of speech."""

_APART_MS = 50
_LEVEL_S_MAX = 15.0
"""No round begins later than this after the first one of its level."""


@dataclass(frozen=True, slots=True)
class RealTimeFactor:
    """One stream, as fast as possible: time by the client's clock, and in engine steps, for each second of audio."""

    voice: str
    runs: int
    wall: float
    compute: float


@dataclass(frozen=True, slots=True)
class Load:
    """Streams at once, all rounds together. `times_real_time` and `client_cores` are of the median round.

    An underrun is a moment at which a listener who plays from the first chunk on has nothing left to play.
    """

    streams: int
    apart_ms: int
    rounds: int
    ttfc: Spread
    underruns: int
    streams_with_underrun: int
    longest_stall_ms: float
    audio_s: float
    times_real_time: float
    client_cores: float


async def measure_rtf(server: MeasuredServer, wanted: Wanted, runs: int) -> list[RealTimeFactor]:
    """Whole requests, one at a time."""
    found: list[RealTimeFactor] = []
    async with listening(server, wanted) as listener:
        for voice, language in wanted.voices:
            await listener.hear(text_of(language, _RTF_CHARACTERS, -1), voice)
            heard = [await listener.hear(text_of(language, _RTF_CHARACTERS, seed), voice) for seed in range(runs)]
            wall = middle((one.chunks[-1][0] - one.asked_s) / wanted.seconds(one.size) for one in heard)
            compute = middle(_compute_s(one) / wanted.seconds(one.size) for one in heard)
            found.append(RealTimeFactor(voice, runs, round(wall, 4), round(compute, 4)))
    return found


async def measure_load(server: MeasuredServer, wanted: Wanted, levels: tuple[int, ...], streams_min: int) -> list[Load]:
    """Every level twice: started in the same instant, and 50 ms apart; in rounds, for `streams_min` streams in all."""
    return [
        await _load(server, wanted, streams, apart_ms, max(1, streams_min // streams))
        for apart_ms in (0, _APART_MS)
        for streams in levels
    ]


async def _load(server: MeasuredServer, wanted: Wanted, streams: int, apart_ms: int, rounds: int) -> Load:
    voice, language = wanted.voice
    async with contextlib.AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(listening(server, wanted)) for _ in range(streams)]
        await listeners[0].hear(text_of(language, _LOAD_CHARACTERS, -1), voice)
        measured: list[tuple[list[Heard], float, float]] = []
        enough_s = time.perf_counter() + _LEVEL_S_MAX
        while len(measured) < rounds and time.perf_counter() < enough_s:
            measured.append(await _round(listeners, apart_ms, len(measured), wanted))
    heard = [one for each, _, _ in measured for one in each]
    played = [play((arrived_s, wanted.seconds(size)) for arrived_s, size in one.chunks) for one in heard]
    return Load(
        streams=streams,
        apart_ms=apart_ms,
        rounds=len(measured),
        ttfc=spread(one.ttfc_ms for one in heard),
        underruns=sum(one.underruns for one in played),
        streams_with_underrun=sum(one.underruns > 0 for one in played),
        longest_stall_ms=round(max(one.longest_stall_ms for one in played), 1),
        audio_s=round(middle(wanted.seconds(one.size) for one in heard), 1),
        times_real_time=round(middle(rate for _, rate, _ in measured), 1),
        client_cores=round(middle(cores for _, _, cores in measured), 2),
    )


async def _round(
    listeners: list[Listener], apart_ms: int, number: int, wanted: Wanted
) -> tuple[list[Heard], float, float]:
    """What was heard, seconds of audio for each second that passed, and the cores that this client took."""
    voice, language = wanted.voice
    begin_s = time.perf_counter() + 0.05
    texts = [text_of(language, _LOAD_CHARACTERS, 1000 * number + place) for place in range(len(listeners))]
    starts = [
        _ask_at(begin_s + place * apart_ms / 1000, one, text, voice)
        for place, (one, text) in enumerate(zip(listeners, texts, strict=True))
    ]
    cpu_began_s = time.process_time()
    heard = await asyncio.gather(*starts)
    cpu_s = time.process_time() - cpu_began_s
    took_s = max(one.chunks[-1][0] for one in heard) - min(one.asked_s for one in heard)
    return heard, sum(wanted.seconds(one.size) for one in heard) / took_s, cpu_s / took_s


async def _ask_at(when_s: float, listener: Listener, text: str, voice: str) -> Heard:
    await asyncio.sleep(when_s - time.perf_counter())
    return await listener.hear(text, voice)


def _compute_s(heard: Heard) -> float:
    said = heard.complete
    return 0.0 if said is None else (said.text_ms + said.model_ms + said.encode_ms) / 1000
