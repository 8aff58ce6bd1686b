"""Which language a text, or a run of letters inside it, is written in: Arabic script or Latin, nothing finer."""

import re
from dataclasses import dataclass

from hiwar.vocabulary import Language

ARABIC_LETTER = "\u0620-\u064a\u064b-\u0652\u0660-\u0669\u066e-\u06d3\u06d5\u06ee-\u06fc"
"""Regex class body: Arabic letters, vowel marks and Eastern digits."""

_ARABIC = re.compile(f"[{ARABIC_LETTER}]")
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_SCRIPT = re.compile(f"(?P<ar>[{ARABIC_LETTER}]+)|(?P<en>[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]+)")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one language; the runs of a text join to the text again."""

    text: str
    language: Language


def runs(text: str, default: Language) -> tuple[Run, ...]:
    """Cut a text where its script changes.

    Digits, punctuation and spaces stay with the run before them, at the start with the run after them. A text
    without letters is one run in `default`; an empty one has no runs.
    """
    found: list[Run] = []
    start = 0
    current: Language | None = None
    for match in _SCRIPT.finditer(text):
        language: Language = "ar" if match.lastgroup == "ar" else "en"
        if current is not None and language != current:
            found.append(Run(text[start : match.start()], current))
            start = match.start()
        current = language
    if text:
        found.append(Run(text[start:], current or default))
    return tuple(found)


def language_of(text: str, default: Language) -> Language:
    """The language most letters of the text belong to; `default` when it has none, or as many of both."""
    arabic = len(_ARABIC.findall(text))
    latin = len(_LATIN.findall(text))
    if arabic == latin:
        return default
    return "ar" if arabic > latin else "en"
