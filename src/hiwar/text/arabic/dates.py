"""Dates and times of day in Arabic words."""

from hiwar.text.arabic.grammar import Case, Gender, bare, joined
from hiwar.text.arabic.nouns import Noun, counted
from hiwar.text.arabic.numbers import cardinal, ordinal
from hiwar.text.tokens import Date, Half, Time

_WEEKDAYS = ("الِاثْنَيْن", "الثُّلَاثَاء", "الْأَرْبِعَاء", "الْخَمِيس", "الْجُمُعَة", "السَّبْت", "الْأَحَد")
_MONTHS = (
    "يَنَايِر", "فِبْرَايِر", "مَارِس", "أَبْرِيل", "مَايُو", "يُونْيُو", "يُولْيُو", "أَغُسْطُس", "سِبْتَمْبِر", "أُكْتُوبَر", "نُوفَمْبِر", "دِيسَمْبِر",
)  # fmt: skip
_SYRIAC_MONTHS = (
    "كَانُون الثَّانِي", "شُبَاط", "آذَار", "نِيسَان", "أَيَّار", "حَزِيرَان", "تَمُّوز", "آب", "أَيْلُول",
    "تِشْرِين الْأَوَّل", "تِشْرِين الثَّانِي", "كَانُون الْأَوَّل",
)  # fmt: skip
MONTHS = {bare(name): number for names in (_MONTHS, _SYRIAC_MONTHS) for number, name in enumerate(names, 1)}
"""Of the Gregorian year, by their names without marks."""
_HIJRI_MONTHS = (
    "مُحَرَّم", "صَفَر", "رَبِيع الْأَوَّل", "رَبِيع الْآخِر", "جُمَادَى الْأُولَى", "جُمَادَى الْآخِرَة",
    "رَجَب", "شَعْبَان", "رَمَضَان", "شَوَّال", "ذُو الْقَعْدَة", "ذُو الْحِجَّة",
)  # fmt: skip
_OF = "مِنْ"
_ERAS = {"ah": "هِجْرِيّ", "ad": "مِيلَادِيّ", "bc": "قَبْلَ الْمِيلَاد"}

HOUR = "السَّاعَة"
_MINUTE = Noun("دَقِيقَة", "دَقَائِق", "f")
_SECOND = Noun("ثَانِيَة", "ثَوَانٍ", "f")
_PARTS_OF_HOUR = {15: "وَالرُّبْع", 20: "وَالثُّلْث", 30: "وَالنِّصْف"}
_TO_QUARTER = "إِلَّا رُبْعًا"
_MORNING, _NOON, _EVENING = "صَبَاحًا", "ظُهْرًا", "مَسَاءً"
_MIDNIGHT, _AFTER_MIDNIGHT = "مُنْتَصَفَ اللَّيْل", "بَعْدَ مُنْتَصَفِ اللَّيْل"


def date(value: Date, case: Case = "nominative", gender: Gender = "m") -> str:
    """The parts that were written; the day by its place in the month, the year counted as it stands after "year".

    `gender` is that of the word for "year" before it.
    """
    parts: list[str] = []
    if value.weekday is not None:
        parts.append(_name(_WEEKDAYS, value.weekday, 0))
    if value.day is not None:
        parts += [ordinal(value.day, case=case), *([_OF] if value.month is not None else [])]
    if value.month is not None:
        gregorian = _SYRIAC_MONTHS if value.syriac else _MONTHS
        month = _name(_HIJRI_MONTHS if value.calendar == "hijri" else gregorian, value.month, 1)
        in_genitive = value.day is not None or case == "genitive"
        parts.append(month.replace("ذُو", "ذِي") if in_genitive else month)
    if value.year is not None:
        parts.append(cardinal(value.year, gender, "genitive"))
    if value.era:
        parts.append(_era(value.era, feminine=gender == "f" or value.month is not None))
    return " ".join(parts)


def time(value: Time, case: Case = "nominative", *, hour_named: bool = False, half_follows: bool = False) -> str:
    """On the twelve-hour clock; the half of the day is told when it was written, or when the hour is above twelve.

    `hour_named`: the word for "hour" stands there already. `half_follows`: the half of the day stands in the next word.
    """
    hour = value.hour % 12 or 12 if 0 <= value.hour <= 24 else value.hour
    parts = [] if hour_named else [HOUR]
    if value.minute == 45 and not value.second and 0 < value.hour <= 12:
        parts += [_hour(hour % 12 + 1), _TO_QUARTER]
    else:
        parts += [_hour(hour), *_minutes(value.minute, value.second, case)]
    if not half_follows and (half := _half_of_day(value)):
        parts.append(half)
    return " ".join(parts)


def _hour(hour: int) -> str:
    return "الْوَاحِدَة" if hour == 1 else ordinal(hour, "f")


def _minutes(minute: int, second: int | None, case: Case) -> list[str]:
    if minute in _PARTS_OF_HOUR and not second:
        return [_PARTS_OF_HOUR[minute]]
    return [
        joined("و", " ".join(filter(None, counted(count, noun, case))))
        for count, noun in ((minute, _MINUTE), (second or 0, _SECOND))
        if count
    ]


def _half_of_day(value: Time) -> str:
    half: Half = value.half
    if value.hour in (0, 24):
        return _AFTER_MIDNIGHT if value.minute or value.second else _MIDNIGHT
    if half == "pm":
        return _NOON if value.hour == 12 else _EVENING
    if half == "am":
        return _MORNING
    if value.hour == 13:
        return _NOON
    return _EVENING if 13 < value.hour < 24 else ""


def _era(era: str, *, feminine: bool) -> str:
    word = _ERAS[era]
    return f"{word}َة" if feminine and era != "bc" else word


def _name(names: tuple[str, ...], number: int, first: int) -> str:
    """The name of a month or weekday; a number that has none is counted."""
    return names[number - first] if first <= number < first + len(names) else cardinal(number)
