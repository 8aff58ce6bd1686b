"""Letters with the marks on them, and which of them still want one. What the marks sound like is left to `words`."""

from collections.abc import Sequence
from itertools import pairwise

from hiwar.text.arabic.letters import DAMMA, FATHA, KASRA, MARKS, SHADDA

Letter = tuple[str, str]
"""A base letter and its marks."""

ASK = "\u034f"
"""An invisible mark (combining grapheme joiner) on a letter whose vowel depends on the sentence."""

LETTER_PARTS = frozenset("\u0653\u0654\u0655")
"""Madda and the two hamzas: combining in decomposed text, but part of the letter."""
VOWEL_MARKS = MARKS - LETTER_PARTS

_DECISIVE = VOWEL_MARKS - {SHADDA}
_BEFORE_LONG = {"ى": frozenset({FATHA, KASRA}), "و": frozenset({DAMMA, FATHA}), "ي": frozenset({KASRA, FATHA})}
"""A letter, and the vowels that it makes long or a diphthong."""


def letters(word: str) -> list[Letter]:
    """Each character of a word with the marks that follow it; marks before the first are left out."""
    found: list[Letter] = []
    for character in word:
        if character not in MARKS and character != ASK:
            found.append((character, ""))
        elif found:
            base, marks = found[-1]
            found[-1] = (base, marks + character)
    return found


def undecided(word: Sequence[Letter]) -> list[bool]:
    """For each letter of a word, whether its marks are still to be found.

    All of them in a word without marks. In one that is marked in part, letters without a vowel; but bare alefs, what
    makes a vowel long and a lam before a doubled letter want none, nor does the end of a word that is marked up to
    there. ASK always wants one.
    """
    if not any(marks and not VOWEL_MARKS.isdisjoint(marks) for _, marks in word):
        return [True] * len(word)
    wanted = [wants(("", ""), word[0])] + [wants(before, letter) for before, letter in pairwise(word)]
    for index, ((base, marks), (_, after)) in enumerate(pairwise(word)):
        wanted[index] &= bool(marks) or base != "ل" or SHADDA not in after
    wanted[-1] &= any(wanted[:-1])
    return [want or ASK in marks for want, (_, marks) in zip(wanted, word, strict=True)]


def wants(before: Letter, letter: Letter) -> bool:
    """Whether a letter of a marked word lacks a mark, by the letter before it."""
    base, marks = letter
    if not marks:
        return base != "ا" and (base not in _BEFORE_LONG or _BEFORE_LONG[base].isdisjoint(before[1]))
    return _DECISIVE.isdisjoint(marks)
