"""English dates and times of day in words."""

from dataclasses import replace

from hiwar.text.english.names import HIJRI_MONTHS, MONTHS, WEEKDAYS
from hiwar.text.english.numbers import cardinal, ordinal, second_half, year
from hiwar.text.tokens import Date, Time

_ERAS = {"": "", "ah": " A H", "ad": " A D", "bc": " B C"}
_HALVES = {"": "", "am": " A M", "pm": " P M"}
_NOON = 12
_MIDNIGHTS = (0, 24)


def date(value: Date, *, day_first: bool = False) -> str:
    """Sunday, November twenty second, twenty twenty six; `day_first`: twenty second of November, behind an article."""
    day = _month(value) or _day(value)
    if value.month and value.day:
        place = ordinal(value.day)
        day = f"{place} of {_month(value)}" if day_first else f"{_month(value)} {place}"
    weekday = WEEKDAYS[value.weekday] if value.weekday is not None else ""
    name = ", ".join(filter(None, [weekday, day]))
    if value.year is None:
        return name
    gap = ", " if value.day else " "
    return f"{name}{gap if name else ''}{year(value.year)}{_ERAS[value.era]}"


def days(first: Date, last: Date) -> str:
    """Two days of one month, whose name and year the last one has."""
    rest = f", {year(last.year)}{_ERAS[last.era]}" if last.year is not None else ""
    return f"{_month(last)} {ordinal(first.day or 0)} to {ordinal(last.day or 0)}{rest}"


def _month(value: Date) -> str:
    if value.month is None:
        return ""
    return (HIJRI_MONTHS if value.calendar == "hijri" else MONTHS)[value.month - 1]


def _day(value: Date) -> str:
    return f"the {ordinal(value.day)}" if value.day else ""


def time(value: Time) -> str:
    """Five thirty P M, seventeen forty five, nine o'clock."""
    seconds = ""
    if value.second is not None:
        seconds = f" and {cardinal(value.second)} second{'' if value.second == 1 else 's'}"
    hour = cardinal(value.hour)
    if value.half:
        minutes = f" {second_half(value.minute)}" if value.minute else ""
        return f"{hour}{minutes}{seconds}{_HALVES[value.half]}"
    if value.minute:
        return f"{hour} {second_half(value.minute)}{seconds}"
    if value.hour in _MIDNIGHTS:
        return f"midnight{seconds}"
    return f"{hour} hundred{seconds}" if value.hour > _NOON else f"{hour} o'clock{seconds}"


def hours(first: Time, last: Time) -> str:
    """Two times of which only the last one has its half of the day."""
    return f"{time(replace(first, half=last.half)).removesuffix(_HALVES[last.half])} to {time(last)}"
