"""What one kind of work costs on this machine, how punctual results have been, and how many wait outside."""

from collections import deque
from dataclasses import dataclass, field
from math import exp

from hiwar.serving.keys import Service

_GUESSED = {"tts": 0.1, "asr": 0.3}
"""Seconds of compute a second of audio, before any was measured: rather too much than too little."""
_GUESSED_FIRST_S = 0.02
_GUESS_COUNTS_S = 5.0
_REMEMBERED_S = 120.0
"""Audio of which the cost is known; what is older counts for less and less."""
_REDUCED = 0.7
"""What is left of the cost when less is spent, before that was measured."""

_WINDOW_S = 15.0
_RESULTS_MAX = 2048
_MARGIN = 0.75
"""The part of the objective from which on a result counts as late: with one more it would be."""
_EXCUSED = 0.05
"""The part of the results that may be late: the objective is one of the 95th percentile."""


@dataclass(slots=True)
class _Ratio:
    """Of what was measured, and at first of a guess, which counts for so much audio."""

    guess: float
    guess_counts_s: float = _GUESS_COUNTS_S
    compute_s: float = 0.0
    audio_s: float = 0.0

    def add(self, compute_s: float, audio_s: float) -> None:
        self.compute_s += compute_s
        self.audio_s += audio_s
        if (known_s := self.audio_s + self.guess_counts_s) > _REMEMBERED_S:
            kept = _REMEMBERED_S / known_s
            self.compute_s *= kept
            self.audio_s *= kept
            self.guess_counts_s *= kept

    @property
    def value(self) -> float:
        return (self.compute_s + self.guess * self.guess_counts_s) / (self.audio_s + self.guess_counts_s)


@dataclass(slots=True)
class Cost:
    """Of one kind of work: compute for a second of audio, in full and with less spent on it, and before any result."""

    full: _Ratio
    less: _Ratio | None = None
    first_s: float = _GUESSED_FIRST_S

    @classmethod
    def guessed(cls, service: Service) -> "Cost":
        """Before anything was measured."""
        return cls(_Ratio(_GUESSED[service]))

    def add(self, *, compute_s: float = 0.0, audio_s: float = 0.0, reduced: bool) -> None:
        """So much was computed, or so much audio came of it."""
        if not reduced:
            self.full.add(compute_s, audio_s)
            return
        if self.less is None:
            self.less = _Ratio(self.full.value * _REDUCED)
        self.less.add(compute_s, audio_s)
        # Else a guess that is too high would reduce what is spent, and never be found out.
        self.full.guess = self.less.value / _REDUCED

    def first(self, compute_s: float) -> None:
        """A first result took so much compute."""
        self.first_s += (compute_s - self.first_s) / 8

    def rate(self, *, reduced: bool) -> float:
        """Seconds of compute for a second of audio."""
        if not reduced:
            return self.full.value
        return self.full.value * _REDUCED if self.less is None else min(self.full.value, self.less.value)


@dataclass(slots=True)
class Punctuality:
    """Whether the results of the last quarter of a minute came within the objective, all but one in twenty."""

    objective_s: float
    _results: deque[tuple[float, bool]] = field(default_factory=deque)
    _late: int = 0

    def add(self, late_s: float, now: float) -> None:
        """A result came so long after it was waited for."""
        is_late = late_s > _MARGIN * self.objective_s
        self._results.append((now, is_late))
        self._late += is_late
        self._forget(now)

    def holds(self, now: float) -> bool:
        """Whether the objective does; a single late result is none too many."""
        self._forget(now)
        return self._late <= max(1.0, _EXCUSED * len(self._results))

    def _forget(self, now: float) -> None:
        while self._results and (len(self._results) > _RESULTS_MAX or now - self._results[0][0] > _WINDOW_S):
            self._late -= self._results.popleft()[1]


@dataclass(slots=True)
class Lately:
    """A sum of what came lately: it counts for less and less, a third of it after `over_s`."""

    over_s: float
    _sum: float = 0.0
    _at_s: float = 0.0

    def add(self, amount: float, now: float) -> float:
        """Count more of it. Returns the sum."""
        self._sum = amount + self.sum(now)
        self._at_s = now
        return self._sum

    def sum(self, now: float) -> float:
        """What still counts."""
        return self._sum * exp(min(0.0, self._at_s - now) / self.over_s)
