"""Restores Arabic vowel marks with a model of the text2tashkeel package, and keeps whatever the writer marked.

The package's own decoder drops marks that are there and may change letters; this one reads the same two heads
(is there a mark, which one) and chooses only among marks that leave the written letter what it is.
"""

import json
import unicodedata
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.onnx_sessions import Session
from hiwar.text.arabic.letters import MARKS

MODEL = "rawi_v3.int8.onnx"
_VOCABULARY = "rawi_v2.vocab.json"
_LETTER_PARTS = frozenset("\u0653\u0654\u0655")
"""Madda and the two hamzas: combining in NFD, but part of the letter."""
_VOWEL_MARKS = MARKS - _LETTER_PARTS


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
        self._allowed = {
            parts: np.array([_is_plain(marks) and _parts(marks) == parts for marks in self._classes])
            for parts in ("", *_LETTER_PARTS)
        }

    def __call__(self, text: str) -> str:
        """The text with marks on its Arabic letters, in NFC. Words that already carry marks stay as they are.

        Raises EngineError.
        """
        units = _units(text)
        if not units:
            return ""
        ids = np.array([[self._ids.get(base, self._unknown) for base, _ in units]], np.int64)
        presence, values = self._session.run(["presence", "value"], {"input": ids})
        chosen = self._choose(units, (presence[0] > 0).tolist(), values[0])
        kept = _marked_words(units)
        marked = [base + (marks if kept[index] else chosen[index]) for index, (base, marks) in enumerate(units)]
        return unicodedata.normalize("NFC", "".join(marked))

    def _choose(self, units: list[tuple[str, str]], present: list[bool], scores: NDArray[np.float32]) -> list[str]:
        """For each unit the best marks that leave its letter what it is, or those it has where none are wanted."""
        found = self._allowed.keys() & {_parts(marks) for _, marks in units}
        best = {parts: np.where(self._allowed[parts], scores, -np.inf).argmax(axis=1).tolist() for parts in found}
        free = scores.argmax(axis=1).tolist()
        chosen = [marks for _, marks in units]
        for index, (base, marks) in enumerate(units):
            parts = _parts(marks)
            if not present[index] or parts not in best or not "\u0621" <= base <= "\u064a":
                continue
            if base == "ا" and not parts and (index == 0 or not units[index - 1][0].isalpha()):
                # The hamza of a first alef is often left out in writing; its vowel is wanted all the same.
                chosen[index] = "".join(filter(_VOWEL_MARKS.__contains__, self._classes[free[index]]))
            else:
                chosen[index] = self._classes[best[parts][index]]
        return chosen


def _classes(indexes: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(indexes, key=lambda marks: indexes[marks]))


def _parts(marks: str) -> str:
    return "".join(filter(_LETTER_PARTS.__contains__, marks)) if marks else ""


def _is_plain(marks: str) -> bool:
    return all(mark in MARKS for mark in marks) and len(set(marks)) == len(marks)


def _units(text: str) -> list[tuple[str, str]]:
    """Each base character with the combining marks that follow it."""
    units: list[tuple[str, str]] = []
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.category(character) != "Mn":
            units.append((character, ""))
        elif units:
            units[-1] = (units[-1][0], units[-1][1] + character)
    return units


def _marked_words(units: list[tuple[str, str]]) -> list[bool]:
    """For each unit, whether it stands in a word that has vowel marks on at least half of its letters."""
    kept: list[bool] = []
    for base, marks in [*units, (" ", "")]:
        if base.isalpha():
            kept.append(False)
            continue
        start = _word_start(units, len(kept))
        word = units[start : len(kept)]
        vowels = sum(any(mark in _VOWEL_MARKS for mark in marks) for _, marks in word)
        if word and 2 * vowels >= len(word):
            kept[start:] = [True] * len(word)
        kept.append(True)
    return kept


def _word_start(units: list[tuple[str, str]], end: int) -> int:
    while end and units[end - 1][0].isalpha():
        end -= 1
    return end
