"""Which engine step goes next: in turns among keys for what is due, by deadline for the rest. No threads, no clock."""

import heapq
import itertools
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(order=True, slots=True)
class Entry(Generic[Item]):
    """One step that waits, or runs once `begun`."""

    deadline_s: float
    order: int
    item: Item = field(compare=False)
    key: str = field(compare=False)
    weight: float = field(compare=False)
    begun: bool = field(default=False, compare=False)
    is_due: bool = field(default=False, compare=False)
    charged_s: float = field(default=0.0, compare=False)


@dataclass(slots=True)
class _Share(Generic[Item]):
    """What one key has waiting, how many of its steps run, and the seconds of compute it has had, by its weight."""

    waiting: list[Entry[Item]] = field(default_factory=list)
    running: int = 0
    served_s: float = 0.0


class Schedule(Generic[Item]):
    """Steps that wait, each of a key, with the time at which somebody misses it.

    Steps due within `due_ahead_s` go first: the key goes next that has had the least compute for its weight, so that
    fifty steps of one key hold up another's by one, and of a key's own steps the nearest deadline. When none is due the
    nearest deadline of all goes. A key that comes back after a pause has no claim for it (start-time fair queueing,
    Goyal, Vin and Cheng 1996).
    """

    def __init__(self, due_ahead_s: float) -> None:
        self._due_ahead_s = due_ahead_s
        self._shares: dict[str, _Share[Item]] = {}
        self._order = itertools.count()
        self._waiting = 0
        self._reached_s = 0.0
        self._usual_s = 0.0

    def __len__(self) -> int:
        return self._waiting

    def put(self, item: Item, *, key: str, weight: float, deadline_s: float) -> Entry[Item]:
        """A step that waits from now on. `deadline_s` in seconds of the clock that `take` is given."""
        entry = Entry(deadline_s, next(self._order), item, key, weight)
        share = self._shares.setdefault(key, _Share())
        if not share.waiting and not share.running:
            share.served_s = max(share.served_s, self._reached_s)
        heapq.heappush(share.waiting, entry)
        self._waiting += 1
        return entry

    def is_due(self, deadline_s: float, now: float) -> bool:
        """Whether a step with this deadline goes before all that are not."""
        return deadline_s <= now + self._due_ahead_s

    def due_in(self, now: float) -> float | None:
        """In how many seconds the next of those that wait is due; None when none waits."""
        deadlines_s = [share.waiting[0].deadline_s for share in self._shares.values() if share.waiting]
        return max(0.0, min(deadlines_s) - self._due_ahead_s - now) if deadlines_s else None

    def take(self, now: float) -> Entry[Item] | None:
        """The step that goes next; None when none waits."""
        return self.take_due(now) or self.take_ahead(now)

    def take_due(self, now: float) -> Entry[Item] | None:
        """The step that goes next of those that are due; None when none is."""
        waiting = [share for share in self._shares.values() if share.waiting]
        due = [share for share in waiting if self.is_due(share.waiting[0].deadline_s, now)]
        if not due:
            return None
        share = min(due, key=lambda share: (share.served_s, share.waiting[0]))
        self._reached_s = max(self._reached_s, share.served_s)
        return self._begin(share, self._usual_s, is_due=True)

    def take_ahead(self, now: float) -> Entry[Item] | None:
        """The step that goes next of those that are not due; None when there is none."""
        waiting = [share for share in self._shares.values() if share.waiting]
        ahead = [share for share in waiting if not self.is_due(share.waiting[0].deadline_s, now)]
        if not ahead:
            return None
        # Compute that nobody needed is nobody's debt.
        return self._begin(min(ahead, key=lambda share: share.waiting[0]), 0.0, is_due=False)

    def done(self, entry: Entry[Item], seconds: float) -> None:
        """A step that was taken is over, after so much compute."""
        share = self._shares[entry.key]
        share.running -= 1
        if entry.is_due:
            share.served_s += seconds / entry.weight - entry.charged_s
        self._usual_s += (seconds - self._usual_s) / 16
        self._forget()

    def withdraw(self, entry: Entry[Item]) -> bool:
        """Take back a step that waits; False when it has begun, or was taken back before."""
        share = self._shares.get(entry.key)
        if entry.begun or share is None or entry not in share.waiting:
            return False
        share.waiting.remove(entry)
        heapq.heapify(share.waiting)
        self._waiting -= 1
        return True

    def drain(self) -> list[Entry[Item]]:
        """All steps that wait; none does afterwards."""
        entries = [entry for share in self._shares.values() for entry in share.waiting]
        for share in self._shares.values():
            share.waiting.clear()
        self._waiting = 0
        return entries

    def _begin(self, share: _Share[Item], usual_s: float, *, is_due: bool) -> Entry[Item]:
        entry = heapq.heappop(share.waiting)
        self._waiting -= 1
        entry.begun, entry.is_due, entry.charged_s = True, is_due, usual_s / entry.weight
        share.served_s += entry.charged_s
        share.running += 1
        return entry

    def _forget(self) -> None:
        """Keys that have no more claim than a new one; none has when all work is done."""
        if not any(share.waiting or share.running for share in self._shares.values()):
            self._reached_s = max(share.served_s for share in self._shares.values())
        for key, share in list(self._shares.items()):
            if not share.waiting and not share.running and share.served_s <= self._reached_s:
                del self._shares[key]
