"""Amounts in Arabic words: numbers as they were written, percent, fractions, money and measures, each with its noun."""

from dataclasses import replace

from hiwar.text.arabic.currencies import CURRENCIES, UNITS, Currency, Unit
from hiwar.text.arabic.grammar import Case, Gender, and_joined
from hiwar.text.arabic.nouns import Noun, agreeing, counted
from hiwar.text.arabic.numbers import LARGEST, cardinal, digit_by_digit, dual
from hiwar.text.arabic.spelling import spelled
from hiwar.text.tokens import Cardinal, Fraction, Measure, Money, Number, Scale

PERCENT = "بِالْمِئَة"
_POINT = "فَاصِلَة"
SIGNS = {"-": "سَالِب", "+": "زَائِد"}
_ON = "عَلَى"
_COUNTED_DECIMALS_MAX = 2
_LARGEST_DIGITS = len(str(LARGEST))

_SCALES: dict[Scale, tuple[int, str]] = {
    "": (1, ""), "thousand": (10**3, "أَلْف"), "million": (10**6, "مِلْيُون"), "billion": (10**9, "مِلْيَار"),
    "trillion": (10**12, "تِرِيلْيُون"),
}  # fmt: skip
# One part and several, of two to ten.
_PARTS = {
    2: Noun("نِصْف", "أَنْصَاف"), 3: Noun("ثُلْث", "أَثْلَاث"), 4: Noun("رُبْع", "أَرْبَاع"), 5: Noun("خُمْس", "أَخْمَاس"),
    6: Noun("سُدْس", "أَسْدَاس"), 7: Noun("سُبْع", "أَسْبَاع"), 8: Noun("ثُمْن", "أَثْمَان"),
    9: Noun("تُسْع", "أَتْسَاع"), 10: Noun("عُشْر", "أَعْشَار"),
}  # fmt: skip


def whole(number: Number, scale: Scale = "") -> int | None:
    """Its value without the sign when it is a countable whole number without leading zeros; so is 1.5 million."""
    size, places = _SCALES[scale][0], len(number.fraction)
    digits = number.whole + number.fraction
    if not _is_countable(digits) or size % 10**places or (not places and len(digits) > 1 and digits[0] == "0"):
        return None
    value = int(digits) * size // 10**places
    return value if value <= LARGEST else None


def cardinal_words(value: Cardinal, gender: Gender = "m", case: Case = "nominative", *, article: bool = False) -> str:
    """A number that counts nothing, with its scale."""
    number = whole(value.number, value.scale)
    if number is None or not value.scale:
        words = number_words(value.number, gender, case, article=article)
        return f"{words} {_SCALES[value.scale][1]}" if value.scale else words
    return _signed(value.number, cardinal(number, gender, case, article=article))


def without_cents(number: Number) -> Number:
    """The number without the zeros that amounts are written with: 1,250.00."""
    return replace(number, fraction="") if number.grouped and number.fraction == "00" else number


def number_words(number: Number, gender: Gender = "m", case: Case = "nominative", *, article: bool = False) -> str:
    """Any number: digit by digit with leading zeros or above the largest, else counted; decimals after "point"."""
    digits = number.whole or "0"
    if _is_countable(digits) and (len(digits) == 1 or digits[0] != "0"):
        words = cardinal(int(digits), "m" if number.fraction else gender, case, article=article)
    else:
        words = digit_by_digit(digits) or spelled(digits)
    return _signed(number, f"{words} {_POINT} {_decimals(number.fraction)}" if number.fraction else words)


def percent(number: Number, case: Case, *, article: bool = False) -> str:
    """So many of a hundred."""
    return f"{number_words(number, case=case, article=article)} {PERCENT}"


def fraction(value: Fraction, case: Case, *, bound: bool = False) -> str:
    """Halves to tenths by name, others as one number over another."""
    if value.whole is None:
        return part_words(value.numerator, value.denominator, case, bound=bound)
    return and_joined([cardinal(value.whole, case=case), part_words(value.numerator, value.denominator, case)])


