"""Words with letters repeated for effect, as they are otherwise written: شكراااا, مبروووك."""

import re

_RUN = re.compile("([ء-غف-ي])(?:(?!ه)\\1){2,}")
_ONE_LETTER = re.compile(r"(.)\1*")
_MARKED_LETTER = re.compile("[\u064b-\u0652\u0670]")


def shortened(word: str) -> str:
    """A word without letters in threes, which no Arabic word has; laughter (ههههه) and bare letters stay."""
    if not _RUN.search(word) or _MARKED_LETTER.search(word) or _ONE_LETTER.fullmatch(word):
        return word
    return _RUN.sub(r"\1", word)
