"""Roman numerals behind names: Henry VIII, Chapter IV, World War I."""

import re

from hiwar.text.classification.keywords import contexts
from hiwar.text.classification.reading import CAPITALIZED, NO_LETTER, Found, Reading
from hiwar.text.tokens import Cardinal, Number, Ordinal

# "XL" is a size.
_ROMAN = re.compile(r"(?=[XVI]{1,5}\Z|[LXVI]{3,8}\Z)(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
# "John I think" names nobody the first.
_AFTER_THE_FIRST = re.compile(rf"\Z|[.,;:!?)]|['’]s{NO_LETTER}| (?:of|was|and|ruled|reigned|became|died){NO_LETTER}")
_INTRAVENOUS = re.compile(rf" (?:drip|fluid|line|bag|therapy|access|pole|antibiotic)s?{NO_LETTER}")


def roman(reading: Reading, word: str, end: int) -> Found | None:
    """The place of a ruler, or a number behind another name; one letter only where a number is likely."""
    before = reading.word_before()
    if not _ROMAN.fullmatch(word) or not CAPITALIZED.match(before) or reading.western[end : end + 1] == "-":
        return None
    values = [_VALUES[letter] for letter in word]
    value = sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
    name = before.lower()
    if name in contexts.ROMAN_ORDERED:
        likely = len(word) > 1 or (word == "I" and _AFTER_THE_FIRST.match(reading.western, end))
        return Found(end, Ordinal(value), "en") if likely else None
    if name not in contexts.ROMAN_COUNTED and (len(word) == 1 or _INTRAVENOUS.match(reading.western, end)):
        return None
    return Found(end, Cardinal(Number(str(value))), "en")
