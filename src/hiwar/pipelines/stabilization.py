"""Which words of a growing transcript are settled: shown once as stable, they never change again.

LocalAgreement (Liu et al. 2020, https://arxiv.org/abs/2005.11185) on whole words, so that no script is cut inside one.
"""

import unicodedata
from collections.abc import Sequence


class Stabilizer:
    """The stable words of one utterance.

    A word settles when `agreement` transcripts in a row agree on it and all before it, each of them sure of it: two
    that are guessed the same way agree as well. Capitals and punctuation may differ; those of the newest one settle.
    The last `held_back` words of every transcript do not count: the audio under them may be cut.
    """

    def __init__(self, agreement: int, held_back: int, sure_from: float = 0.0) -> None:
        self._agreement = agreement
        self._held_back = held_back
        self._sure_from = sure_from
        self._recent: list[list[str]] = []
        self._stable: list[str] = []

    @property
    def stable(self) -> str:
        """The stable words, joined by single spaces."""
        return " ".join(self._stable)

    def keeps(self, text: str) -> bool:
        """Whether the text begins with all stable words, but for capitals and punctuation."""
        return _plain_words(text.split()[: len(self._stable)]) == _plain_words(self._stable)

    def reconcile(self, text: str) -> str:
        """The text with the words that correspond to the stable ones replaced by them; spaces become single."""
        words = text.split()
        return " ".join([*self._stable, *words[_counterpart(self._stable, words) :]])

    def update(self, text: str, confidences: Sequence[float] = (), *, settle: bool = True) -> str:
        """Take the next transcript; returns it as it may be shown. `settle` False lets no further word settle.

        `confidences` (0 to 1) are those of the words of `text`; without them all are sure.
        """
        heard = text.split()
        counterpart = _counterpart(self._stable, heard)
        words = [*self._stable, *heard[counterpart:]]
        unsure = (place for place, sure in enumerate(confidences[counterpart:]) if sure < self._sure_from)
        sure = len(self._stable) + next(unsure, len(words))
        self._recent = [*self._recent, words[: max(0, min(sure, len(words) - self._held_back))]][-self._agreement :]
        if settle and len(self._recent) == self._agreement:
            agreed = _agreed(self._recent)
            if agreed > len(self._stable):
                self._stable = words[:agreed]
        return " ".join(words)


_BEFORE_COST = 0.1


def _counterpart(stable: Sequence[str], words: Sequence[str]) -> int:
    """How many of `words` say what `stable` says: the prefix with the least edit distance to it, on whole words.

    Words before those that it says cost little: a hearing may find a beginning that the ones before it had missed.
    """
    distances = [_BEFORE_COST * count for count in range(len(words) + 1)]
    plain = _plain_words(words)
    for row, settled in enumerate(_plain_words(stable), start=1):
        above, distances = distances, [float(row)]
        for column, word in enumerate(plain, start=1):
            replaced = above[column - 1] + _difference(word, settled)
            distances.append(min(replaced, above[column] + 1, distances[-1] + 1))
    return min(range(len(words) + 1), key=lambda count: (distances[count], abs(count - len(stable))))


def _difference(word: str, other: str) -> float:
    """0 for the same word to 1 for another: the share of letters outside the beginning and the end that both have."""
    longest = max(len(word), len(other))
    if word == other or not longest:
        return 0.0
    begin = _alike(word, other)
    end = _alike(word[begin:][::-1], other[begin:][::-1])
    return 1.0 - (begin + end) / longest


def _alike(word: str, other: str) -> int:
    """How many letters both begin with."""
    return next(
        (at for at, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), min(len(word), len(other))
    )


def _plain_words(words: Sequence[str]) -> list[str]:
    return [_plain(word) for word in words]


def _plain(word: str) -> str:
    """The word without what a recogniser adds and takes away from one hearing to the next."""
    letters = (letter for letter in word if unicodedata.category(letter) != "Mn")
    return "".join(letters).strip(".,;:!?،؛؟…").casefold()


def _agreed(transcripts: Sequence[list[str]]) -> int:
    """How many words they begin with alike."""
    agreed = 0
    for words in zip(*map(_plain_words, transcripts), strict=False):
        if len(set(words)) > 1:
            break
        agreed += 1
    return agreed
