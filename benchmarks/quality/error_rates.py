"""Word and character error rates, and the one form in which texts are compared for them.

The form: NFKD, lower case; no diacritics, hamza on a carrier, tatweel, apostrophes or other punctuation; one form of
alef, of ya and of ta marbuta; digits of either script one by one, and the English names of digits as digits. Nothing
else: a larger number in digits that the reference has in words is an error.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import jiwer

_ONE_LETTER = str.maketrans("ٱىة", "اي\u0647", "\u0640'\u2019")
_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {name: str(digit) for digit, name in enumerate(_NAMES)}


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """In per cent, over all texts together; `words` is how many were said."""

    wer: float
    cer: float
    words: int


def comparable(text: str) -> str:
    """The text as the rates compare it: words with one space between."""
    marked = unicodedata.normalize("NFKD", text).lower()
    bare = "".join(letter for letter in marked if unicodedata.category(letter) != "Mn").translate(_ONE_LETTER)
    plain = "".join(f" {unicodedata.digit(letter)} " if letter.isdigit() else letter for letter in bare)
    return " ".join(_DIGITS.get(word, word) for word in re.sub(r"[^\w\s]", " ", plain).split())


def error_rates(said: Sequence[str], heard: Sequence[str]) -> ErrorRates | None:
    """Of texts and what was heard of each; None when nothing was said."""
    references, hypotheses = [*map(comparable, said)], [*map(comparable, heard)]
    words = sum(len(reference.split()) for reference in references)
    if not words:
        return None
    wer, cer = jiwer.wer(references, hypotheses), jiwer.cer(references, hypotheses)
    return ErrorRates(round(100 * wer, 2), round(100 * cer, 2), words)
