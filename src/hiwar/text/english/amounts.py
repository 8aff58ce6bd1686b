"""English amounts: money, measures and fractions in words."""

from hiwar.text.english.names import CURRENCIES, UNITS
from hiwar.text.english.numbers import cardinal, decimal, is_one, ordinal
from hiwar.text.tokens import Fraction, Measure, Money, Number

_PARTS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_LARGEST_PART = 100
_RATED_OUT_OF = frozenset({10, 20, 100})


def money(value: Money, *, singular: bool = False) -> str:
    """An amount with its unit and, where the decimals make whole parts of it, those: dollars and cents.

    `singular`: a five dollar bill.
    """
    one, several, part, parts, digits = CURRENCIES.get(value.currency, (value.currency, value.currency, "", "", 0))
    if singular and (value.scale or not value.amount.fraction.strip("0")):
        several = one
    amount = value.amount
    if value.scale:
        return f"{decimal(amount)} {value.scale} {several}"
    if not amount.fraction or len(amount.fraction) > digits:
        return f"{decimal(amount)} {one if is_one(amount) else several}"
    whole = Number(amount.whole, sign=amount.sign)
    count = int(amount.fraction.ljust(digits, "0"))
    units = f"{decimal(whole)} {one if is_one(whole) else several}"
    if not count:
        return units
    rest = f"{cardinal(count)} {part if count == 1 else parts}"
    if amount.whole.strip("0"):
        return f"{units} and {rest}"
    return decimal(Number(str(count), sign=amount.sign)) + rest.removeprefix(cardinal(count))


def measure(value: Measure, *, singular: bool = False) -> str:
    """An amount with the name of its unit; the symbol itself when it has none. `singular`: a five kilometer run."""
    one, several = UNITS.get(value.unit, (value.unit, value.unit))
    return f"{decimal(value.amount)} {one if singular or is_one(value.amount) else several}"


def fraction(value: Fraction) -> str:
    """Three quarters, two and a half, eight out of ten."""
    numerator, denominator = value.numerator, value.denominator
    if value.whole is not None:
        return f"{cardinal(value.whole)} and {'a half' if (numerator, denominator) == (1, 2) else _parts(value)}"
    if denominator in _RATED_OUT_OF and numerator > 1:
        return f"{cardinal(numerator)} out of {cardinal(denominator)}"
    return _parts(value)


def _parts(value: Fraction) -> str:
    if not 1 < value.denominator <= _LARGEST_PART:
        return f"{cardinal(value.numerator)} over {cardinal(value.denominator)}"
    name = ordinal(value.denominator)
    one, several = _PARTS.get(value.denominator, (name, f"{name}s"))
    return f"{cardinal(value.numerator)} {one if value.numerator == 1 else several}"
