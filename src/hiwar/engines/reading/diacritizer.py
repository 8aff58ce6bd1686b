"""Restores Arabic vowel marks with a model of the text2tashkeel package, and keeps whatever the writer marked.

The package's own decoder drops marks that are there and may change letters; this one reads the same two heads
(is there a mark, which one) and chooses only among marks that leave the written letter what it is.
"""

import itertools
import json
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.onnx_sessions import Session
from hiwar.text.arabic.letters import DAMMA, MARKS, SHADDA, SUKUN, VOWEL_OF_MARK
from hiwar.text.arabic.marks import ASK, LETTER_PARTS, VOWEL_MARKS, Letter, undecided

MODEL = "rawi_v3.int8.onnx"
_VOCABULARY = "rawi_v2.vocab.json"

_Need = tuple[str, str, bool]
"""Hamza or madda, doubling, and whether a vowel is needed."""
_OpenWord = tuple[int, int, list[bool]]
"""First letter of a word, the one after its last, and which of them still want marks."""
_CLUSTER = [SUKUN, SUKUN]
_GLIDES = "وي"
"""After these as a diphthong, a consonant may lack a vowel at the end of a word."""
_MAX_ARTICLE = 4
"""Letters of the article with what is written before it."""


def model_bytes() -> bytes:
    """The ONNX model as the package ships it."""
    return (files("text2tashkeel") / "models" / MODEL).read_bytes()


class Diacritizer:
    """Bare Arabic text to text with vowel marks. Stateless after construction; safe to call from several threads."""

    def __init__(self, session: Session) -> None:
        vocabulary = json.loads((files("text2tashkeel") / "models" / _VOCABULARY).read_text(encoding="utf-8"))
        self._session = session
        self._ids: dict[str, int] = vocabulary["char_to_idx"]
        self._unknown = self._ids["<UNK>"]
        self._classes = _classes(vocabulary["diac_to_idx"])
        self._sukun = self._classes.index(SUKUN)
        plain = [marks if _is_plain(marks) else None for marks in self._classes]
        self._allowed = {
            (part, doubling, vowelled): np.array(
                [
                    marks is not None
                    and _part(marks) == part
                    and doubling in marks
                    and (not vowelled or _sounds(marks))
                    for marks in plain
                ]
            )
            for part, doubling, vowelled in itertools.product(("", *LETTER_PARTS), ("", SHADDA), (False, True))
        }

    def __call__(self, text: str) -> str:
        """The text with marks on its Arabic letters, in NFC.

        Marks that are there stay; `marks.undecided` tells which letters of a marked word are given one. Raises
        EngineError.
        """
        units = _units(text)
        words = [(start, end, undecided(units[start:end])) for start, end in _words(units)]
        chosen = [marks.replace(ASK, "") for _, marks in units]
        if any(True in wanted for _, _, wanted in words):
            self._choose(units, words, chosen)
        return unicodedata.normalize(
            "NFC", "".join([base + marks for (base, _), marks in zip(units, chosen, strict=True)])
        )

    def _choose(self, units: Sequence[Letter], words: Sequence[_OpenWord], chosen: list[str]) -> None:
        """Replaces `chosen` where marks are wanted: the best that leave the letter what it is."""
        ids = np.array([[self._ids.get(base, self._unknown) for base, _ in units]], np.int64)
        presence, values = self._session.run(["presence", "value"], {"input": ids})
        present, scores = (presence[0] > 0).tolist(), values[0]
        best: dict[_Need, list[int]] = {}
        for start, end, wanted in words:
            for index in itertools.compress(range(start, end), wanted):
                base, marks = units[index]
                need = _need(marks, initial=index == start and base != "ا", final=index == end - 1)
                if not (present[index] or need[1] or need[2]) or not "\u0621" <= base <= "\u064a":
                    continue
                if base == "ا" and not need[0] and _opens(units[start:index]):
                    # The hamza of a first alef is often left out in writing; its vowel is wanted all the same.
                    chosen[index] = _opening(self._classes[scores[index].argmax()], units[index + 1 : index + 2])
                elif need in self._allowed:
                    if need not in best:
                        best[need] = np.where(self._allowed[need], scores, -np.inf).argmax(axis=1).tolist()
                    chosen[index] = self._classes[best[need][index]]
            for index in range(start + 1, end):
                if wanted[index - start - 1] and wanted[index - start] and chosen[index - 1 : index + 1] == _CLUSTER:
                    self._part_cluster(units, chosen, index, scores)

    def _part_cluster(
        self, units: Sequence[Letter], chosen: list[str], index: int, scores: NDArray[np.float32]
    ) -> None:
        """Of two letters without a vowel, which cannot follow each other, give one the vowel that is the likeliest."""
        gains: list[tuple[float, int, int]] = []
        for place in (index - 1, index):
            allowed = self._allowed[_part(units[place][1]), "", True]
            mark = int(np.where(allowed, scores[place], -np.inf).argmax())
            gains.append((float(scores[place, mark] - scores[place, self._sukun]), place, mark))
        _, place, mark = max(gains)
        if units[index - 1][0] not in _GLIDES:
            chosen[place] = self._classes[mark]


def _opens(before: Sequence[Letter]) -> bool:
    """Whether a letter is the first of its word, or follows the article."""
    return not before or (len(before) <= _MAX_ARTICLE and [base for base, _ in before[-2:]] == ["ا", "ل"])


def _need(marks: str, *, initial: bool, final: bool) -> _Need:
    """What the marks of a letter must have in common with those it has, and whether it cannot be without a vowel.

    No word begins with two consonants, and none stands before a possessor (which is where a known word asks).
    """
    return _part(marks), SHADDA if SHADDA in marks else "", initial or (ASK in marks and not final)


def _classes(indexes: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(indexes, key=lambda marks: indexes[marks]))


def _part(marks: str) -> str:
    return "".join(filter(LETTER_PARTS.__contains__, marks)) if marks else ""


def _sounds(marks: str) -> bool:
    return not VOWEL_OF_MARK.keys().isdisjoint(marks)


def _is_plain(marks: str) -> bool:
    return all(mark in MARKS for mark in marks) and len(set(marks)) == len(marks)


def _opening(marks: str, following: Sequence[Letter]) -> str:
    """The vowel of a first alef, from marks that may put a hamza on it. The article has no u."""
    vowel = "".join(filter(VOWEL_MARKS.__contains__, marks))
    return "" if DAMMA in vowel and following and following[0][0] == "ل" else vowel


def _units(text: str) -> list[Letter]:
    """Each base character with the combining marks that follow it."""
    units: list[Letter] = []
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.category(character) != "Mn":
            units.append((character, ""))
        elif units:
            units[-1] = (units[-1][0], units[-1][1] + character)
    return units


def _words(units: Sequence[Letter]) -> Iterator[tuple[int, int]]:
    """First letter of each word, and the one after its last."""
    start = 0
    for index, (base, _) in enumerate([*units, (" ", "")]):
        if not base.isalpha():
            if start < index:
                yield start, index
            start = index + 1
