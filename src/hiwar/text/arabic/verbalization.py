"""Tokens of Arabic text in the words that say them, with their vowels, in agreement with what stands around them.

The writer's own words pass through, but for the noun that a number counts. `classification` finds the tokens.
"""

from collections.abc import Sequence
from typing import assert_never
from unicodedata import normalize

from hiwar.text.arabic.abbreviations import abbreviation
from hiwar.text.arabic.amounts import percent
from hiwar.text.arabic.counting import counting_words, fraction_words, measure_words, money_words, word_among_numbers
from hiwar.text.arabic.dates_among_words import are_one_day, date_words, time_words
from hiwar.text.arabic.grammar import bare, has_article, joined
from hiwar.text.arabic.lengthening import shortened
from hiwar.text.arabic.nouns import gender_of
from hiwar.text.arabic.numbers import ordinal
from hiwar.text.arabic.ranges import range_words
from hiwar.text.arabic.spelling import LETTER_NAMES, address, code, digit_groups, letters, sign
from hiwar.text.arabic.surroundings import beside, case_of, plain_word, word_before
from hiwar.text.arabic.words_around_numbers import KEYPAD, TITLES
from hiwar.text.tokens import (
    Abbreviation,
    Address,
    Cardinal,
    Code,
    Date,
    Digits,
    Fraction,
    Letters,
    Mark,
    Measure,
    Money,
    Ordinal,
    Percent,
    Phone,
    Pronounced,
    Range,
    Silent,
    Symbol,
    Time,
    Token,
    Word,
)

_KEYPAD = frozenset(KEYPAD.split())
_TITLES = frozenset(map(bare, TITLES.split()))
# Prepositions, also of dialects, the particle of questions, and titles.
_WORDS_OF_ONE_LETTER = frozenset("بكلفعأدمهح")
_DASHES = (Mark("-"), Mark("–"), Silent("-"), Silent("–"))
_MINUS = "نَاقِص"
_OR, _OVER, _PER = "أَوْ", "عَلَى", "لِكُلّ"
_HASH_KEY, _NUMBER_SIGN, _RATIO = "مُرَبَّع", "رَقْم", "إِلَى"


def spoken(tokens: Sequence[Token], index: int) -> str:
    """The words to be said for one of a segment's tokens, in NFC; "" when nothing is said there.

    What number and noun share is told once: in "2 books" the number is silent, and the noun says "two books".
    """
    token = tokens[index]
    words = _words(tokens, index)
    if words and token.prefix and not isinstance(token.content, Mark):
        said_as_written = isinstance(token.content, Word | Pronounced)
        words = token.prefix + words if said_as_written else joined(token.prefix, words)
    return normalize("NFC", words)


def _words(tokens: Sequence[Token], index: int) -> str:
    content = tokens[index].content
    match content:
        case Word():
            if _is_letter(tokens, index, content.text):
                return letters(content.text)
            return word_among_numbers(tokens, index, shortened(content.text))
        case Mark():
            return _MINUS if _is_minus(tokens, index) else content.text
        case Silent():
            return _MINUS if _is_minus(tokens, index) else ""
        case Pronounced():
            return content.text if content.is_phones else content.spoken
        case Letters():
            return letters(content.text)
        case Address():
            return address(content.text)
        case Code():
            return code(content.parts)
        case Phone():
            return digit_groups(content.groups, plus=content.plus)
        case Digits():
            return digit_groups(content.groups)
        case Symbol():
            return _symbol(tokens, index, content)
        case Abbreviation():
            return abbreviation(tokens, index, content)
        case _:
            return _number(tokens, index, content)


def _is_minus(tokens: Sequence[Token], index: int) -> bool:
    """Whether a dash stands in a sum, as in: 3 - 1 = 2."""
    if tokens[index].content not in _DASHES or not 0 < index < len(tokens) - 2:
        return False
    numbers = isinstance(tokens[index - 1].content, Cardinal) and isinstance(tokens[index + 1].content, Cardinal)
    return numbers and tokens[index + 2].content == Symbol("=")


def _is_letter(tokens: Sequence[Token], index: int, text: str) -> bool:
    """Whether a letter that stands alone is called by its name: class A, x + y. Some are words before others."""
    if len(text) != 1 or text not in LETTER_NAMES or text == "و":
        return False
    following = tokens[index + 1].content if index + 1 < len(tokens) else None
    before_word = isinstance(following, Letters | Address | Pronounced | Word)
    before_letter = isinstance(following, Word) and len(following.text) == 1
    return before_letter or not (before_word and text in _WORDS_OF_ONE_LETTER)


def _number(
    tokens: Sequence[Token],
    index: int,
    content: Cardinal | Ordinal | Percent | Money | Measure | Fraction | Date | Time | Range,
) -> str:
    match content:
        case Cardinal():
            return counting_words(tokens, index, content)
        case Fraction():
            return fraction_words(tokens, index, content)
        case Ordinal():
            return _ordinal(tokens, index, content)
        case Percent():
            return percent(content.number, case_of(tokens, index), article=has_article(tokens[index].prefix))
        case Money():
            return money_words(tokens, index, content)
        case Measure():
            return measure_words(tokens, index, content)
        case Date():
            return date_words(tokens, index, content)
        case Time():
            return time_words(tokens, index, content)
        case Range():
            return range_words(tokens, index, content)
        case _:
            assert_never(content)


def _ordinal(tokens: Sequence[Token], index: int, value: Ordinal) -> str:
    """In agreement with the noun before it; definite when that is, or by its own article."""
    before = word_before(tokens, index)
    is_definite = before.startswith(("ال", "لل")) or has_article(tokens[index].prefix)
    case = case_of(tokens, beside(tokens, index, -1) if before else index)
    return ordinal(value.value, gender_of(before) if before else "m", case, article=is_definite)


def _symbol(tokens: Sequence[Token], index: int, value: Symbol) -> str:
    before, after = beside(tokens, index, -1), beside(tokens, index, 1)
    if value.text == "#" and plain_word(tokens, before) in _KEYPAD:
        return _HASH_KEY
    if value.text == "#" and after >= 0 and isinstance(tokens[after].content, Cardinal | Digits):
        return "" if plain_word(tokens, before).endswith(bare(_NUMBER_SIGN)) else _NUMBER_SIGN
    if value.text == ":" and _are_numbers(tokens, before, after):
        return _RATIO
    if value.text == "/" and before >= 0 and after >= 0:
        return _slash(tokens, before, after)
    return sign(value.text)


def _are_numbers(tokens: Sequence[Token], before: int, after: int) -> bool:
    both = before >= 0 and after >= 0
    return both and isinstance(tokens[before].content, Cardinal) and isinstance(tokens[after].content, Cardinal)


def _slash(tokens: Sequence[Token], before: int, after: int) -> str:
    """Silent after a form of address, in two names of a day and 3/A; "per" after an amount, else "over" or "or"."""
    numbers = isinstance(tokens[before].content, Cardinal) and isinstance(tokens[after].content, Cardinal | Measure)
    if isinstance(tokens[before].content, Cardinal) and len(plain_word(tokens, after)) == 1:
        return ""
    if numbers or not isinstance(tokens[after].content, Word | Date):
        return _OVER if numbers else sign("/")
    if plain_word(tokens, after) == bare(_OR) or plain_word(tokens, before) in _TITLES:
        return ""
    if are_one_day(tokens, before, after):
        return ""
    if isinstance(tokens[before].content, Money | Measure):
        return _PER
    return _OR if isinstance(tokens[before].content, Word | Date) else sign("/")
