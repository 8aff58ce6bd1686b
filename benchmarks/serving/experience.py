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
    """From asking to the first chunk of audio."""
    STALL = "stall"
    """The longest silence in a request's audio when it is played from its first chunk on; 0 without one."""
    AGE = "age of partials"
    """`audio_to_emit_ms` of a partial: how old the newest audio is that it rests on, by the server."""
    SEEN = "partials seen"
    """From the sending of the frame in which a partial's voice ends to the partial."""
    FINAL = "final after speech"
    """From the sending of the frame in which an utterance's voice ends to its final; the endpoint's silence counts."""


OBJECTIVE_OF: dict[Kind, Figure] = {"tts": Figure.FIRST_AUDIO, "asr": Figure.AGE}
"""What the objective is about."""


@dataclass(slots=True)
class Experience:
    """One client. Once `decided` is set it was let in, or has its `refusal`; `failure` is what ended it later."""

    kind: Kind
    began_s: float = field(default_factory=time.perf_counter)
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    decided_s: float = 0.0
    refusal: HiwarError | None = None
    failure: str | None = None
    late_ms: float = 0.0
    """The most that this client was late itself."""
    figures: list[tuple[Figure, float, float]] = field(default_factory=list)
    """Of which figure, when, and how much."""

    @property
    def let_in(self) -> bool:
        """Whether the server takes it."""
        return self.decided.is_set() and self.refusal is None

    @property
    def decided_ms(self) -> float:
        """From its first byte to the server's yes or no."""
        return (self.decided_s - self.began_s) * 1000

    def welcome(self) -> None:
        """The server has answered as one answers a client that is let in."""
        if not self.decided.is_set():
            self.decided_s = time.perf_counter()
            self.decided.set()

    def ended(self, error: HiwarError | TimeoutError) -> None:
        """The server has refused it, or broken off."""
        if self.decided.is_set():
            self.failure = str(error.code) if isinstance(error, HiwarError) else "no answer"
            return
        self.refusal = error if isinstance(error, HiwarError) else None
        self.failure = None if self.refusal else "no answer"
        self.welcome()

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
