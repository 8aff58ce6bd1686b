"""Ranges in Arabic words: from one to another, or between them, with what both share told at the last one."""

from collections.abc import Sequence

from hiwar.text.arabic.amounts import cardinal_words, gender_of_currency, measure, money, number_words, percent, whole
from hiwar.text.arabic.counting import count_at
from hiwar.text.arabic.currencies import UNITS
from hiwar.text.arabic.dates import date, time
from hiwar.text.arabic.dates_among_words import with_half
from hiwar.text.arabic.grammar import Gender, joined
from hiwar.text.arabic.numbers import ordinal
from hiwar.text.arabic.surroundings import beside, governs, is_year, names_hour, plain_word, word_before
from hiwar.text.tokens import Cardinal, Date, Endpoint, Measure, Money, Ordinal, Percent, Range, Time, Token

_FROM, _FROM_THE, _TO = "مِنْ", "مِنَ", "إِلَى"


def range_words(tokens: Sequence[Token], index: int, value: Range) -> str:
    """From the first to the last; only "to" after a preposition, "and" after "between"."""
    before = word_before(tokens, index)
    if names_hour(before):
        before = plain_word(tokens, beside(tokens, beside(tokens, index, -1), -1))
    count = count_at(tokens, index)
    gender = count.gender or "m" if count is not None else _gender(value.last)
    year_gender: Gender = "f" if is_year(before) else "m"
    first = _first(value, gender, year_gender)
    last = count.number_words() if count is not None else _endpoint(value.last, gender, year_gender)
    if before.endswith("بين"):
        return f"{first} {joined('و', last)}"
    words = f"{first} {_TO} {last}".strip()
    return words if governs(before) else f"{_FROM_THE if words.startswith('ال') else _FROM} {words}"


def _first(value: Range, gender: Gender, year_gender: Gender) -> str:
    """The first endpoint; the day of a month as such, although the month stands at the last one."""
    first = value.first
    if isinstance(first, Time) and isinstance(value.last, Time):
        first = with_half(first, value.last)
    if isinstance(first, Cardinal) and isinstance(value.last, Date) and value.last.day is not None:
        day = whole(first.number)
        return ordinal(day, case="genitive") if day else number_words(first.number, case="genitive")
    return _endpoint(first, gender, year_gender)


def _endpoint(value: Endpoint, gender: Gender, year_gender: Gender) -> str:
    match value:
        case Cardinal():
            return cardinal_words(value, gender, "genitive")
        case Ordinal():
            return ordinal(value.value, gender, "genitive")
        case Percent():
            return percent(value.number, "genitive")
        case Money():
            return money(value, "genitive")
        case Measure():
            return measure(value, "genitive")
        case Date():
            return date(value, "genitive", year_gender)
        case Time():
            return time(value, "genitive", hour_named=True)


def _gender(last: Endpoint) -> Gender:
    if isinstance(last, Measure):
        unit = UNITS.get(last.unit)
        return unit.noun.gender if unit else "m"
    return gender_of_currency(last.currency) if isinstance(last, Money) else "m"
