"""Which words of a growing transcript are settled: shown once as stable, they never change again.

LocalAgreement (Liu et al. 2020, https://arxiv.org/abs/2005.11185) on whole words, so that no script is cut inside one.
"""

from collections.abc import Sequence


class Stabilizer:
    """The stable words of one utterance.

    A word settles when `agreement` transcripts in a row agree on it and all before it. The last `held_back` words of
    every transcript do not count: the audio under them may be cut.
    """

    def __init__(self, agreement: int, held_back: int) -> None:
        self._agreement = agreement
        self._held_back = held_back
        self._recent: list[list[str]] = []
        self._stable: list[str] = []

    @property
    def stable(self) -> str:
        """The stable words, joined by single spaces."""
        return " ".join(self._stable)

    def keeps(self, text: str) -> bool:
        """Whether the text begins with all stable words."""
        return text.split()[: len(self._stable)] == self._stable

    def reconcile(self, text: str) -> str:
        """The text with the words that correspond to the stable ones replaced by them; spaces become single."""
        words = text.split()
        return " ".join([*self._stable, *words[_counterpart(self._stable, words) :]])

    def update(self, text: str, *, settle: bool = True) -> str:
        """Take the next transcript; returns it as it may be shown. `settle` False lets no further word settle."""
        shown = self.reconcile(text)
        words = shown.split()
        self._recent = [*self._recent, words[: max(0, len(words) - self._held_back)]][-self._agreement :]
        if settle and len(self._recent) == self._agreement:
            agreed = _common_prefix(self._recent)
            if len(agreed) > len(self._stable):
                self._stable = agreed
        return shown


def _counterpart(stable: Sequence[str], words: Sequence[str]) -> int:
    """How many of `words` say what `stable` says: the prefix with the least edit distance to it, on whole words."""
    distances = [float(count) for count in range(len(words) + 1)]
    plain = [_plain(word) for word in words]
    for row, settled in enumerate(map(_plain, stable), start=1):
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


def _plain(word: str) -> str:
    """The word without what a recogniser adds and takes away from one hearing to the next."""
    return word.strip(".,;:!?،؛؟…").casefold()


def _common_prefix(transcripts: Sequence[list[str]]) -> list[str]:
    agreed: list[str] = []
    for words in zip(*transcripts, strict=False):
        if len(set(words)) > 1:
            break
        agreed.append(words[0])
    return agreed
