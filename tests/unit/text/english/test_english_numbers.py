"""English numbers in words."""

import pytest

from hiwar.text.english.numbers import LARGEST_DIGITS, cardinal, decimal, digit_by_digit, in_pairs, ordinal, year
from hiwar.text.tokens import Number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (105, "one hundred five"),
        (1000, "one thousand"),
        (21_012, "twenty one thousand twelve"),
        (1_000_001, "one million one"),
        (10**15 - 1, "nine hundred ninety nine trillion " + "nine hundred ninety nine billion "
         "nine hundred ninety nine million nine hundred ninety nine thousand nine hundred ninety nine"),
    ],
)  # fmt: skip
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (2, "second"), (12, "twelfth"), (20, "twentieth"), (21, "twenty first"), (1000, "one thousandth")],
)
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (2026, "twenty twenty six"),
        (2010, "twenty ten"),
        (2009, "two thousand nine"),
        (2000, "two thousand"),
        (1900, "nineteen hundred"),
        (1066, "ten sixty six"),
        (1905, "nineteen oh five"),
        (800, "eight hundred"),
        (10_000, "ten thousand"),
    ],
)
def test_years(number: int, words: str) -> None:
    assert year(number) == words


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("7", "seven"),
        ("15", "fifteen"),
        ("380", "three eighty"),
        ("305", "three oh five"),
        ("200", "two hundred"),
        ("1023", "ten twenty three"),
        ("1000", "one thousand"),
        ("05", "zero five"),
        ("12345", "one two three four five"),
    ],
)
def test_digits_of_codes_go_in_pairs(digits: str, words: str) -> None:
    assert in_pairs(digits) == words


def test_a_number_too_long_to_be_counted_is_read_digit_by_digit() -> None:
    digits = "1" + LARGEST_DIGITS * "0"
    assert decimal(Number(digits)) == digit_by_digit(digits)
    assert decimal(Number(10_000 * "9")).split() == 10_000 * ["nine"]
