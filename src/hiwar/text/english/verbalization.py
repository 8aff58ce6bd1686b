"""English tokens in the words to be said. How the words sound is left to the English front end of an engine."""

from collections.abc import Sequence
from typing import assert_never

from hiwar.text.english import abbreviations
from hiwar.text.english.addresses import address, code, letters
from hiwar.text.english.amounts import fraction, measure, money
from hiwar.text.english.dates import date, days, hours, time
from hiwar.text.english.lengthening import shortened
from hiwar.text.english.names import SIGNS
from hiwar.text.english.numbers import decimal, digit_by_digit, is_one, ordinal
from hiwar.text.tokens import (
    Abbreviation,
    Address,
    Cardinal,
    Code,
    Content,
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

_ARTICLES = frozenset({"a", "an"})
_NUMERIC = Cardinal | Digits | Code | Range


def spoken(tokens: Sequence[Token], index: int) -> str:
    """The words of one token, which may depend on its neighbours; "" for silence. Words and marks stay as written."""
    return _said(tokens[index].content, tokens, index)


def _said(content: Content, tokens: Sequence[Token], index: int) -> str:
    match content:
        case Word():
            return shortened(content.text)
        case Mark():
            return content.text
        case Silent():
            return ""
        case Pronounced():
            return content.text if content.is_phones else content.spoken
        case Abbreviation():
            return _abbreviation(tokens, index, content.text.lower())
        case Symbol():
            return _symbol(tokens, index, content.text)
        case Letters():
            return letters(content.text)
        case Phone() | Digits():
            plus = "plus " if isinstance(content, Phone) and content.plus else ""
            return plus + ", ".join(map(digit_by_digit, content.groups))
        case Code():
            return code(content.parts)
        case Address():
            return address(content.text)
        case _:
            return _counted(content, tokens, index)


def _counted(
    content: Cardinal | Ordinal | Percent | Money | Measure | Fraction | Date | Time | Range,
    tokens: Sequence[Token],
    index: int,
) -> str:
    match content:
        case Cardinal():
            return f"{decimal(content.number)} {content.scale}".rstrip()
        case Ordinal():
            named = _is_name(tokens, index - 1)
            return f"the {ordinal(content.value)}" if named else ordinal(content.value)
        case Percent():
            return f"{decimal(content.number)} percent"
        case Money():
            return money(content, singular=_word(tokens, index - 1).lower() in _ARTICLES)
        case Measure():
            return measure(content, singular=_word(tokens, index - 1).lower() in _ARTICLES)
        case Fraction():
            return fraction(content)
        case Date():
            return date(content, day_first=_word(tokens, index - 1).lower() == "the")
        case Time():
            return time(content)
        case Range():
            return _range(content, tokens, index)
        case _:
            assert_never(content)


def _range(content: Range, tokens: Sequence[Token], index: int) -> str:
    first, last = content.first, content.last
    if isinstance(first, Date) and isinstance(last, Date) and first.month is None and first.day and last.month:
        return days(first, last)
    if isinstance(first, Time) and isinstance(last, Time) and not first.half and last.half:
        return hours(first, last)
    return f"{_said(first, tokens, index)} to {_said(last, tokens, index)}"


def _abbreviation(tokens: Sequence[Token], index: int, key: str) -> str:
    before_name = _is_name(tokens, index + 1) or _is_initial(tokens, index + 1)
    if key in abbreviations.AFTER_NUMBERS and not before_name:
        one, several = abbreviations.AFTER_NUMBERS[key]
        return one if _is_one(tokens, index - 1) else several
    if key == "st" and before_name and (index <= 1 or not _is_name(tokens, index - 1)):
        return "Saint"
    tables = (
        abbreviations.TITLES if before_name else {},
        abbreviations.BEFORE_NUMBERS if _is_number(tokens, index + 1) else {},
        abbreviations.AFTER_NAMES,
        abbreviations.OTHERS,
        abbreviations.DATES,
        abbreviations.TITLES,
        abbreviations.BEFORE_NUMBERS,
        abbreviations.COMPASS,
    )
    return next((table[key] for table in tables if key in table), key)


def _symbol(tokens: Sequence[Token], index: int, sign: str) -> str:
    if sign == "#" and _is_number(tokens, index + 1):
        return "number"
    if 0 < index < len(tokens) - 1:
        if sign == "/":
            return _slash(tokens, index)
        if sign == ":" and isinstance(tokens[index - 1].content, Cardinal):
            return "to" if isinstance(tokens[index + 1].content, Cardinal) else ""
        if sign in ("x", "X"):
            return "times" if _is_symbol(tokens, index + 2, "=") else "by"
        if sign == "×" and isinstance(tokens[index + 1].content, Measure):
            return "by"
    return SIGNS.get(sign, "")


def _slash(tokens: Sequence[Token], index: int) -> str:
    """Out of ten, 120 over 80, per month, he or she."""
    before, after = tokens[index - 1].content, tokens[index + 1].content
    if isinstance(before, Cardinal) and isinstance(after, Cardinal | Measure):
        number = after.amount if isinstance(after, Measure) else after.number
        if before.number == number:
            return ""
        return "over" if before.number.magnitude > number.magnitude else "out of"
    word, following = _word(tokens, index - 1), _word(tokens, index + 1)
    if isinstance(before, Letters) and isinstance(after, Letters):
        return ""
    if isinstance(before, Money | Measure | Cardinal) and following:
        return "per"
    if len(word) > 1 and len(following) > 1:
        return "" if following.lower() == "or" else "or"
    return SIGNS["/"]


def _is_one(tokens: Sequence[Token], index: int) -> bool:
    """Whether one of something is counted there, or less; also where nothing is: per foot."""
    content = tokens[index].content if index >= 0 else None
    if isinstance(content, Cardinal):
        return is_one(content.number)
    return not isinstance(content, Fraction) or content.whole is None


def _word(tokens: Sequence[Token], index: int) -> str:
    content = tokens[index].content if 0 <= index < len(tokens) else None
    return content.text if isinstance(content, Word) else ""


def _is_name(tokens: Sequence[Token], index: int) -> bool:
    word = _word(tokens, index)
    return word[:1].isupper() and word.isascii() and word != "The"


def _is_initial(tokens: Sequence[Token], index: int) -> bool:
    content = tokens[index].content if index < len(tokens) else None
    return isinstance(content, Letters) and len(content.text) == 1


def _is_symbol(tokens: Sequence[Token], index: int, sign: str) -> bool:
    return index < len(tokens) and tokens[index].content == Symbol(sign)


def _is_number(tokens: Sequence[Token], index: int) -> bool:
    content = tokens[index].content if 0 <= index < len(tokens) else None
    return isinstance(content, _NUMERIC) or (isinstance(content, Symbol) and content.text == "#")
