"""Words with letters repeated for effect, as they are otherwise written: soooo, coool, yesss, heyyy."""

import re

_RUN = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)
_ONE_LETTER = re.compile(r"(.)\1*", re.IGNORECASE)
_ROMAN = re.compile("[IVXLCDM]+")
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_OFTEN_DOUBLE_AT_THE_END = frozenset("lsfz")
_ENDS_IN_ONE_E = frozenset({"me", "he", "we", "be", "she"})
_LAST_CONSONANT = re.compile(r"[bcdfgklmnprtv]\Z", re.IGNORECASE)


def shortened(word: str) -> str:
    """A word without letters in threes, which no English word has; one without a vowel stays: hmmm."""
    unusual = _ROMAN.fullmatch(word) or _ONE_LETTER.fullmatch(word) or not _VOWEL.search(word)
    if unusual or not _RUN.search(word):
        return word
    return _RUN.sub(_usual, word)


def _usual(run: re.Match[str]) -> str:
    letter, before, after = run[1], run.string[: run.start()], run.string[run.end() :]
    low = letter.lower()
    if low in "oe" and _LAST_CONSONANT.match(after):
        double = True
    elif low == "e":
        double = not after and f"{before}e".lower() not in _ENDS_IN_ONE_E
    elif low in "aiouy":
        double = False
    elif after:
        double = bool(_VOWEL.match(before[-1:]) and _VOWEL.match(after))
    else:
        double = low in _OFTEN_DOUBLE_AT_THE_END
    return letter * (2 if double else 1)
