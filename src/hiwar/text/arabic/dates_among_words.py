"""Dates and times of day among the words and other dates around them, which may share what they have in common.

How one is said by itself is `dates`'.
"""

from collections.abc import Sequence
from dataclasses import replace

from hiwar.text.arabic.dates import MONTHS, date, time
from hiwar.text.arabic.grammar import Case, has_conjunction, has_preposition
from hiwar.text.arabic.surroundings import (
    beside,
    case_of,
    governs,
    is_label,
    is_year,
    names_hour,
    number_joined_to,
    plain_word,
    word_before,
)
from hiwar.text.arabic.words_around_numbers import HALVES_OF_DAY
from hiwar.text.tokens import Cardinal, Date, Time, Token

_HALVES_OF_DAY = frozenset(HALVES_OF_DAY.split())
_NOW, _EXACTLY = "الان", "تمام"
_TO = frozenset({"الى", "حتى", "ل"})
_DAYS = range(1, 32)
_LIST_MAX = 4
"""So many days before a date are looked ahead from."""


def date_words(tokens: Sequence[Token], index: int, value: Date) -> str:
    """In the case that the word before it asks for: a street is named after a day."""
    before = word_before(tokens, index)
    case: Case = "genitive" if is_label(before) else case_of(tokens, index)
    return date(value, case, "f" if is_year(before) else "m")


def time_words(tokens: Sequence[Token], index: int, value: Time) -> str:
    """Without "the hour" where that stands before it, or a preposition: "from five"."""
    before = word_before(tokens, index)
    if before == _NOW:
        before = word_before(tokens, beside(tokens, index, -1))
    joined_to = number_joined_to(tokens, index)
    follows_time = joined_to >= 0 and isinstance(tokens[joined_to].content, Time)
    named = names_hour(before) or governs(before) or before == _EXACTLY or has_preposition(tokens[index].prefix)
    half_follows = plain_word(tokens, beside(tokens, index, 1)) in _HALVES_OF_DAY
    value = with_half(value, _time_after(tokens, index))
    return time(value, case_of(tokens, index), hour_named=named or follows_time, half_follows=half_follows)


def with_half(first: Time, last: Time | None) -> Time:
    """Morning for an hour that one of a clock of 24 hours follows, when it could be taken for one of the evening."""
    if last is None or first.half or last.half or not 0 < first.hour <= last.hour - 12:
        return first
    return replace(first, half="am")


def is_day_of_list(tokens: Sequence[Token], index: int, number: int) -> bool:
    """Whether the month of a day is told by a later day that it is joined to: 3 and 4 May."""
    if number not in _DAYS:
        return False
    for _ in range(_LIST_MAX):
        index = beside(tokens, index, 1)
        if plain_word(tokens, index) == "و":
            index = beside(tokens, index, 1)
        elif index < 0 or not has_conjunction(tokens[index].prefix):
            return False
        content = tokens[index].content if index >= 0 else None
        if not isinstance(content, Cardinal):
            return isinstance(content, Date) and content.day is not None and content.weekday is None
    return False


def are_one_day(tokens: Sequence[Token], before: int, after: int) -> bool:
    """Whether what stands on both sides of a stroke is a day, or its month, by two calendars."""
    first, last = tokens[before].content, tokens[after].content
    if isinstance(first, Date) and isinstance(last, Date) and first.year and last.year:
        return True
    return _month(tokens, before) == _month(tokens, after) != 0


def _month(tokens: Sequence[Token], index: int) -> int:
    content = tokens[index].content
    if isinstance(content, Date):
        return content.month or 0 if content.calendar == "gregorian" else 0
    word = plain_word(tokens, index)
    return MONTHS.get(word) or MONTHS.get(f"{word} {plain_word(tokens, beside(tokens, index, 1))}", 0)


def _time_after(tokens: Sequence[Token], index: int) -> Time | None:
    """The time up to which one reaches."""
    after = beside(tokens, index, 1)
    if plain_word(tokens, after) in _TO:
        after = beside(tokens, after, 1)
    elif after >= 0 and not tokens[after].prefix:
        return None
    content = tokens[after].content if after >= 0 else None
    return content if isinstance(content, Time) else None
