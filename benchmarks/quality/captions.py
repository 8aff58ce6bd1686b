"""What a caption says over time, and what can be measured on it: when words appear, settle, and are taken back.

Pure functions of what was shown and when. Times are in seconds from the first sample of the audio; where they come
from, and what is made of many recordings, is left to the benchmarks.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from error_rates import comparable


@dataclass(frozen=True, slots=True)
class Shown:
    """A partial or a final as it reached the client at `at_s`. `stable` is what it says will not change again.

    `start_s` and `end_s`: the audio that it rests on, where that is known; `waited_s` is the server's own
    `audio_to_emit_ms`.
    """

    at_s: float
    segment: int
    text: str
    stable: str
    final: bool
    start_s: float | None = None
    end_s: float | None = None
    waited_s: float | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech from `begin_s` to `end_s`."""

    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word of the reference in its comparable form, and where it ends; None when that is not known."""

    text: str
    end_s: float | None


Words = Callable[[str], list[str]]


def comparable_words(text: str) -> list[str]:
    """The words that the error rates see."""
    return comparable(text).split()


def running_texts(shown: Sequence[Shown], part: Callable[[Shown], str]) -> list[str]:
    """What the whole caption says at each moment: `part` of each segment, as last shown, in the order of segments."""
    segments: dict[int, str] = {}
    texts = []
    for one in shown:
        segments[one.segment] = part(one)
        texts.append(" ".join(text for _, text in sorted(segments.items()) if text))
    return texts


def matched(said: Sequence[str], heard: Sequence[str], *, begun: bool) -> list[int | None]:
    """For each word of `heard` the place in `said` of the word that it is, by the fewest edits; None for an error.

    `begun`: `heard` need not go on to the end of `said`, as with a partial.
    """
    costs = [[*range(len(heard) + 1)]]
    for row, word in enumerate(said, start=1):
        line = [row]
        for column, other in enumerate(heard, start=1):
            replaced = costs[-1][column - 1] + (word != other)
            line.append(min(replaced, costs[-1][column] + 1, line[-1] + 1))
        costs.append(line)
    row = min(range(len(costs)), key=lambda number: costs[number][-1]) if begun else len(said)
    places: list[int | None] = [None] * len(heard)
    column = len(heard)
    while row and column:
        same = said[row - 1] == heard[column - 1]
        if costs[row][column] == costs[row - 1][column - 1] + (not same):
            row, column = row - 1, column - 1
            places[column] = row if same else None
        elif costs[row][column] == costs[row - 1][column] + 1:
            row -= 1
        else:
            column -= 1
    return places


def first_seen(words: Sequence[TimedWord], shown: Sequence[Shown], part: Callable[[Shown], str]) -> list[float | None]:
    """When each word first stood in the caption (`part` of it); None for a word that never did."""
    said = [word.text for word in words]
    seen: list[float | None] = [None] * len(said)
    before = ""
    for one, text in zip(shown, running_texts(shown, part), strict=True):
        if text == before:
            continue
        before = text
        for place in matched(said, comparable_words(text), begun=True):
            if place is not None and seen[place] is None:
                seen[place] = one.at_s
    return seen


def lags(words: Sequence[TimedWord], seen: Sequence[float | None]) -> list[float]:
    """From the end of each word to when it was seen; words without either are left out."""
    return [
        at_s - word.end_s for word, at_s in zip(words, seen, strict=True) if at_s is not None and word.end_s is not None
    ]


def revised(shown: Iterable[Shown], words: Words) -> int:
    """Words that were shown and then changed: in each text of a segment, those behind its common beginning with the
    next one. A segment that ends without a final takes all its words back.
    """
    by_segment: dict[int, list[list[str]]] = {}
    closed: set[int] = set()
    for one in shown:
        by_segment.setdefault(one.segment, []).append(words(one.text))
        if one.final:
            closed.add(one.segment)
    taken_back = 0
    for segment, texts in by_segment.items():
        ends = texts if segment in closed else [*texts, []]
        taken_back += sum(len(one) - _common(one, following) for one, following in pairwise(ends))
    return taken_back


def broken_promises(shown: Iterable[Shown]) -> int:
    """Texts of a segment that do not begin, letter by letter, with what an earlier one said was stable."""
    promised: dict[int, str] = {}
    broken = 0
    for one in shown:
        before = promised.get(one.segment, "")
        kept = one.text.startswith(before) and one.stable.startswith(before) and one.text.startswith(one.stable)
        broken += not kept
        promised[one.segment] = one.stable
    return broken


def largest_gap(stretch: Stretch, times_s: Sequence[float]) -> float | None:
    """The longest time inside speech without news, from the first news in it to its end; None when there was none."""
    inside = [at_s for at_s in times_s if stretch.begin_s <= at_s <= stretch.end_s]
    if not inside:
        return None
    return max(later - earlier for earlier, later in pairwise([*inside, stretch.end_s]))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
