"""Dates, in figures or with the name of the month. Years alone are found by `years`."""

import re
from dataclasses import replace

from hiwar.text.classification.amounts import amount
from hiwar.text.classification.keywords import calendar, contexts
from hiwar.text.classification.reading import LATIN, NO_LETTER, Found, Reading, any_of, is_one_of
from hiwar.text.classification.years import HIJRI_YEARS, era
from hiwar.text.tokens import Calendar, Date, Measure, Percent, Range
from hiwar.vocabulary import Language

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9]|[-/.][0-9])")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|(?<=/)[0-9]{2})(?![0-9]|[-/.][0-9])")
_YEAR_AND_MONTH = re.compile(r"((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])(?![-0-9./:])")
_DAY_BEFORE_MONTH = re.compile(r"(?:1[3-9]|2[0-9]|3[01])/(?:0[1-9]|1[0-2])(?![0-9])")
_WITHOUT_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{1,2})(?![0-9/%:]|[.,][0-9])")
_ENGLISH_MONTH = (
    rf"(?:(?P<month>{any_of(calendar.ENGLISH_MONTHS)})\b\.?|(?P<hijri>{any_of(calendar.ENGLISH_HIJRI_MONTHS)})\b)"
)
_NTH = "(?:st|nd|rd|th)?"
_DAY = rf"(?P<day>[0-9]{{1,2}}){_NTH}(?: ?[-–] ?(?P<to>[0-9]{{1,2}}){_NTH})?"
_ENGLISH_YEAR = r"(?:(?:,? |-)(?P<year>[0-9]{4})(?![0-9:%]|[.,/-][0-9]))?"
_SHORT_YEAR = r"(?:-(?P<in_century>[0-9]{2})(?![0-9:%]|[.,/-][0-9]))?"
_DAY_AND_MONTH = re.compile(rf"{_DAY}(?: of)?[ -]{_ENGLISH_MONTH}{_ENGLISH_YEAR}{_SHORT_YEAR}", re.IGNORECASE)
_MONTH_AND_DAY = re.compile(rf"{_ENGLISH_MONTH} {_DAY}(?![0-9{LATIN}:%/]|[.,-][0-9]){_ENGLISH_YEAR}", re.IGNORECASE)
_MONTH_AND_YEAR = re.compile(rf"{_ENGLISH_MONTH},? (?P<year>[12][0-9]{{3}})(?![0-9:%]|[.,/-][0-9])", re.IGNORECASE)

_ARABIC_MONTH = (
    rf"(?:(?P<month>{any_of(calendar.ARABIC_MONTHS)})|(?P<syriac>{any_of(calendar.SYRIAC_MONTHS)})"
    rf"|(?P<hijri>{any_of(calendar.HIJRI_MONTHS)})){NO_LETTER}"
)
_ARABIC_DATE = re.compile(
    r"(?:(?P<day>[0-9]{1,2})(?: ?[-–] ?(?P<to>[0-9]{1,2}))? ?(?:من )?(?:شهر )?)?"
    rf"{_ARABIC_MONTH}(?:[،,]? (?:عام |سنة |لعام )?(?P<year>[0-9]{{4}})(?![0-9:%]|[.,/-][0-9]))?"
)
_AFTER_WEEKDAY = re.compile("[,،]? ")
_MONTHS = 12
_DAYS = 31
_CENTURY = 100
_TWO_DIGIT_YEARS_OF_2000 = 70


def numeric_date(reading: Reading, at: int) -> Found | None:
    """22/11/2026, 2026-11-22, 15/1/1447 ه. In English the month is first where it can be, but for dates with points."""
    match = _YEAR_FIRST.match(reading.western, at)
    if match is not None:
        return _in_figures(reading, match.end(), int(match[4]), int(match[3]), int(match[1]))
    match = _YEAR_LAST.match(reading.western, at)
    if match is not None:
        month_first = reading.language == "en" and match[2] != "." and int(match[4]) not in HIJRI_YEARS
        day, month = _day_and_month(int(match[1]), int(match[3]), month_first=month_first)
        return _in_figures(reading, match.end(), day, month, int(match[4]))
    match = _YEAR_AND_MONTH.match(reading.western, at)
    if match is not None:
        return Found(match.end(), Date(month=int(match[2]), year=int(match[1])))
    return _without_year(reading, at)


