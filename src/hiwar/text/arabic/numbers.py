"""Arabic number words with their vowels: cardinals, ordinals, and digits read one by one.

Written in their pausal form; short endings stand where a word is bound to the next. What is counted is `nouns`'.
"""

from hiwar.text.arabic.grammar import Case, Gender, and_joined, definite
from hiwar.text.arabic.letters import DAMMA, FATHA, KASRA

LARGEST = 10**15 - 1
"""Numbers above this are read digit by digit."""
_MAX_BITS = 400
"""No more digits than this are read out: nothing that is meant to be heard is longer."""
_TOO_LARGE = "عَدَد كَبِير جِدًّا"

DIGITS = (
    "صِفْر", "وَاحِد", "اِثْنَان", "ثَلَاثَة", "أَرْبَعَة", "خَمْسَة", "سِتَّة", "سَبْعَة", "ثَمَانِيَة", "تِسْعَة",
)  # fmt: skip
_TEN = "عَشَرَة"
# Three to ten as they count feminine nouns.
_FEMININE = {3: "ثَلَاث", 4: "أَرْبَع", 5: "خَمْس", 6: "سِتّ", 7: "سَبْع", 8: "ثَمَانٍ", 9: "تِسْع", 10: "عَشْر"}
_TENS = ("عِشْر", "ثَلَاث", "أَرْبَع", "خَمْس", "سِتّ", "سَبْع", "ثَمَان", "تِسْع")
_HUNDREDS = ("ثَلَاث", "أَرْبَع", "خَمْس", "سِتّ", "سَبْع", "ثَمَان", "تِسْع")
_HUNDRED = "مِئَة"
# One, and three to ten, of each power of a thousand.
_SCALES = (
    (10**12, "تِرِيلْيُون", "تِرِيلْيُونَات"),
    (10**9, "مِلْيَار", "مِلْيَارَات"),
    (10**6, "مِلْيُون", "مَلَايِين"),
    (10**3, "أَلْف", "آلَاف"),
)
_ORDINALS = (
    "أَوَّل", "ثَانِي", "ثَالِث", "رَابِع", "خَامِس", "سَادِس", "سَابِع", "ثَامِن", "تَاسِع", "عَاشِر",
)  # fmt: skip
_ENDINGS: dict[Case, str] = {"nominative": DAMMA, "accusative": FATHA, "genitive": KASRA}
_MINUS = "سَالِب"


def cardinal(
    number: int, gender: Gender = "m", case: Case = "nominative", *, bound: bool = False, article: bool = False
) -> str:
    """The number in words, as it counts nouns of a gender; any number has some.

    `bound`: the counted noun follows, so that "two hundred" loses its n. `article`: "the", at every part that takes it.
    """
    if number < 0:
        return f"{_MINUS} {cardinal(-number, gender, case, bound=bound)}"
    if number > LARGEST:
        return digit_by_digit(str(number)) if number.bit_length() <= _MAX_BITS else _TOO_LARGE
    parts: list[str] = []
    rest = number
    for size, one, few in _SCALES:
        count, rest = divmod(rest, size)
        if count:
            parts += _scaled(count, one, few, case, bound=bound and not rest)
    if rest or not parts:
        parts += _below_thousand(rest, gender, case, bound=bound)
    return and_joined([definite(part) for part in parts] if article else parts)


def ordinal(number: int, gender: Gender = "m", case: Case = "nominative", *, article: bool = True) -> str:
    """The place in an order; numbers that have none are counted."""
    if not 0 < number <= LARGEST:
        return cardinal(number, gender, case)
    hundreds, rest = number - number % 100, number % 100
    if not rest:
        return cardinal(number, gender, case, article=article)
    parts = _ordinal_below_hundred(rest, gender, case)
    words = and_joined([definite(part) for part in parts] if article else parts)
    return f"{words} بَعْدَ {cardinal(hundreds, case='genitive', article=True)}" if hundreds else words


def digit_by_digit(digits: str) -> str:
    """Each of the digits 0 to 9 by its name; other characters are passed over."""
    return " ".join([DIGITS[int(digit)] for digit in digits if "0" <= digit <= "9"])


def dual(stem: str, case: Case, *, bound: bool = False) -> str:
    """Two of a thing; of a stem in the form that endings are added to. `bound`: it belongs to the noun that follows."""
    if case == "nominative":
        return f"{stem}{FATHA}ا" if bound else f"{stem}{FATHA}ان"
    return f"{stem}{FATHA}يْ" if bound else f"{stem}{FATHA}يْن"


