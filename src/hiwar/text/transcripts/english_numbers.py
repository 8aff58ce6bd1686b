"""Spoken English numbers in a run of words: cardinals, decimals, digits one by one. What they count is for `english`.

Every parser looks at the words from `at` on, and reads no further than what it takes and a few words more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hiwar.text.english.numbers import cardinal as spelled

SMALL = {spelled(number): number for number in range(20)}
TENS = {spelled(number): number for number in range(20, 100, 10)}
_ONES = {word: number for word, number in SMALL.items() if number < 10}
_DIGITS = {**_ONES, "oh": 0, "o": 0}
_REPEATS = {"double": 2, "triple": 3}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
NUMBER_WORDS = frozenset({*SMALL, *TENS, *_SCALES, "hundred"})
_WRITTEN = re.compile(r"[0-9]{1,15}(?:,[0-9]{3}){0,4}(?:\.[0-9]{1,15})?")
_DIGITS_MIN = 3
_HUNDRED = 100
_GROUPED_FROM = 10_000


@dataclass(frozen=True, slots=True)
class Amount:
    """A number found: as digits, with "million" and the like as a word. `end` is the place behind it.

    `value` is that of a whole spoken number.
    """

    text: str
    end: int
    value: int | None = None


def word_at(words: Sequence[str], at: int) -> str:
    """The word at a place; "" behind the last."""
    return words[at] if at < len(words) else ""


def below_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """A number up to 99 and the place behind it."""
    word = word_at(words, at)
    if word in SMALL:
        return SMALL[word], at + 1
    if word not in TENS:
        return None
    ones = _ONES.get(word_at(words, at + 1), 0)
    return TENS[word] + ones, at + (2 if ones else 1)


def amount(words: Sequence[str], at: int) -> Amount | None:
    """A number of things, spoken or written already, with decimals or without."""
    if _WRITTEN.fullmatch(word_at(words, at)):
        return _scaled(words, words[at], at + 1, None)
    found = _cardinal(words, at)
    if found is None:
        return None
    value, end = found
    decimals, behind = _decimals(words, end + 1) if word_at(words, end) == "point" else ("", end)
    if decimals:
        return _scaled(words, f"{value}.{decimals}", behind, None)
    for scale, size in reversed(_SCALES.items()):
        if size >= _SCALES["million"] and value >= size and not value % size:
            return Amount(f"{value // size} {scale}", end, value)
    return Amount(f"{value:,}" if value >= _GROUPED_FROM else str(value), end, value)


def digits(words: Sequence[str], at: int) -> Amount | None:
    """Three digits or more, said one by one; the last is not one that a larger number begins with."""
    found: list[str] = []
    ends: list[int] = []
    end = at
    while True:
        count = _REPEATS.get(word_at(words, end), 1)
        digit = _DIGITS.get(word_at(words, end + (count > 1)))
        if digit is None:
            break
        end += 1 + (count > 1)
        found.append(str(digit) * count)
        ends.append(end)
    if found and word_at(words, end) in {"hundred", "point", *_SCALES}:
        found.pop()
        ends.pop()
    text = "".join(found)
    return Amount(text, ends[-1]) if len(text) >= _DIGITS_MIN else None


def _scaled(words: Sequence[str], text: str, end: int, value: int | None) -> Amount:
    scale = word_at(words, end)
    return Amount(f"{text} {scale}", end + 1) if scale in _SCALES else Amount(text, end, value)


def _decimals(words: Sequence[str], at: int) -> tuple[str, int]:
    """The digits behind the point, one by one or as one number below a hundred."""
    end = at
    while word_at(words, end) in _DIGITS:
        end += 1
    if end > at:
        return "".join([str(_DIGITS[word]) for word in words[at:end]]), end
    found = below_hundred(words, at)
    return (str(found[0]), found[1]) if found else ("", at)


def _cardinal(words: Sequence[str], at: int) -> tuple[int, int] | None:
    total, end, last = 0, at, max(_SCALES.values()) * 10
    while (found := _group(words, end, first=end == at)) is not None:
        value, behind = found
        scale = _SCALES.get(word_at(words, behind), 1)
        if scale >= last:
            break
        total, last, end = total + value * scale, scale, behind + (scale > 1)
        if scale == 1:
            break
    return (total, end) if end > at else None


def _group(words: Sequence[str], at: int, *, first: bool) -> tuple[int, int] | None:
    """A number below a thousand; behind another part of the number it may follow "and", and is then below a hundred."""
    if first and word_at(words, at) in {"a", "an"}:
        return _hundreds(words, 1, at + 1) if word_at(words, at + 1) == "hundred" else None
    if not first and word_at(words, at) == "and":
        return _last_part(words, at + 1)
    found = below_hundred(words, at)
    if found is None or (not first and not found[0]):
        return None
    value, end = found
    return _hundreds(words, value, end) if value and word_at(words, end) == "hundred" else found


def _hundreds(words: Sequence[str], count: int, at: int) -> tuple[int, int]:
    """So many hundreds, and what follows the word at `at`."""
    value, end = count * _HUNDRED, at + 1
    joined = word_at(words, end) == "and"
    rest = _last_part(words, end + joined)
    return (value + rest[0], rest[1]) if rest else (value, end)


def _last_part(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """A number from 1 to 99 that no hundreds are counted by."""
    found = below_hundred(words, at)
    return found if found and found[0] and word_at(words, found[1]) != "hundred" else None
