"""A segment to tokens: what each piece of it is, words and the classes of what is not written as it is said.

Linear in the length of any text, and never raises. How a token is said is left to the verbalizations.
"""

import re

from hiwar.text.classification.addresses import tag
from hiwar.text.classification.keywords import currencies
from hiwar.text.classification.numerals import numeral
from hiwar.text.classification.reading import ARABIC, LATIN, Found, Reading
from hiwar.text.classification.signs import sign
from hiwar.text.classification.words import arabic_word, latin_word
from hiwar.text.tokens import Token
from hiwar.vocabulary import Language

_CURRENCY = re.escape("".join(symbol for symbol in currencies.SYMBOLS if len(symbol) == 1))
_NEXT = re.compile(
    rf"\s*(?:(?P<face>[xX]D+(?!\w))|(?P<latin>(?![\u0300-\u036f])[{LATIN}])|(?P<arabic>(?![\u064b-\u065f])[{ARABIC}])"
    rf"|(?P<number>[0-9½⅓⅔¼¾⅕-⅞{_CURRENCY}]|[-+]\.?[0-9]|-[{_CURRENCY}]|%[0-9]|(?<![\w.])\.[0-9]|\([0-9])"
    rf"|(?P<tag>[#@])|(?P<sign>\S))"
)
_SMALL = re.compile("[a-z]")
_IN_CAPITALS = re.compile("[A-Z]{2,}")
_SHOUTED_WORDS_MIN = 4


def classify(text: str, language: Language) -> tuple[Token, ...]:
    """The tokens of a cleaned segment, in order; they do not overlap and cover all but white space.

    `language` is the segment's main one: for what has none of its own, and where both conventions are in use.
    """
    reading = Reading(text, language, shouted=_is_shouted(text))
    starts: list[int] = []
    at = 0
    while (match := _NEXT.match(reading.western, at)) is not None:
        start = match.start(match.lastgroup or 0)
        found = _READ[match.lastgroup or "sign"](reading, start)
        starts.append(start)
        reading.found.append(found)
        at = found.end
    return _tokens(starts, reading)


def _is_shouted(text: str) -> bool:
    return not _SMALL.search(text) and len(_IN_CAPITALS.findall(text)) >= _SHOUTED_WORDS_MIN


def _number(reading: Reading, at: int) -> Found:
    return numeral(reading, at) or sign(reading, at)


def _tag(reading: Reading, at: int) -> Found:
    return tag(reading, at) or sign(reading, at)


_READ = {"latin": latin_word, "arabic": arabic_word, "number": _number, "tag": _tag, "sign": sign, "face": sign}


def _tokens(starts: list[int], reading: Reading) -> tuple[Token, ...]:
    """Gives what has no language that of its neighbours, where those on both sides agree, else the segment's."""
    after: list[Language | None] = []
    known: Language | None = None
    for found in reversed(reading.found):
        after.append(known)
        known = found.language or known
    tokens: list[Token] = []
    known = None
    for start, found, following in zip(starts, reading.found, reversed(after), strict=True):
        between = known if known and known == following else reading.language
        tokens.append(Token(start, found.end, found.language or between, found.content, found.prefix))
        known = found.language or known
    return tuple(tokens)