def _ending(case: Case) -> str:
    return _ENDINGS[case]


def _scaled(count: int, one: str, few: str, case: Case, *, bound: bool) -> list[str]:
    """So many thousands, millions, ...; a hundred and one of them are a hundred of them and one."""
    last = count % 100
    ending = _ending(case) if bound else ""
    if last in (1, 2):
        hundreds = _below_thousand(count - last, "m", case, bound=True) if count > last else []
        before = [f"{' '.join(hundreds)} {one}"] if hundreds else []
        return [*before, one + ending if last == 1 else dual(one, case, bound=bound)]
    words = and_joined(_below_thousand(count, "m", case, bound=True))
    if not last:
        return [f"{words} {one}{KASRA if bound else ''}"]
    if last <= 10:
        return [f"{words} {few}{KASRA if bound else ''}"]
    return [f"{words} {one}{FATHA}" if bound else f"{words} {one}ًا"]


def _below_thousand(number: int, gender: Gender, case: Case, *, bound: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    parts = [_hundreds(hundreds, case, bound=bound and not rest)] if hundreds else []
    if rest or not hundreds:
        parts += _below_hundred(rest, gender, case, bound=bound)
    return parts


def _hundreds(count: int, case: Case, *, bound: bool) -> str:
    if count == 2:
        return dual("مِئَت", case, bound=bound)
    ending = _ending(case) if bound else ""
    if count == 1:
        return _HUNDRED + ending
    vowel = KASRA if count == 8 else _ending(case)
    return f"{_HUNDREDS[count - 3]}{vowel}{_HUNDRED}{ending}"


def _below_hundred(number: int, gender: Gender, case: Case, *, bound: bool) -> list[str]:
    if number <= 10:
        return [_up_to_ten(number, gender, case, bound=bound)]
    tens, ones = divmod(number, 10)
    if tens == 1:
        return [_teens(ones, gender, case)]
    ending = "ُون" if case == "nominative" else "ِين"
    decade = _TENS[tens - 2] + ending
    if not ones:
        return [decade]
    one = "إِحْدَى" if ones == 1 and gender == "f" else _up_to_ten(ones, gender, case, bound=False)
    return [one, decade]


def _up_to_ten(number: int, gender: Gender, case: Case, *, bound: bool) -> str:
    if number == 2:
        return dual("اِثْن" if gender == "m" else "اِثْنَت", case)
    if number == 1 and gender == "f":
        return "وَاحِدَة"
    if number < 3:
        return DIGITS[number]
    ending = _ending(case) if bound else ""
    if gender == "m":
        return (_TEN if number == 10 else DIGITS[number]) + ending
    return "ثَمَانِي" if bound and number == 8 else _FEMININE[number] + ending


def _teens(ones: int, gender: Gender, case: Case) -> str:
    ten = "عَشَر" if gender == "m" else "عَشْرَة"
    if ones == 1:
        return f"{'أَحَدَ' if gender == 'm' else 'إِحْدَى'} {ten}"
    if ones == 2:
        return f"{dual('اِثْن' if gender == 'm' else 'اِثْنَت', case, bound=True)} {ten}"
    if gender == "f" and ones == 8:
        return f"ثَمَانِيَ {ten}"
    return f"{DIGITS[ones] if gender == 'm' else _FEMININE[ones]}{FATHA} {ten}"


def _ordinal_below_hundred(number: int, gender: Gender, case: Case) -> list[str]:
    tens, ones = divmod(number, 10)
    if number <= 10:
        return [_ordinal_up_to_ten(number, gender)]
    if ones == 0:
        return _below_hundred(number, gender, case, bound=False)
    unit = _ordinal_up_to_ten(ones, gender)
    if ones == 1:
        unit = "حَادِي" if gender == "m" else "حَادِيَة"
    if tens > 1:
        return [unit, *_below_hundred(tens * 10, gender, case, bound=False)]
    ending = "" if gender == "m" and ones <= 2 else FATHA
    return [f"{unit}{ending} {'عَشَر' if gender == 'm' else 'عَشْرَة'}"]


def _ordinal_up_to_ten(number: int, gender: Gender) -> str:
    if gender == "m":
        return _ORDINALS[number - 1]
    return "أُولَى" if number == 1 else f"{_ORDINALS[number - 1].removesuffix('ي')}{'يَة' if number == 2 else 'َة'}"
