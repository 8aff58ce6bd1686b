"""Years that stand alone: four digits that a word before them, or an era behind them, makes a year."""

import re
from typing import Literal

from hiwar.text.classification.amounts import amount
from hiwar.text.classification.keywords import contexts
from hiwar.text.classification.reading import CAPITALIZED, COUNTED_NEXT, NO_LETTER, Found, Reading, is_one_of
from hiwar.text.tokens import Abbreviation, Calendar, Cardinal, Code, Date, Number, Range, Symbol
from hiwar.vocabulary import Language

HIJRI_YEARS = range(1300, 1500)
"""In a date in figures these are years of the Hijra, when nothing else is said."""

Era = Literal["", "ah", "ad", "bc"]

_ERA = re.compile(
    rf" ?(?:(?P<arabic>ه|هجري|هجرية|هجريا|م|ميلادي|ميلادية|ق\.م)|(?P<latin>AH|A\.H\.|AD|CE|BC|BCE)){NO_LETTER}"
)
_ERAS: dict[str, Era] = {
    "ه": "ah", "هجري": "ah", "هجرية": "ah", "هجريا": "ah", "م": "ad", "ميلادي": "ad", "ميلادية": "ad", "ق.م": "bc",
    "AH": "ah", "A.H.": "ah", "AD": "ad", "CE": "ad", "BC": "bc", "BCE": "bc",
}  # fmt: skip
_YEAR = re.compile(r"[0-9]{4}(?![0-9%:/A-Za-z]|[.,][0-9]|-[0-9])")
_YEARS_WITH_DASH = re.compile(r"([0-9]{4}) ?[-–—] ?([0-9]{4}|[0-9]{2})(?![0-9%:/]|[.,-][0-9])")
_SEASON = re.compile(r"([0-9]{4})/([0-9]{4}|[0-9]{2})(?![0-9%:/]|[.,-][0-9])")
_YEARS = range(1100, 2100)
_LIKELY_YEARS = range(1900, 2100)
_CENTURY = 100


def era(reading: Reading, at: int) -> tuple[Era, int, Language | None]:
    """The era named behind a year that ends at `at`, or "", where it ends, and its language."""
    match = _ERA.match(reading.western, at)
    if match is None:
        return "", at, None
    return _ERAS[match["arabic"] or match["latin"]], match.end(), "ar" if match["arabic"] else None


def year(reading: Reading, at: int) -> Found | None:
    """One year, or two with a dash."""
    match = _YEARS_WITH_DASH.match(reading.western, at)
    if match is not None:
        return _years(reading, match)
    season = _SEASON.match(reading.western, at)
    if season is not None and int(season[2]) % _CENTURY == int(season[1]) % _CENTURY + 1:
        return _years(reading, season)
    match = _YEAR.match(reading.western, at)
    if match is None or int(match[0]) not in _YEARS:
        return None
    value = int(match[0])
    named, end, language = era(reading, match.end())
    expected = _is_expected(reading, value, at, match.end())
    # A number before م is more often of metres.
    if named and (expected or named != "ad" or (value in _LIKELY_YEARS and end == match.end() + 1)):
        return Found(end, Date(year=value, calendar="hijri" if named == "ah" else "gregorian", era=named), language)
    return Found(match.end(), Date(year=value)) if expected else None


def bare_year(reading: Reading, at: int) -> Found | None:
    """In English a number like those of our years, written without a comma, unless it counts something."""
    match = _YEAR.match(reading.western, at)
    if match is None or reading.language != "en" or int(match[0]) not in _LIKELY_YEARS:
        return None
    after_sign = bool(reading.found) and isinstance(reading.found[-1].content, Symbol)
    counted = amount(reading, at)
    alone = counted is not None and counted.end == match.end() and isinstance(counted.content, Cardinal)
    if after_sign or not alone or COUNTED_NEXT.match(reading.western, match.end()):
        return None
    return Found(match.end(), Date(year=int(match[0])))


def _years(reading: Reading, match: re.Match[str]) -> Found | None:
    first, last = int(match[1]), int(match[2])
    if first not in _YEARS:
        return None
    if len(match[2]) == len("24"):
        century = first - first % _CENTURY
        short_last = Date(year=century + last) if match[2][0] == "0" else Cardinal(Number(match[2]))
        short = Range(Date(year=first), short_last)
        return Found(match.end(), short) if last > first % _CENTURY else None
    if not first < last < _YEARS.stop:
        return None
    named, end, language = era(reading, match.end())
    calendar: Calendar = "hijri" if named == "ah" else "gregorian"
    years = Range(Date(year=first, calendar=calendar), Date(year=last, calendar=calendar, era=named))
    return Found(end, years, language)


def _is_expected(reading: Reading, value: int, at: int, end: int) -> bool:
    if reading.western[at - 1 : at] == "(" and reading.western[end : end + 1] == ")":
        return value in _LIKELY_YEARS
    before = reading.word_before()
    if not before:
        last = reading.found[-1].content if reading.found else None
        if isinstance(last, Abbreviation):
            return last.text.lower() in contexts.SHORT_YEAR
        if last == Symbol("/") and _follows_year(reading):
            return True
        return isinstance(last, Code) and last.parts[0] == "Q" and value in _LIKELY_YEARS
    if is_one_of(before, contexts.YEAR) or (is_one_of(before, contexts.JOINS_YEARS) and _follows_year(reading)):
        return True
    # After a name, as in Vision 2030.
    named = CAPITALIZED.match(before) is not None and before.lower() not in contexts.CODE | contexts.NUMBERED
    return (named or is_one_of(before, contexts.LIKELY_YEAR)) and value in _LIKELY_YEARS


def _follows_year(reading: Reading) -> bool:
    content = reading.found[-2].content if len(reading.found) > 1 else None
    return isinstance(content, Date) and content.year is not None and content.month is None
