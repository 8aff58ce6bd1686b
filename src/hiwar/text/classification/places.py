"""Numbers of English addresses: of houses and rooms, roads and flights, and postal codes."""

import re

from hiwar.text.classification.keywords import contexts
from hiwar.text.classification.reading import NO_LETTER, Found, Reading
from hiwar.text.tokens import Abbreviation, Cardinal, Code, Digits, Letters, Number, Word

_STREET = (
    r"(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Hwy|Highway|Way|Court|Ct|Place|Pl|Square|Sq"
    r"|Parkway|Pkwy|Terrace|Crescent|Close|Row)"
)
_HOUSE = re.compile(
    r"([0-9]{1,5})(?="
    rf" (?:[NSEW]{{1,2}}\.? )?(?:[A-Z][A-Za-z'’-]{{1,20}} |[0-9]{{1,3}}(?:st|nd|rd|th) ){{1,3}}{_STREET}{NO_LETTER}"
    rf"| [NSEW]\. (?!(?:The|It|This|That|In|Use|For|We|You|He|She|If|And|But|A|I){NO_LETTER})[A-Z][a-z])"
)
_NUMBER = re.compile(r"[0-9]{3,4}(?![0-9A-Za-z%:/]|[-.,][0-9])")
_POSTAL = re.compile(r"[0-9]{5}(?![0-9A-Za-z%:/]|[-.,][0-9])")
_ENDS = re.compile(r"\s*(?:\Z|[.,;:!?)\n])")
_BEFORE_POSTAL_CODE = re.compile(r" [0-9]{5}(?![0-9])")
_HUNDREDS = "00"
_SHORT = 2


def house(reading: Reading, at: int) -> Found | None:
    """The number before the name of a street: 1600 Pennsylvania Ave., 42 W. Elm."""
    match = _HOUSE.match(reading.western, at)
    if match is None or reading.language != "en":
        return None
    number = match[1]
    content = Cardinal(Number(number)) if len(number) <= _SHORT else Code((number,))
    return Found(match.end(1), content, "en")


def numbered(reading: Reading, at: int) -> Found | None:
    """Room 101, Suite 2100, flight SV 1023: read as they are called out."""
    match = _NUMBER.match(reading.western, at)
    if match is None or reading.language != "en" or not reading.found:
        return None
    last = reading.found[-1].content
    if isinstance(last, Letters) and len(last.text) == _SHORT and len(reading.found) > 1:
        last = reading.found[-2].content
    called = isinstance(last, Word | Abbreviation) and last.text.lower() in contexts.CALLED_OUT
    return Found(match.end(), Code((match[0],)), "en") if called else None


def postal_code(reading: Reading, at: int) -> Found | None:
    """Five digits behind the letters of a state, or at the end of a line behind a name: IL 62704, Riyadh 11564."""
    match = _POSTAL.match(reading.western, at)
    if match is None or reading.language != "en" or not reading.found:
        return None
    last = reading.found[-1].content
    if isinstance(last, Letters) and last.text in contexts.STATES:
        return Found(match.end(), Digits((match[0],)))
    named = isinstance(last, Word) and last.text.istitle() and len(reading.found) > 1
    if not named or match[0].endswith(_HUNDREDS) or not _ENDS.match(reading.western, match.end()):
        return None
    return Found(match.end(), Digits((match[0],)))


def state(reading: Reading, word: str, end: int) -> Found | None:
    """The letters of a state of the USA before its postal code, also where they make a word: OR 97201."""
    if word not in contexts.STATES or not _BEFORE_POSTAL_CODE.match(reading.western, end):
        return None
    return Found(end, Letters(word), "en")
