"""A segment while it is read from left to right, what is found at a place of it, and the shape of a number.

What the classes share; each class has its own module.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from hiwar.text.tokens import Content, Number, Word
from hiwar.vocabulary import Language

_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬٪−", "01234567890123456789.,%-")

LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff"
ARABIC = "\u0620-\u065f\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff"
"""Regex class bodies: letters and their marks, no digits."""

NO_LETTER = rf"(?![{LATIN}{ARABIC}0-9_])"
"""What follows is no part of the same word."""

CAPITALIZED = re.compile("[A-Z][a-z]")

COUNTED_NEXT = re.compile(
    r" (?!(?:this|always|across|unless|perhaps|towards|expires|plus|minus)\b)"
    rf"(?:[a-z]{{3,20}}s|people|men|women|children){NO_LETTER}"
)
"""A word in the plural, of which there are so many."""

POINTS_OF_THOUSANDS = r"[0-9]{1,3}(?:\.[0-9]{3}){1,5}\.000(?![0-9.])"
"""1.000.000, which no version and no decimal is."""
# Thousands in groups by commas, or by spaces or points where the last is 000; else plain digits. Decimals by a point.
NUMBER = (
    rf"{POINTS_OF_THOUSANDS}|(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])"
    r"|[1-9][0-9]{0,2}(?: [0-9]{3}){0,3} 000(?![0-9])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
)
_NUMBER = re.compile(f"(?P<sign>[-+]?)(?P<number>{NUMBER})")
_EUROPEAN = re.compile(r"(?P<sign>[-+]?)(?P<number>[0-9]{1,3}(?:\.[0-9]{3}){1,5},[0-9]{1,2})(?![0-9]|[,.][0-9])")
_WITH_DECIMAL_COMMA = re.compile("(?<![0-9][,،])(?P<sign>[-+]?)(?P<number>[0-9]+[,،][0-9]{1,2})(?![0-9]|[,،.][0-9])")
_AFTER_A_WORD = re.compile(rf"[{LATIN}{ARABIC}0-9_)%]")
_SIGNS: dict[str, Literal["", "-", "+"]] = {"": "", "-": "-", "+": "+"}
VOWEL_MARKS = re.compile("[\u064b-\u0652\u0670]")
_CLINGING = tuple(map(re.compile, (r"\A[وف](?=..)", r"\A[بك](?=..)|\Aل(?=ل.)", r"\Aا?ل(?=..)")))


@dataclass(frozen=True, slots=True)
class Found:
    """What stands from a place to `end`. `language` None: whatever is spoken around it."""

    end: int
    content: Content
    language: Language | None = None
    prefix: str = ""


@dataclass(slots=True)
class Reading:
    """`western` is `text` with Western digits and separators, character for character."""

    text: str
    language: Language
    western: str = ""
    found: list[Found] = field(default_factory=list)
    behind_prefix: int = -1
    """The place behind letters that are joined to a number; its sign may stand there."""
    shouted: bool = False
    """Its Latin words are all in capitals, so capitals make no initialism."""

    def __post_init__(self) -> None:
        self.western = self.text.translate(_WESTERN)

    def number_at(self, at: int) -> tuple[Number, int] | None:
        """A number, with its sign when nothing is joined to that, and where it ends."""
        with_comma = _EUROPEAN.match(self.western, at)
        # In English other commas without a space are a list.
        if with_comma is None and self.language == "ar":
            with_comma = _WITH_DECIMAL_COMMA.match(self.western, at)
        match = with_comma or _NUMBER.match(self.western, at)
        if match is None:
            return None
        if match["sign"] and at not in (0, self.behind_prefix) and _AFTER_A_WORD.match(self.western, at - 1):
            return None
        written = match["number"]
        if with_comma is not None:
            written = written.replace(".", "").replace(",", ".").replace("،", ".")
        plain = written.replace(",", "").replace(" ", "")
        if plain.count(".") > 1:
            plain = plain.replace(".", "")
        whole, _, fraction = plain.partition(".")
        grouped = len(plain) != len(match["number"])
        return Number(whole, fraction, _SIGNS[match["sign"]], grouped), match.end()

    def word_before(self) -> str:
        """The word found last, as written; "" when the last is none."""
        content = self.found[-1].content if self.found else None
        return content.text if isinstance(content, Word) else ""


def is_one_of(word: str, words: frozenset[str]) -> bool:
    """Whether a word is among these, in any case; an Arabic one also with vowel marks and clinging letters."""
    if word.isascii():
        return word.lower() in words
    word = VOWEL_MARKS.sub("", word)
    if word in words:
        return True
    for clinging in _CLINGING:
        word = clinging.sub("", word)
        if word in words:
            return True
    return False


def any_of(words: Iterable[str]) -> str:
    """A regex for one of these, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
