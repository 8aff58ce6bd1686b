"""The entries of `lexicon.tsv` by the spellings that they are found by; how they are joined is left to `lexicon`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hiwar.text.arabic.letters import MARKS
from hiwar.text.arabic.marks import ASK, letters, wants

_ONE_ALEF = str.maketrans("أإآٱ", "اااا")


@dataclass(frozen=True, slots=True)
class Entry:
    """A word with its vowels; `kind` tells what it may be written together with, as the file's head says."""

    kind: str
    marked: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries by bare spelling. `exact` goes first; `pairs` has both words with one alef."""

    exact: Mapping[str, tuple[Entry, ...]]
    loose: Mapping[str, tuple[Entry, ...]]
    """By spellings with other alefs than the dictionary's: hamzas left out, or put where there is none."""
    pairs: Mapping[tuple[str, str], tuple[str, str]]

    def holds(self, spelling: str) -> bool:
        """Whether there is an entry of any kind but pairs."""
        return spelling in self.exact or spelling in self.loose


def with_one_alef(word: str) -> str:
    """The word with all alefs bare, so that hamzas may be written or left out."""
    return word.translate(_ONE_ALEF)


@cache
def lexicon_entries() -> Lexicon:
    """The data file, read once."""
    exact: dict[str, list[Entry]] = defaultdict(list)
    loose: dict[str, list[Entry]] = defaultdict(list)
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    for kind, marked in _lines():
        if kind == "pair":
            first, second = marked.split("_")
            pairs[with_one_alef(_bare(first)), with_one_alef(_bare(second))] = _opened(first), _opened(second)
            continue
        bare = _bare(marked)
        entry = Entry(kind, marked if kind == "fixed" else _opened(marked))
        exact[bare].append(entry)
        for spelling in {with_one_alef(bare), "إ" + bare[1:] if bare[0] == "ا" else bare} - {bare}:
            loose[spelling].append(entry)
    return Lexicon(_frozen(exact), _frozen(loose), pairs)


def _frozen(entries: Mapping[str, list[Entry]]) -> dict[str, tuple[Entry, ...]]:
    return {spelling: tuple(found) for spelling, found in entries.items()}


def _lines() -> Iterator[tuple[str, str]]:
    """Kind and marked word (or pair) of each entry."""
    for line in (files("hiwar.text.arabic") / "lexicon.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, words = line.split("\t")
            yield from ((kind, word) for word in words.split())


def _opened(marked: str) -> str:
    """With ASK on a last letter that has no vowel and does not make one long."""
    before, last = [("", ""), *letters(marked)][-2:]
    return marked + ASK if wants(before, last) else marked


def _bare(word: str) -> str:
    return "".join(letter for letter in word if letter not in MARKS)
