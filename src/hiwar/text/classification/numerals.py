"""What begins with a digit, a sign of a number or a currency: the classes in the order in which they are tried."""

import re
from collections.abc import Callable

from hiwar.text.classification import amounts, codes, dates, digits, places
from hiwar.text.classification.addresses import address
from hiwar.text.classification.keywords import contexts
from hiwar.text.classification.reading import ARABIC, Found, Reading, is_one_of
from hiwar.text.classification.times import time
from hiwar.text.classification.years import bare_year, year
from hiwar.text.tokens import (
    Cardinal,
    Content,
    Date,
    Endpoint,
    Measure,
    Money,
    Number,
    Ordinal,
    Percent,
    Range,
    Scale,
    Time,
    Word,
)

Reader = Callable[[Reading, int], Found | None]
_Amount = Cardinal | Percent | Money | Measure

# A longer reading stands before one that would take its beginning.
_READERS: tuple[Reader, ...] = (
    codes.digits_after_letters,
    address,
    digits.phone,
    dates.numeric_date,
    codes.version,
    year,
    digits.digits_of_code,
    dates.english_date,
    dates.arabic_date,
    digits.digits,
    places.house,
    places.numbered,
    places.postal_code,
    bare_year,
    time,
    amounts.height,
    amounts.fraction,
    codes.decade,
    amounts.amount,
)
_LAST_OF_RANGE: tuple[Reader, ...] = (dates.numeric_date, time, amounts.amount)
_DASH = re.compile(r"(?: ?[–—] ?|-to-|-| - )(?=[$€£]?[0-9])")
_LATIN_LETTER = re.compile("[A-Za-z]")
# What cannot be counted follows the figures of a result.
_AFTER_RESULT = re.compile(rf"(?! ?[{ARABIC}])| (?:على|أمام|ضد|في|لصالح|من|مع|بعد|خارج|داخل)(?![{ARABIC}])")
_WORDS_OF_RESULT = 6
_HOURS = 24
_SCORE_DIGITS_MAX = 3


def numeral(reading: Reading, at: int) -> Found | None:
    """The first class that fits, with the other end of its range; None where no number begins."""
    for reader in _READERS:
        found = reader(reading, at)
        if found is not None:
            return _code(reading, at, found) or _range(reading, found) or found
    return None


def _code(reading: Reading, at: int, found: Found) -> Found | None:
    if not isinstance(found.content, Cardinal) or not _LATIN_LETTER.match(reading.western, found.end):
        return None
    if codes.letters_after_digits(reading, found.end):
        return None
    return codes.code_of_digits(reading, at)


def _range(reading: Reading, first: Found) -> Found | None:
    if not isinstance(first.content, Cardinal | Ordinal | Percent | Money | Measure | Date | Time):
        return None
    dash = _DASH.match(reading.western, first.end)
    if dash is None:
        return None
    last = _last_of_range(reading, first, dash.end())
    if last is None:
        return None
    down = is_one_of(reading.word_before(), contexts.FROM)
    content = None if _is_result(reading, last) else _joined(first.content, last.content, down=down)
    content = content or _from_more_to_less(reading, first.content, last.content)
    return Found(last.end, content, first.language or last.language) if content else None


def _last_of_range(reading: Reading, first: Found, at: int) -> Found | None:
    if isinstance(first.content, Time) and first.content.half:
        reading.found.append(first)
        last = time(reading, at)
        reading.found.pop()
        if last is not None:
            return last
    return next((last for reader in _LAST_OF_RANGE if (last := reader(reading, at)) is not None), None)


def _is_result(reading: Reading, last: Found) -> bool:
    """Whether two numbers with a dash are what each side has scored."""
    if not isinstance(last.content, Cardinal) or not _AFTER_RESULT.match(reading.western, last.end):
        return False
    words = [found.content.text for found in reading.found[-_WORDS_OF_RESULT:] if isinstance(found.content, Word)]
    return any(is_one_of(word, contexts.RESULT) for word in words)


def _joined(first: Endpoint, last: Content, *, down: bool) -> Range | None:
    """`down`: also from a larger number to a smaller one."""
    if isinstance(last, Time):
        hour = _hour(first)
        return Range(hour, last) if hour else None
    if isinstance(last, Date):
        return Range(first, last) if isinstance(first, Date) else None
    if isinstance(first, Ordinal) or isinstance(last, Ordinal):
        both = isinstance(first, Ordinal) and isinstance(last, Ordinal) and first.value < last.value
        return Range(first, last) if both and isinstance(last, Ordinal) else None
    if isinstance(first, Money) and isinstance(last, Cardinal):
        last = Money(last.number, first.currency, last.scale)
    if not isinstance(first, _Amount) or not isinstance(last, _Amount) or not _belong_together(first, last):
        return None
    lower, upper = _number(first), _number(last)
    scale = _scale(first) if _scale(first) != _scale(last) else ""
    if not scale and not down and not lower.magnitude < upper.magnitude:
        return None
    return Range(Cardinal(lower, scale), last)


def _from_more_to_less(reading: Reading, first: Endpoint, last: Content) -> Range | None:
    """In English also votes, scores and hours are said with a "to": 52-48, 9-5; not types such as Boeing 747-400."""
    if reading.language != "en" or not isinstance(first, Cardinal) or not isinstance(last, Cardinal):
        return None
    named = reading.word_before().istitle() and reading.word_before() != "The"
    small = all(len(_digits(one)) <= _SCORE_DIGITS_MAX for one in (first, last))
    ordered = last.number.magnitude < first.number.magnitude
    return Range(first, last) if small and ordered and not named else None


def _digits(content: Cardinal) -> str:
    return content.number.sign + content.number.whole + content.number.fraction


def _hour(first: Endpoint) -> Time | None:
    if isinstance(first, Time):
        return first
    if not isinstance(first, Cardinal) or not first.number.whole or len(first.number.whole) > len("24"):
        return None
    hour = int(first.number.whole)
    return Time(hour) if hour <= _HOURS and not first.number.fraction and not first.number.sign else None


def _belong_together(first: _Amount, last: _Amount) -> bool:
    """Numbers alone go with everything; others only with what counts the same."""
    if isinstance(first, Cardinal):
        return True
    if isinstance(first, Money) and isinstance(last, Money):
        return first.currency == last.currency
    if isinstance(first, Measure) and isinstance(last, Measure):
        return first.unit == last.unit
    return isinstance(first, Percent) and isinstance(last, Percent)


def _number(content: _Amount) -> Number:
    return content.number if isinstance(content, Cardinal | Percent) else content.amount


def _scale(content: _Amount) -> Scale:
    return content.scale if isinstance(content, Cardinal | Money) else ""
