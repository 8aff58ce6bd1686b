"""Admission by latency: how many streams the server lets in, and what those meet while four times as many knock.

Clients come one after another until one is refused; each that was let in stays. Then nobody else comes for a while,
and then the others knock: each asks again as soon as it was told that it may, and stays once it is let in.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from crowd import Crowd, Load, crowd
from experience import Experience, Figure, Kind, Refusal, failures, refusals, spreads
from exposed_server import ExposedServer
from spread import Spread, spread

from hiwar.client import AsyncClient

KINDS: dict[str, tuple[Kind, ...]] = {"tts": ("tts",), "asr": ("asr",), "mixed": ("tts", "asr")}
KEYS = ("one", "two", "each")
KNOCKERS = 4
"""Clients that knock, for each that was let in."""

_REFUSALS = 3
"""In a row, until a kind of stream counts as full."""
_DECIDED_S_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Admission:
    """How clients come: `most` of each kind are let in, `apart_s` between two; each phase lasts `seconds`, the first
    one begins after `settling_s`.

    `keys`: all share `one`, those who knock have another (`two`), or `each` client has its own.
    """

    most: int
    apart_s: float
    seconds: float
    keys: str
    settling_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Phase:
    """What those that had been let in met: figures in ms, how many requests of listeners were served and how many
    refused, to be sent again, and to how many clients it was said that less is spent on them.
    """

    met: dict[Figure, Spread]
    served: int
    refused: int
    told_reduced: int


@dataclass(frozen=True, slots=True)
class Admitted:
    """Alone and while others knocked. Times in ms.

    `refusals` of those who knock, by code; `answered` is from a knock to its refusal, `told` what it was told to wait,
    `failures` what ended streams that had been let in.
    """

    name: str
    admitted: dict[Kind, int]
    full: bool
    alone: Phase
    beside: Phase
    knockers: int
    refusals: dict[str, int]
    answered: Spread | None
    told: Spread | None
    let_in_later: int
    failures: dict[str, int]
    client_cores: float


async def measure_admission(exposed: ExposedServer, load: Load, name: str, effort: Admission) -> Admitted:
    """One kind of stream, or both in turn."""
    inside, outside = _clients(exposed, effort.keys)
    async with crowd(load) as within, crowd(load) as door:
        full = await _fill(within, inside, KINDS[name], effort)
        old = [one for one in within.clients if one.let_in_s is not None]
        await asyncio.sleep(effort.settling_s)
        alone_s = time.perf_counter()
        await asyncio.sleep(effort.seconds)
        beside_s, cpu_s = time.perf_counter(), time.process_time()
        knockers = KNOCKERS * max(1, len(old))
        for kind in islice(cycle(KINDS[name]), knockers):
            door.join(outside(), kind, knocks=True)
            await asyncio.sleep(min(1.0, effort.seconds) / knockers)
        await asyncio.sleep(effort.seconds)
        ended_s = time.perf_counter()
        cores = (time.process_time() - cpu_s) / (ended_s - beside_s)
    told = [one for client in door.clients for one in _before_let_in(client)]
    return Admitted(
        name=name,
        admitted={kind: sum(one.kind == kind for one in old) for kind in KINDS[name]},
        full=full,
        alone=_phase(old, alone_s, beside_s),
        beside=_phase(old, beside_s, ended_s),
        knockers=knockers,
        refusals=dict(Counter(one.code for one in told)),
        answered=spread(one.answered_ms for one in told) if told else None,
        told=spread(one.wait_ms for one in told) if told else None,
        let_in_later=sum(one.let_in_s is not None for one in door.clients),
        failures=failures([*old, *door.clients]),
        client_cores=round(cores, 2),
    )


def _clients(exposed: ExposedServer, keys: str) -> tuple[Callable[[], AsyncClient], Callable[[], AsyncClient]]:
    """What makes the clients of those who come first, and of those who knock."""
    if keys == "each":
        return lambda: exposed.client("inside"), lambda: exposed.client("outside")
    inside = exposed.client("inside")
    outside = inside if keys == "one" else exposed.client("outside")
    return lambda: inside, lambda: outside


def _phase(clients: Sequence[Experience], since_s: float, until_s: float) -> Phase:
    met = spreads(clients, since_s, until_s)
    return Phase(
        met,
        met[Figure.FIRST_AUDIO].count if Figure.FIRST_AUDIO in met else 0,
        len(refusals(clients, since_s, until_s)),
        sum(one.reduced_s is not None and one.reduced_s < until_s for one in clients),
    )


def _before_let_in(client: Experience) -> list[Refusal]:
    return [one for one in client.refusals if client.let_in_s is None or one.at_s < client.let_in_s]


async def _fill(within: Crowd, client: Callable[[], AsyncClient], kinds: Sequence[Kind], effort: Admission) -> bool:
    """Let clients in, the kinds in turn, until each is refused several times in a row. Whether that came to be."""
    refused = dict.fromkeys(kinds, 0)
    room = dict.fromkeys(kinds, effort.most)
    while coming := [kind for kind in kinds if refused[kind] < _REFUSALS and room[kind]]:
        for kind in coming:
            met = within.join(client(), kind)
            await asyncio.sleep(effort.apart_s)
            async with asyncio.timeout(_DECIDED_S_MAX):
                await met.decided.wait()
            if met.let_in_s is not None:
                refused[kind], room[kind] = 0, room[kind] - 1
            else:
                refused[kind] += 1
                await asyncio.sleep(met.refusals[-1].wait_ms / 1000 if met.refusals else 0.0)
    return all(count >= _REFUSALS for count in refused.values())
