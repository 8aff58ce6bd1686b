"""Which word of a text each word of its rewritten form stands for: "$5 in 2 km" and "5 dollars in 2 kilometers"."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile

_DIGIT_WEIGHT = 5
"""How many letters a digit is about as long as, once it is written out."""


def align(source: Sequence[str], written: Sequence[str]) -> list[int]:
    """For each written word the index of the source word it stands for, never falling; in linear time.

    Words that are the same in both, and as often, hold the two together. Source words between those share the written
    ones by length, one each as far as they go round.
    Written words that nothing stands for join the word before. `source` must not be empty unless `written` is.
    """
    if len(source) == len(written):
        return list(range(len(source)))
    owners: list[int] = []
    start = 0
    for index, place in (*_anchors(source, written), (len(source), len(written))):
        owners += _between(source, range(start, index), written[len(owners) : place])
        owners += [index] if place < len(written) else []
        start = index + 1
    return owners


def _anchors(source: Sequence[str], written: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Index pairs of the words that both hold as often and in the same order, up to the first that disagree."""
    here, there = Counter(source), Counter(written)
    pairs = zip(
        (index for index, word in enumerate(source) if here[word] == there[word]),
        (index for index, word in enumerate(written) if here[word] == there[word]),
        strict=True,
    )
    return takewhile(lambda pair: source[pair[0]] == written[pair[1]], pairs)


def _between(source: Sequence[str], indexes: range, written: Sequence[str]) -> list[int]:
    """Owners, out of `indexes`, of the written words between two anchors."""
    if not indexes:
        return [max(0, indexes.start - 1)] * len(written)
    if len(indexes) == 1:
        return [indexes.start] * len(written)
    return _shared(source, indexes, written)


def _shared(source: Sequence[str], indexes: Sequence[int], written: Sequence[str]) -> list[int]:
    """Owners of written words by where in the whole length their middle falls."""
    if len(written) < len(indexes):
        indexes = [index for index in indexes if any(map(str.isalnum, source[index]))] or indexes
    ends = list(accumulate(_weight(source[index]) for index in indexes))
    reached = list(accumulate(map(_weight, written), initial=0))
    owners: list[int] = []
    current = -1
    for place in range(len(written)):
        middle = (reached[place] + reached[place + 1]) / 2 * ends[-1] / reached[-1]
        # Never so late that a source word is left without a written one, nor past a source word.
        latest = len(indexes) - len(written) + place
        current = min(max(bisect_right(ends, middle), latest), current + 1, len(indexes) - 1)
        owners.append(indexes[current])
    return owners


def _weight(word: str) -> int:
    return len(word) + (_DIGIT_WEIGHT - 1) * sum(map(str.isdigit, word))
