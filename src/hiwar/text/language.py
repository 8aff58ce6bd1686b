"""Which language a text is written in: Arabic script or Latin, nothing finer."""

import re

from hiwar.vocabulary import Language

_ARABIC = re.compile("[\u0620-\u064a\u064b-\u0652\u0660-\u0669\u066e-\u06d3\u06d5\u06ee-\u06fc]")
"""Letters, vowel marks and Eastern digits."""
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")


def language_of(text: str, default: Language) -> Language:
    """The language most letters of the text belong to; `default` when it has none, or as many of both."""
    arabic = len(_ARABIC.findall(text))
    latin = len(_LATIN.findall(text))
    if arabic == latin:
        return default
    return "ar" if arabic > latin else "en"
