"""English numbers in words: cardinals, ordinals, decimals, years, and digits one by one. No hyphens, no "and"."""

from hiwar.text.tokens import Number

LARGEST_DIGITS = 15
"""Longer whole numbers are read digit by digit."""

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_IRREGULAR = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_SIGNS = {"-": "minus ", "+": "plus ", "": ""}
_HUNDRED = 100
_TEN = 10
_FIRST_CENTURY_IN_HALVES = 10
_PAIRS_DIGITS_MAX = 4


def cardinal(number: int) -> str:
    """A whole number from 0 to 10**15 - 1 in words."""
    words: list[str] = []
    rest = number
    for size, name in _SCALES:
        count, rest = divmod(rest, size)
        if count:
            words += [_below_thousand(count), name]
    if rest or not words:
        words.append(_below_thousand(rest))
    return " ".join(words)


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, _HUNDRED)
    words = [_ONES[hundreds], "hundred"] if hundreds else []
    if rest or not hundreds:
        words.append(_below_hundred(rest))
    return " ".join(words)


def _below_hundred(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]} {_ONES[ones]}" if ones else _TENS[tens]


def ordinal(number: int) -> str:
    """The place of a whole number from 0 to 10**15 - 1: twenty second."""
    head, _, last = cardinal(number).rpartition(" ")
    place = _IRREGULAR.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{head} {place}".lstrip()


def digit_by_digit(digits: str) -> str:
    """Each of the Western digits by its name."""
    return " ".join([_ONES[int(digit)] for digit in digits])


def decimal(number: Number) -> str:
    """A number as written: its sign, the whole part counted, the decimals digit by digit."""
    words = _whole(number.whole) if number.whole else ""
    if number.fraction:
        words = f"{words} point {digit_by_digit(number.fraction)}".lstrip()
    return _SIGNS[number.sign] + words


def _whole(digits: str) -> str:
    return cardinal(int(digits)) if len(digits) <= LARGEST_DIGITS else digit_by_digit(digits)


def is_one(number: Number) -> bool:
    """Whether its noun stands in the singular."""
    return not number.fraction and number.whole.lstrip("0") == "1"


def year(value: int) -> str:
    """A year by its two halves: twenty twenty six, nineteen oh five, two thousand five."""
    century, rest = divmod(value, _HUNDRED)
    if not _FIRST_CENTURY_IN_HALVES <= century < _HUNDRED or (century % 10 == 0 and rest < _TEN):
        return cardinal(value)
    return f"{_below_hundred(century)} {second_half(rest)}"


def second_half(number: int) -> str:
    """What stands behind the hundreds of a year or the hour of a time, from 0 to 99: hundred, oh five, thirty."""
    if not number:
        return "hundred"
    return _below_hundred(number) if number >= _TEN else f"oh {_ONES[number]}"


def in_pairs(digits: str) -> str:
    """Digits of a code as they are read quickly: 1023 ten twenty three, 1600 sixteen hundred, 380 three eighty."""
    if digits[0] == "0" or len(digits) > _PAIRS_DIGITS_MAX:
        return digit_by_digit(digits)
    value = int(digits)
    hundreds, rest = divmod(value, _HUNDRED)
    if (hundreds < _TEN and (not hundreds or not rest)) or (hundreds % _TEN == 0 and rest < _TEN):
        return cardinal(value)
    return f"{_below_hundred(hundreds)} {second_half(rest)}"
