"""What one client of an exposed server meets: whether it is let in, and then each figure with the time it is from.

Times are by the monotonic clock of `time.perf_counter`, in seconds; figures are in ms.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from spread import Spread, spread

from hiwar.errors import HiwarError

Kind = Literal["tts", "asr"]


class Figure(StrEnum):
    """What is measured of a stream."""

    FIRST_AUDIO = "first audio"
    """From asking to the first chunk of audio, of the attempt that was served."""
    UNTIL_HEARD = "until heard"
    """From the first attempt of a text to its first chunk, refusals and the waits that they told of included."""
    STALL = "stall"
    """The longest silence in a request's audio when it is played from its first chunk on; 0 without one."""
    AGE = "age of partials"
    """`audio_to_emit_ms` of a partial: how old the newest audio is that it rests on, by the server."""
    SEEN = "partials seen"
    """From the sending of the frame in which a partial's voice ends to the partial."""
    FINAL = "final after speech"
    """From the sending of the frame in which an utterance's voice ends to its final; the endpoint's silence counts."""


_WAIT_MS = 1000.0
"""Of a client that was refused for good, until the same client is another one."""

OBJECTIVE_OF: dict[Kind, Figure] = {"tts": Figure.FIRST_AUDIO, "asr": Figure.AGE}
"""What the objective is about."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to a client that it cannot be served now: when, how soon it came, and what to wait then."""

    at_s: float
    code: str
    answered_ms: float
    wait_ms: float


@dataclass(slots=True)
class Experience:
    """One client. `decided` is set when it is served, or refused, for the first time; `failure` is what ended it.

    `reduced_s` is when it was first told that less is spent on it.
    """

    kind: Kind
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    let_in_s: float | None = None
    reduced_s: float | None = None
    refusals: list[Refusal] = field(default_factory=list)
    failure: str | None = None
    late_ms: float = 0.0
    """The most that this client was late itself."""
    figures: list[tuple[Figure, float, float]] = field(default_factory=list)
    """Of which figure, when, and how much."""

    def welcome(self) -> None:
        """The server serves it."""
        if self.let_in_s is None:
            self.let_in_s = time.perf_counter()
            self.decided.set()

    def less(self) -> None:
        """The server spends less on it."""
        self.reduced_s = self.reduced_s or time.perf_counter()

    def refused(self, error: HiwarError, asked_s: float) -> float:
        """The server cannot serve it now. For how many seconds it should wait."""
        now_s = time.perf_counter()
        wait_ms = error.wait_ms or _WAIT_MS
        self.refusals.append(Refusal(now_s, str(error.code), (now_s - asked_s) * 1000, wait_ms))
        self.decided.set()
        return wait_ms / 1000

    def add(self, figure: Figure, value: float) -> None:
        """A figure that is known now."""
        self.figures.append((figure, time.perf_counter(), value))


def values(clients: Iterable[Experience], figure: Figure, since_s: float, until_s: float) -> list[float]:
    """All values of a figure that became known within these times."""
    return [
        value for client in clients for of, at_s, value in client.figures if of is figure and since_s <= at_s < until_s
    ]


def spreads(clients: Iterable[Experience], since_s: float, until_s: float) -> dict[Figure, Spread]:
    """Each figure that was met within these times."""
    found = {figure: values(clients, figure, since_s, until_s) for figure in Figure}
    return {figure: spread(each) for figure, each in found.items() if each}


def failures(clients: Iterable[Experience]) -> dict[str, int]:
    """What ended clients that had been let in, by code."""
    return dict(Counter(client.failure for client in clients if client.failure is not None))


def refusals(clients: Iterable[Experience], since_s: float, until_s: float) -> list[Refusal]:
    """All that were told within these times."""
    return [one for client in clients for one in client.refusals if since_s <= one.at_s < until_s]
