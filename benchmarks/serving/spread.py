"""Percentiles of what was measured, by nearest rank: each is a value that was seen."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and slow ends of `count` values, rounded to microseconds when they are milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    largest: float


def spread(values: Iterable[float]) -> Spread:
    """Of at least one value."""
    ordered = sorted(values)
    p50, p95, p99, largest = (round(_at(ordered, part), 3) for part in (0.5, 0.95, 0.99, 1.0))
    return Spread(len(ordered), p50, p95, p99, largest)


def middle(values: Iterable[float]) -> float:
    """The median alone, not rounded."""
    return _at(sorted(values), 0.5)


def _at(ordered: Sequence[float], part: float) -> float:
    return ordered[math.ceil(part * len(ordered)) - 1]