def part_words(numerator: int, denominator: int, case: Case, *, bound: bool = False) -> str:
    """A fraction below one, such as three quarters. `bound`: it belongs to a noun right after it."""
    part = _PARTS.get(denominator)
    if part is None or not 0 < numerator <= 10:
        return f"{cardinal(numerator, case=case)} {_ON} {cardinal(denominator, case='genitive')}"
    if numerator == 1:
        return part.singular
    if numerator == 2:
        return dual(part.singular, case, bound=bound)
    return f"{cardinal(numerator, case=case, bound=True)} {part.plural}"


def money(value: Money, case: Case, *, article: bool = False, adjective: str = "") -> str:
    """An amount with its currency; decimals as the smaller unit where they are whole ones of it."""
    currency = CURRENCIES.get(value.currency)
    if currency is None:
        return f"{_scaled_words(value, case, article=article)} {spelled(value.currency)}".rstrip()
    unit = Unit(currency.major, adjective or currency.adjective)
    if value.scale:
        return _scaled_money(value, unit, case, article=article)
    amount = value.amount
    minor = _minor_count(amount.fraction, currency)
    if minor is None or currency.minor is None or not _is_countable(amount.whole or "0"):
        return with_unit(amount, unit, case, article=article)
    major = Number(amount.whole or "0")
    parts = [with_unit(major, unit, case, article=article)] if not minor or int(major.whole) else []
    if minor:
        parts.append(" ".join(filter(None, counted(minor, currency.minor, case))))
    return _signed(amount, and_joined(parts))


def measure(value: Measure, case: Case, *, article: bool = False, adjective: str = "") -> str:
    """An amount in a unit; one that is not known is spelled."""
    unit = UNITS.get(value.unit)
    if unit is None:
        return f"{number_words(value.amount, case=case, article=article)} {spelled(value.unit)}".rstrip()
    return with_unit(value.amount, Unit(unit.noun, adjective or unit.adjective, unit.after), case, article=article)


def gender_of_currency(code: str) -> Gender:
    """Of the noun that a currency's code stands for."""
    currency = CURRENCIES.get(code)
    return currency.major.gender if currency else "m"


def with_unit(amount: Number, unit: Unit, case: Case, *, article: bool = False) -> str:
    """The amount and its unit in agreement; after decimals and spelled digits the unit stands in the singular."""
    digits = amount.whole.lstrip("0") or "0"
    noun, adjective = unit.noun, unit.adjective
    if amount.fraction or not _is_countable(digits):
        said = [number_words(amount, case=case), noun.singular, _plain(adjective, noun)]
    else:
        parts = counted(int(digits), noun, case, adjective=adjective, article=article)
        said = [_signed(amount, " ".join(filter(None, parts)))]
    return " ".join(filter(None, [*said, unit.after]))


def _scaled_money(value: Money, unit: Unit, case: Case, *, article: bool) -> str:
    number = whole(value.amount, value.scale)
    if number is not None:
        return with_unit(Number(str(number), sign=value.amount.sign), unit, case, article=article)
    words = [_scaled_words(value, case, article=article), unit.noun.singular, _plain(unit.adjective, unit.noun)]
    return " ".join(filter(None, words))


def _scaled_words(value: Money, case: Case, *, article: bool) -> str:
    return cardinal_words(Cardinal(value.amount, value.scale), case=case, article=article)


def _minor_count(decimals: str, currency: Currency) -> int | None:
    """How many of the smaller unit the decimals are; None when they are no whole number of it."""
    decimals = decimals.rstrip("0")
    if len(decimals) > currency.minor_digits or not (decimals or "0").isdecimal():
        return None
    return int(decimals.ljust(currency.minor_digits, "0"))


def _decimals(digits: str) -> str:
    if len(digits) <= _COUNTED_DECIMALS_MAX and _is_countable(digits) and digits[0] != "0":
        return cardinal(int(digits))
    return digit_by_digit(digits) or spelled(digits)


def _plain(adjective: str, noun: Noun) -> str:
    return agreeing(adjective, noun, 1, "nominative") if adjective else ""


def _signed(number: Number, words: str) -> str:
    return f"{SIGNS[number.sign]} {words}" if number.sign else words


def _is_countable(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= _LARGEST_DIGITS
