"""How many streams at once hold the objective when nobody is refused: more and more, until it does not hold."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

from crowd import Load, crowd
from experience import OBJECTIVE_OF, Experience, Figure, Kind, failures, spreads
from exposed_server import ExposedServer
from spread import Spread

_HOLES_MAX = 0.01
"""Of a level's requests may have a hole in their audio."""
_TOO_MANY = 2
"""Levels in a row that do not hold end a series."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What a stream should meet, at p95, in ms: first audio, and the age of partials."""

    first_audio_ms: int
    partial_lag_ms: int

    def of(self, kind: Kind) -> int:
        """That of a kind of stream."""
        return self.first_audio_ms if kind == "tts" else self.partial_lag_ms

    @property
    def variables(self) -> dict[str, str]:
        """What gives a server this objective."""
        return {
            "HIWAR_ADMISSION_FIRST_AUDIO_MS": str(self.first_audio_ms),
            "HIWAR_ADMISSION_PARTIAL_LAG_MS": str(self.partial_lag_ms),
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """A level's clients come over `beginning_s`; so long again nothing is measured, and then `seconds`."""

    objective: Objective
    seconds: float
    beginning_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Level:
    """So many streams of a kind at once. `stalled` requests had a hole; `late_ms` is the most the client was late."""

    kind: Kind
    streams: int
    met: dict[Figure, Spread]
    stalled: int
    failures: dict[str, int]
    holds: bool
    client_cores: float
    late_ms: float


async def measure_standing(
    exposed: ExposedServer, load: Load, kind: Kind, levels: Sequence[int], effort: Standing
) -> list[Level]:
    """Level by level."""
    found: list[Level] = []
    for streams in levels:
        found.append(await _level(exposed, load, kind, streams, effort))
        if len(found) >= _TOO_MANY and not any(level.holds for level in found[-_TOO_MANY:]):
            break
    return found


async def _level(exposed: ExposedServer, load: Load, kind: Kind, streams: int, effort: Standing) -> Level:
    client = exposed.client(f"{streams} at once")
    async with crowd(load) as gathered:
        for _ in range(streams):
            gathered.join(client, kind)
            await asyncio.sleep(effort.beginning_s / streams)
        await asyncio.sleep(effort.beginning_s)
        since_s, cpu_s = time.perf_counter(), time.process_time()
        await asyncio.sleep(effort.seconds)
        until_s, used_s = time.perf_counter(), time.process_time() - cpu_s
    clients = gathered.clients
    met = spreads(clients, since_s, until_s)
    ended = failures(clients)
    refused = sum(bool(one.refusals) for one in clients)
    worst, stalled = met.get(OBJECTIVE_OF[kind]), _stalled(clients, since_s)
    whole = worst is not None and stalled <= _HOLES_MAX * worst.count
    return Level(
        kind=kind,
        streams=streams,
        met=met,
        stalled=stalled,
        failures=ended | ({"refused": refused} if refused else {}),
        holds=worst is not None and worst.p95 <= effort.objective.of(kind) and whole and not ended and not refused,
        client_cores=round(used_s / (until_s - since_s), 2),
        late_ms=round(max(one.late_ms for one in clients), 1),
    )


def _stalled(clients: Sequence[Experience], since_s: float) -> int:
    figures = itertools.chain.from_iterable(client.figures for client in clients)
    return sum(of is Figure.STALL and at_s >= since_s and value > 0 for of, at_s, value in figures)
