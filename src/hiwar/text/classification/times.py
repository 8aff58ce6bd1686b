"""Times of day: 17:45, 5:30 PM, 5 pm, 10:00 ص, and the hour after الساعة."""

import re

from hiwar.text.classification.keywords import contexts
from hiwar.text.classification.reading import NO_LETTER, Found, Reading, is_one_of
from hiwar.text.tokens import Cardinal, Date, Half, Silent, Time
from hiwar.vocabulary import Language

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?![0-9]|:[0-9])")
_HOUR = re.compile(r"([0-9]{1,2})(?:[.]([0-9]{2}))?(?![0-9]|[.,:/][0-9])")
_ENGLISH_HALF = re.compile(rf" ?(?:(?P<dotted>[AaPp]\.[Mm]\.)|(?P<plain>[AaPp][Mm])){NO_LETTER}")
# Before a word with an article مساء is the evening of it.
_ARABIC_HALF = re.compile(
    rf" ?(?P<half>ص(?! ?[0-9])|م|صباحا|صباحًا|صباحاً|مساءً|مساءا|صباح(?! ال)|مساء(?! ال)){NO_LETTER}(?!\.[0-9])"
)
_JOINED_BY_AND = re.compile("و ?")
_ISO_TIME = re.compile("T(?=[0-9]{2}:[0-9]{2})")
_HOURS = 24
_SIXTY = 60


def time(reading: Reading, at: int) -> Found | None:
    """A time; an hour alone needs its half of the day or the word الساعة."""
    clock = _CLOCK.match(reading.western, at)
    if clock is not None:
        second = int(clock[3]) if clock[3] else None
        return _of_day(reading, clock.end(), int(clock[1]), int(clock[2]), second)
    hour = _HOUR.match(reading.western, at)
    if hour is None:
        return None
    after_hour_word = _follows_hour_word(reading, at)
    minute = int(hour[2]) if hour[2] else 0
    found = _of_day(reading, hour.end(), int(hour[1]), minute, None)
    if found is None or not isinstance(found.content, Time):
        return None
    # Without a colon, that word or another time م is for metres.
    if after_hour_word or _follows_time(reading) or (found.content.half and reading.text[found.end - 1] != "م"):
        return found
    return None


def _follows_hour_word(reading: Reading, at: int) -> bool:
    """Not behind hours that are counted, as in: 1 ساعة و15 دقيقة."""
    if not is_one_of(reading.word_before(), contexts.HOUR):
        return False
    is_counted = len(reading.found) > 1 and isinstance(reading.found[-2].content, Cardinal)
    return not is_counted and not _JOINED_BY_AND.fullmatch(reading.western, reading.found[-1].end + 1, at)


def joins_date(reading: Reading, at: int) -> Found | None:
    """The T between date and time of ISO 8601, which is not said."""
    match = _ISO_TIME.match(reading.western, at)
    if match is None or not reading.found or reading.found[-1].end != at:
        return None
    return Found(at + 1, Silent("T")) if isinstance(reading.found[-1].content, Date) else None


def _follows_time(reading: Reading) -> bool:
    """Whether one of the two things before it is a time of a half of the day, as in: ما بين 8 ص و4 م."""
    return any(isinstance(found.content, Time) and bool(found.content.half) for found in reading.found[-2:])


def _of_day(reading: Reading, end: int, hour: int, minute: int, second: int | None) -> Found | None:
    if hour > _HOURS or minute >= _SIXTY or (second or 0) >= _SIXTY:
        return None
    half, end, language = _half(reading, end)
    return Found(end, Time(hour, minute, second, half), language)


def _half(reading: Reading, at: int) -> tuple[Half, int, Language | None]:
    english = _ENGLISH_HALF.match(reading.western, at)
    if english is not None:
        # The last point of p.m. may end the sentence as well.
        end = english.end() - (bool(english["dotted"]) and english.end() == len(reading.text))
        return "am" if (english["dotted"] or english["plain"])[0] in "aA" else "pm", end, None
    arabic = _ARABIC_HALF.match(reading.western, at)
    if arabic is None:
        return "", at, None
    return "am" if arabic["half"][0] == "ص" else "pm", arabic.end(), "ar"
