"""What Arabic number words agree with: gender and case; and how the article and one-letter words join a word."""

import re
from typing import Literal

from hiwar.text.arabic.letters import FATHA, KASRA, MARKS, SHADDA, SUKUN, SUN_LETTERS

Gender = Literal["m", "f"]
Case = Literal["nominative", "accusative", "genitive"]
"""The last two differ only in a short vowel that is seldom heard."""

_PREFIX = re.compile("([وف]?)([بلك]?)(ال|ل|)")
_CONJUNCTIONS = {"و": f"و{FATHA}", "ف": f"ف{FATHA}"}
_PREPOSITIONS = {"ب": f"ب{KASRA}", "ل": f"ل{KASRA}", "ك": f"ك{FATHA}"}
_JOINING_ALEF = f"ا{KASRA}"
_ARTICLE = "ال"
_ALL_MARKS = "".join(MARKS)
_ONE_SPELLING = str.maketrans("أإآٱ", "اااا", _ALL_MARKS)


def bare(word: str) -> str:
    """Without marks, every alef the same: the key under which words are looked up."""
    return word.translate(_ONE_SPELLING)


def definite(words: str) -> str:
    """With the article at the first word; words that have it stay as they are."""
    if words.startswith(_ARTICLE):
        return words
    first = words[:1]
    if first in SUN_LETTERS:
        rest = words[1:].lstrip(_ALL_MARKS)
        marks = words[1 : len(words) - len(rest)]
        return f"{_ARTICLE}{first}{marks}{'' if SHADDA in marks else SHADDA}{rest}"
    if words.startswith(_JOINING_ALEF):
        return f"{_ARTICLE}{KASRA}ا{words[2:]}"
    return f"{_ARTICLE}{SUKUN}{words}"


def has_article(prefix: str) -> bool:
    """Whether letters written before a number hold the article: "ال", "بال", "لل" and the like."""
    match = _PREFIX.fullmatch(prefix)
    return match is not None and bool(match[3])


def has_preposition(prefix: str) -> bool:
    """Whether letters written before a number hold one of ب ل ك."""
    match = _PREFIX.fullmatch(prefix)
    return match is not None and bool(match[2])


def has_conjunction(prefix: str) -> bool:
    """Whether letters written before a number begin with "and" or "so"."""
    return prefix[:1] in _CONJUNCTIONS


def joined(prefix: str, words: str) -> str:
    """The words with a prefix, which may be empty, written and vowelled at the first one.

    Letters that are no prefix of Arabic grammar stand before the words by themselves.
    """
    match = _PREFIX.fullmatch(prefix)
    if match is None:
        return f"{prefix} {words}"
    conjunction, preposition, article = match.groups()
    if article:
        words = definite(words)
    if preposition:
        lam = preposition == "ل" and words.startswith(_ARTICLE)
        words = _PREPOSITIONS[preposition] + (words[1:] if lam else _after_vowel(words))
    return _CONJUNCTIONS[conjunction] + _after_vowel(words) if conjunction else words


def and_joined(parts: list[str]) -> str:
    """The parts with "and" before each but the first."""
    return " ".join([*parts[:1], *[joined("و", part) for part in parts[1:]]])


def _after_vowel(words: str) -> str:
    """A joining alef loses its own vowel after another."""
    return f"ا{words[2:]}" if words.startswith(_JOINING_ALEF) else words