def _without_year(reading: Reading, at: int) -> Found | None:
    match = _WITHOUT_YEAR.match(reading.western, at)
    if match is None:
        return None
    # Two figures each, and no month first, are nothing else in Arabic.
    certain = reading.language == "ar" and _DAY_BEFORE_MONTH.match(reading.western, at) is not None
    if not certain and not is_one_of(reading.word_before(), contexts.DATE):
        return None
    day, month = _day_and_month(int(match[1]), int(match[2]), month_first=reading.language == "en")
    valid = 0 < day <= _DAYS and 0 < month <= _MONTHS
    return Found(match.end(), Date(day, month)) if valid else None


def _day_and_month(first: int, last: int, *, month_first: bool) -> tuple[int, int]:
    swapped = last > _MONTHS or (month_first and first <= _MONTHS)
    return (last, first) if swapped else (first, last)


def _in_figures(reading: Reading, end: int, day: int, month: int, year: int) -> Found | None:
    if not (0 < day <= _DAYS and 0 < month <= _MONTHS):
        return None
    year = _full_year(year)
    named, end, language = era(reading, end)
    hijri = named == "ah" or (not named and year in HIJRI_YEARS)
    return Found(end, Date(day, month, year, "hijri" if hijri else "gregorian", era=named), language)


def _full_year(year: int) -> int:
    if year >= _CENTURY:
        return year
    return year + (2000 if year < _TWO_DIGIT_YEARS_OF_2000 else 1900)


def english_date(reading: Reading, at: int) -> Found | None:
    """22nd of November 2026, Nov 22, 2026, Nov 22-25, November 2026, 1 Ramadan 1447."""
    text = reading.western
    match = _DAY_AND_MONTH.match(text, at) or _MONTH_AND_DAY.match(text, at) or _MONTH_AND_YEAR.match(text, at)
    if match is None:
        return None
    if _is_counted(reading, match):
        return None
    name = (match["month"] or match["hijri"]).lower()
    if match["hijri"]:
        return _named(reading, match, "en", calendar.ENGLISH_HIJRI_MONTHS[name], "hijri")
    # Short names, and those that are words too, are months when they have a capital or a day before them.
    may_be_word = name in calendar.SHORT_MONTHS or name == "march"
    if may_be_word and match["month"][0].islower() and match.start("month") == at:
        return None
    return _named(reading, match, "en", calendar.ENGLISH_MONTHS[name])


def _is_counted(reading: Reading, match: re.Match[str]) -> bool:
    """Whether the number behind the month is no day of it: in May 5 people, March 3 km."""
    parts = match.groupdict()
    if not parts.get("day") or parts["year"] or match.start("day") < match.start("month"):
        return False
    found = amount(reading, match.start("day"))
    return reading.word_before().lower() == "in" or (found is not None and isinstance(found.content, Measure | Percent))


def arabic_date(reading: Reading, at: int) -> Found | None:
    """22 نوفمبر 2026, 22 تشرين الثاني, 1 رمضان 1447 ه, نوفمبر 2026."""
    match = _ARABIC_DATE.match(reading.western, at)
    if match is None or not (match["day"] or match["year"]):
        return None
    if match["hijri"]:
        return _named(reading, match, "ar", calendar.HIJRI_MONTHS[match["hijri"]], "hijri")
    if match["syriac"]:
        return _named(reading, match, "ar", calendar.SYRIAC_MONTHS[match["syriac"]], syriac=True)
    return _named(reading, match, "ar", calendar.ARABIC_MONTHS[match["month"]])


def _named(
    reading: Reading,
    match: re.Match[str],
    language: Language,
    month: int,
    in_calendar: Calendar = "gregorian",
    *,
    syriac: bool = False,
) -> Found | None:
    parts = match.groupdict()
    days = [int(parts[name]) for name in ("day", "to") if parts.get(name)]
    if not all(0 < day <= _DAYS for day in days):
        return None
    year = int(parts["year"]) if parts["year"] else None
    if parts.get("in_century"):
        year = _full_year(int(parts["in_century"]))
    named, end, _ = era(reading, match.end()) if year else ("", match.end(), None)
    date = Date(days[-1] if days else None, month, year, in_calendar, era=named, syriac=syriac)
    if len(days) == 1 or not days:
        return Found(end, date, language)
    return Found(end, Range(Date(day=days[0]), date), language) if days[0] < days[1] else None


def weekday_and_date(reading: Reading, word_end: int, weekday: int, language: Language) -> Found | None:
    """A date whose weekday ends at `word_end`."""
    gap = _AFTER_WEEKDAY.match(reading.western, word_end)
    if gap is None:
        return None
    by_name = english_date if language == "en" else arabic_date
    found = by_name(reading, gap.end()) or numeric_date(reading, gap.end())
    if found is None or not isinstance(found.content, Date) or found.content.day is None:
        return None
    return Found(found.end, replace(found.content, weekday=weekday), language)
