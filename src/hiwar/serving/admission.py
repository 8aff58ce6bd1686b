"""Whether one more stream, or synthesis request, can be served as well as those that are here.

Knows what each kind of work costs on this machine, from the engine steps as they run, and how late results have been.
Plain code that is asked; where it is asked, and what is told to the client, is left to the service and the drivers.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil, exp

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.clock import Clock
from hiwar.serving.costs import Cost, Lately, Punctuality
from hiwar.serving.keys import Service
from hiwar.serving.limits import AdmissionSettings
from hiwar.serving.workers import Share, StepTimes

_RELIEVED = 0.8
"""The part of the load that began the pressure, below which it is over."""
_WEIGHED_S = 1.0
"""How often the load is looked at while nobody comes or goes: costs are learned meanwhile."""
_YOUNG_S = 5.0
"""How long a stream has been here before its effect on the others is seen."""
_RUSH = 0.5
"""The part of what is left of the machine that streams younger than that may need; one of them is let in anyhow."""
_SPOKEN_TO_AT_ONCE = 10
"""How many of those who are spoken to may be as young, by thread; or a quarter of those who were here before."""
_GREEDY = 1.5
"""How many even shares of the machine make a key that others need not wait for."""
_BUSY_S = 3.0
"""Over how long it is seen how busy the engine threads are with what cannot wait."""
_CROWD_S = 10.0
"""How long who was refused counts as somebody who waits."""
_RETRY_MIN_S, _RETRY_MAX_S = 0.1, 15.0
_KNOCKS_PER_S = 25
"""How often a second all who were refused may come again: each costs about a millisecond of the event loop."""
_HELD_S: Mapping[Service, float] = {"tts": 2.0, "asr": 20.0}
"""How long work is held at first guess, until some has ended."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Work of one cost: which service, and by what. As many as there are voices and languages.

    `shows_partials` belongs to who speaks now and looks at the text: it comes late when there are too many of them.
    """

    service: Service
    name: str
    shows_partials: bool = False


@dataclass(slots=True, eq=False)
class Admitted:
    """The place of one stream that was taken. Its driver tells what it takes; that is how costs are known."""

    kind: Kind
    share: Share
    began_s: float
    clock: Clock = field(repr=False)
    cost_of: Callable[[Kind], Cost] = field(repr=False)
    punctuality: Punctuality = field(repr=False)
    reduced: Callable[[], bool] = field(repr=False)
    busy: Lately = field(repr=False)
    waits_since_s: float | None = None
    """Since when first audio is waited for, with text enough to speak; None once it is there."""
    has_begun: bool = False
    compute_s: float = 0.0
    audio_s: float = 0.0
    known_s: float = 0.0
    """Time of which the cost is known to `cost_of`."""

    @property
    def cost(self) -> Cost:
        """What this kind of work costs here."""
        return self.cost_of(self.kind)

    def asks(self, kind: Kind) -> None:
        """A synthesis request begins."""
        self.kind, self.has_begun, self.compute_s, self.waits_since_s = kind, False, 0.0, None

    def waits(self) -> None:
        """There is text enough for its first audio."""
        if not self.has_begun and self.waits_since_s is None:
            self.waits_since_s = self.clock()

    def starved(self) -> None:
        """There was not enough text after all; or nobody waits for the request any more."""
        self.waits_since_s = None

    def first(self) -> None:
        """Its first audio is there."""
        now = self.clock()
        late_s = 0.0 if self.waits_since_s is None else now - self.waits_since_s
        self.has_begun, self.waits_since_s = True, None
        self.cost.first(self.compute_s)
        self.result(late_s)

    def result(self, late_s: float) -> None:
        """A result that the objective is about came so long after it was waited for: first audio, or a partial."""
        self.punctuality.add(late_s, self.clock())

    def ran(self, times: StepTimes) -> None:
        """A step of it is over."""
        # On a busy machine a step stands still for a part of its time; an engine may compute where no one sees it.
        compute_s = max(times.cpu_s, times.ran_s / 2)
        self.compute_s += compute_s
        self.cost.add(compute_s=compute_s, reduced=self.reduced())
        # What is made far ahead of its playback could wait; under pressure nothing is.
        if times.was_due or self.kind.service == "asr" or self.reduced():
            self.busy.add(times.ran_s, self.clock())

    def lasted(self, audio_s: float = 0.0) -> None:
        """So much more audio was made or heard. Who is spoken to listens and thinks in between: that counts as well."""
        self.audio_s += audio_s
        spent_s = self.audio_s if self.kind.service == "asr" else max(self.audio_s, self.clock() - self.began_s)
        self.cost.add(audio_s=spent_s - self.known_s, reduced=self.reduced())
        self.known_s = spent_s


class Admission:
    """All that is being served. `threads` is how many seconds of compute the machine has in a second."""

    def __init__(
        self,
        settings: AdmissionSettings,
        threads: float,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.refused: Counter[str] = Counter()
        """How often, by reason."""
        self.taken: Counter[Service] = Counter()
        """How many places, by service: of recognition streams, and of synthesis streams that began to ask."""
        self._settings = settings
        self._threads = threads
        self._clock = clock
        self._chance = chance
        self._costs: dict[Kind, Cost] = {}
        self._here: set[Admitted] = set()
        self._held_s = dict(_HELD_S)
        self._punctuality = {
            "tts": Punctuality(settings.first_audio_ms / 1000),
            "asr": Punctuality(settings.partial_lag_ms / 1000),
        }
        self._reduced = False
        self._weighed_s = clock()
        self._crowd = Lately(_CROWD_S)
        self._busy = Lately(_BUSY_S)

    @property
    def reduced(self) -> bool:
        """Whether less is spent on each stream, so that all of them are served: longer steps, fewer partials."""
        if self._clock() - self._weighed_s >= _WEIGHED_S:
            self._weigh()
        return self._reduced

    @property
    def load(self) -> float:
        """The part of the machine that those need who are here, 0 to 1 and beyond."""
        return self._demand(self._here, reduced=self._reduced) / self._threads

    @contextlib.contextmanager
    def admitted(self, kind: Kind, share: Share) -> Iterator[Admitted]:
        """A place for the time of the context. Raises HiwarError server_busy, with a time to wait."""
        now = self._clock()
        punctuality = self._punctuality[kind.service]
        mine = Admitted(kind, share, now, self._clock, self._cost, punctuality, lambda: self._reduced, self._busy)
        if self._settings.enabled and self._here:
            self._examine(mine)
        self._here.add(mine)
        self.taken[kind.service] += 1
        self._weigh()
        try:
            yield mine
        finally:
            self._here.discard(mine)
            mine.lasted()
            held_s = self._held_s[kind.service]
            self._held_s[kind.service] = held_s + (self._clock() - now - held_s) / 16
            self._weigh()

    def _cost(self, kind: Kind) -> Cost:
        return self._costs.setdefault(kind, Cost.guessed(kind.service))

    def _examine(self, mine: Admitted) -> None:
        """Raise HiwarError when an objective would not hold with one more.

        A key that has less than its even share of the machine is taken as long as there is any compute left: the
        schedule lets it have that, and who has more than theirs waits.
        """
        demand_s = self._demand([*self._here, mine], reduced=True)
        is_modest = self._is_modest(mine)
        room_s = self._threads * (1.0 if is_modest else self._settings.utilisation_max)
        if max(demand_s, self._busy_with(mine, demand_s)) > room_s:
            self._refuse("compute", self._released_in_s(mine.kind.service))
        if not is_modest and self._is_rush(mine, demand_s):
            self._refuse("rush", _YOUNG_S / 2)
        late_s = self._first_result_s(mine) - mine.punctuality.objective_s
        if mine.kind.service == "tts" and late_s > 0:
            self._refuse("first_audio", late_s)
        if not is_modest and not mine.punctuality.holds(mine.began_s):
            reason = "first_audio" if mine.kind.service == "tts" else "partial_lag"
            self._refuse(reason, max(1.0, self._released_in_s(mine.kind.service)))

    def _busy_with(self, mine: Admitted, demand_s: float) -> float:
        """How busy the threads would be with what cannot wait, if it grew like the demand."""
        if not any(_is_seen(admitted, mine) for admitted in self._here):
            return 0.0
        # Whoever came lately is in the sum by as much as `Lately` has counted of them.
        shown_s = sum(
            admitted.cost.rate(reduced=True) * (1 - exp((admitted.began_s - mine.began_s) / _BUSY_S))
            for admitted in self._here
        )
        return self._busy.sum(mine.began_s) / _BUSY_S * demand_s / shown_s

    def _is_rush(self, mine: Admitted, demand_s: float) -> bool:
        """Whether too many are too young for anybody to know how well they can be served all together."""
        alike = [admitted for admitted in self._here if admitted.kind.service == mine.kind.service]
        young = [admitted for admitted in alike if not _is_seen(admitted, mine)]
        if mine.kind.service == "tts":
            return len(young) >= max(_SPOKEN_TO_AT_ONCE * self._threads, (len(alike) - len(young)) / 4)
        young_s = self._demand([mine, *young], reduced=True)
        room_s = self._threads * self._settings.utilisation_max
        return mine.kind.shows_partials and bool(young) and young_s > _RUSH * (room_s - (demand_s - young_s))

    def _is_modest(self, mine: Admitted) -> bool:
        """Whether its key would have no more than its even share, while another has much more than that."""
        keys: dict[str, list[Admitted]] = {mine.share.key: [mine]}
        for admitted in self._here:
            keys.setdefault(admitted.share.key, []).append(admitted)
        room_s = self._threads * self._settings.utilisation_max
        weights_s = room_s / sum(theirs[0].share.weight for theirs in keys.values())
        parts = {
            key: self._demand(theirs, reduced=True) / (weights_s * theirs[0].share.weight)
            for key, theirs in keys.items()
        }
        own = parts.pop(mine.share.key)
        is_first = len(keys[mine.share.key]) == 1
        return (is_first or own <= 1) and any(part > _GREEDY and len(keys[key]) > 1 for key, part in parts.items())

    def _first_result_s(self, mine: Admitted) -> float:
        """When the first result would come: behind those of the own key, and one turn of each other key."""
        behind: dict[str, list[float]] = {}
        for admitted in self._here:
            if admitted.waits_since_s is not None:
                behind.setdefault(admitted.share.key, []).append(admitted.cost.first_s)
        own_s = sum(behind.pop(mine.share.key, ()))
        # In turns: another key gets as much as the own one, and one step.
        others_s = sum(min(sum(theirs), own_s + max(theirs)) for theirs in behind.values())
        return (own_s + others_s) / self._threads + mine.cost.first_s

    def _refuse(self, reason: str, wait_s: float) -> None:
        self.refused[reason] += 1
        crowd_s = self._crowd.add(1, self._clock()) / _KNOCKS_PER_S
        # Spread, or all who were refused together come back together.
        spread_s = min(_RETRY_MAX_S, max(_RETRY_MIN_S, wait_s, crowd_s)) * (0.75 + self._chance() / 2)
        message = "The server has as much to do as it can do well; wait a little, then try again."
        raise HiwarError(ErrorCode.SERVER_BUSY, message, ceil(spread_s * 1000))

    def _released_in_s(self, service: Service) -> float:
        """When the next of those here is likely to end."""
        count = sum(admitted.kind.service == service for admitted in self._here)
        return self._held_s[service] / max(1, count)

    def _demand(self, those: Iterable[Admitted], *, reduced: bool) -> float:
        """Seconds of compute in a second, in full, or with less spent on each."""
        kinds = Counter(admitted.kind for admitted in those)
        return sum(count * self._cost(kind).rate(reduced=reduced) for kind, count in kinds.items())

    def _weigh(self) -> None:
        """Begin to spend less, or end it, by what would be needed if all were served in full."""
        self._weighed_s = self._clock()
        full = self._demand(self._here, reduced=False) / self._threads
        pressure = self._settings.pressure_from
        self._reduced = self._settings.enabled and full > (pressure * _RELIEVED if self._reduced else pressure)


def _is_seen(admitted: Admitted, by: Admitted) -> bool:
    """Whether it has been here for long enough that what it needs is known when the other comes."""
    return by.began_s - admitted.began_s >= _YOUNG_S
