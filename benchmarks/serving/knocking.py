"""Admission by latency: how many streams the server lets in, and what those meet while four times as many knock.

Clients come one after another until one is refused; each that was let in stays. Then nobody knocks for a while, and
then each of the others knocks again as soon as the server told it that it may. One that is let in stays, too.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from crowd import Crowd, Load, crowd
from experience import Experience, Figure, Kind, failures, spreads
from exposed_server import ExposedServer
from spread import Spread, spread

from hiwar.client import AsyncClient

KINDS: dict[str, tuple[Kind, ...]] = {"tts": ("tts",), "asr": ("asr",), "mixed": ("tts", "asr")}
KNOCKERS = 4
"""Clients that knock, for each that was let in."""

_REFUSALS = 3
"""In a row, until a kind of stream counts as full."""
_SETTLING_S = 3.0
_DECIDED_S_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Admission:
    """How clients come: `most` of each kind are let in, `apart_s` between two; each phase lasts `seconds`."""

    most: int
    apart_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Admitted:
    """What streams that were let in met, alone and while others knocked. Times in ms.

    `refusals` by code; `answered` is from a knock to its refusal, `told` what it was told to wait, `failures` what
    ended streams that had been let in.
    """

    name: str
    admitted: dict[Kind, int]
    full: bool
    quiet: dict[Figure, Spread]
    knocked: dict[Figure, Spread]
    knockers: int
    refusals: dict[str, int]
    answered: Spread | None
    told: Spread | None
    let_in_later: int
    failures: dict[str, int]
    client_cores: float


@dataclass(slots=True)
class _Knocks:
    """What those who knock are told."""

    refused: list[Experience] = field(default_factory=list)
    let_in: int = 0


async def measure_admission(exposed: ExposedServer, load: Load, name: str, effort: Admission) -> Admitted:
    """One kind of stream, or both in turn."""
    inside, outside = exposed.client("inside"), exposed.client("outside")
    async with crowd(load) as within, crowd(load) as door:
        full = await _fill(within, inside, KINDS[name], effort)
        old = [one for one in within.clients if one.let_in]
        await asyncio.sleep(_SETTLING_S)
        quiet_s = time.perf_counter()
        await asyncio.sleep(effort.seconds)
        knocks = _Knocks()
        knocked_s, cpu_s = time.perf_counter(), time.process_time()
        knockers = KNOCKERS * max(1, len(old))
        await _knock_for(
            effort.seconds, door, outside, list(itertools.islice(itertools.cycle(KINDS[name]), knockers)), knocks
        )
        ended_s = time.perf_counter()
        cores = (time.process_time() - cpu_s) / (ended_s - knocked_s)
    refused = [one for one in knocks.refused if one.refusal is not None]
    return Admitted(
        name=name,
        admitted={kind: sum(one.kind == kind for one in old) for kind in KINDS[name]},
        full=full,
        quiet=spreads(old, quiet_s, knocked_s),
        knocked=spreads(old, knocked_s, ended_s),
        knockers=knockers,
        refusals=dict(Counter(str(one.refusal.code) for one in refused if one.refusal is not None)),
        answered=spread(one.decided_ms for one in refused) if refused else None,
        told=spread(_wait_s(one) * 1000 for one in refused) if refused else None,
        let_in_later=knocks.let_in,
        failures=failures([*old, *door.clients]),
        client_cores=round(cores, 2),
    )


async def _fill(within: Crowd, client: AsyncClient, kinds: Sequence[Kind], effort: Admission) -> bool:
    """Let clients in, the kinds in turn, until each is refused several times in a row. Whether that came to be."""
    refusals = dict.fromkeys(kinds, 0)
    room = dict.fromkeys(kinds, effort.most)
    while coming := [kind for kind in kinds if refusals[kind] < _REFUSALS and room[kind]]:
        for kind in coming:
            met = within.join(client, kind)
            await asyncio.sleep(effort.apart_s)
            await _decided(met)
            if met.let_in:
                refusals[kind], room[kind] = 0, room[kind] - 1
            else:
                refusals[kind] += 1
                await asyncio.sleep(_wait_s(met))
    return all(count >= _REFUSALS for count in refusals.values())


async def _knock_for(seconds: float, door: Crowd, client: AsyncClient, kinds: Sequence[Kind], knocks: _Knocks) -> None:
    tasks = [
        asyncio.create_task(_knock(door, client, kind, knocks, number / len(kinds)))
        for number, kind in enumerate(kinds)
    ]
    await asyncio.wait(tasks, timeout=seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _knock(door: Crowd, client: AsyncClient, kind: Kind, knocks: _Knocks, after_s: float) -> None:
    """Again and again until it is let in."""
    await asyncio.sleep(after_s)
    while True:
        met = door.join(client, kind)
        await _decided(met)
        if met.let_in:
            knocks.let_in += 1
            return
        knocks.refused.append(met)
        await asyncio.sleep(_wait_s(met))


async def _decided(met: Experience) -> None:
    async with asyncio.timeout(_DECIDED_S_MAX):
        await met.decided.wait()


def _wait_s(met: Experience) -> float:
    """What a client that was refused waits: as it was told, or the SDK's default."""
    told_ms = None if met.refusal is None else met.refusal.wait_ms
    return (told_ms or 1000) / 1000
