"""Spoken English numbers of a text as digits: amounts, money, percent, years, times and digits one by one.

Where a phrase could be read in two ways it stays in words, and so do small numbers that count something.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hiwar.text.english.numbers import ordinal
from hiwar.text.transcripts.english_numbers import (
    NUMBER_WORDS,
    SMALL,
    TENS,
    Amount,
    amount,
    below_hundred,
    digits,
    word_at,
)

_EDGES = ".,!?;:\"'()[]{}«»“”…"
_RAW = re.compile(r"\S+")
_HYPHEN = re.compile("[^-]+")
_HALF_DAY = re.compile(r"(?i)([ap])\.m\.?")
_HALVES = {"am": " AM", "pm": " PM"}
_ORDINALS = {ordinal(number): number for number in (*range(1, 20), *TENS.values())}
_DECADES = {f"{word[:-1]}ies": tens // 10 for word, tens in TENS.items()}
_FRACTIONS = frozenset(
    {"half", "halves", "third", "thirds", "quarter", "quarters", *(f"{word}s" for word in _ORDINALS)}
)
_SYMBOLS = {"dollar": "$", "dollars": "$", "euro": "€", "euros": "€"}
_CURRENCIES = frozenset(
    {
        "cent", "cents", "pound", "pounds", "pence", "riyal", "riyals", "rial", "rials", "dirham", "dirhams", "dinar",
        "dinars", "rupee", "rupees", "yen", "yuan",
    }
)  # fmt: skip
_BEFORE_TIMES = frozenset({"at", "by", "until", "till", "before", "since"})
_LARGEST_IN_WORDS = 10
_CENTURIES = range(17, 21)
_HOURS = range(1, 13)
_TWENTY, _SIXTY = 20, 60


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word or a part of one with hyphens: its place in the text, in small letters without points."""

    start: int
    end: int
    word: str


def rewrite(text: str) -> str:
    """The text with its spoken numbers as digits; all else stays as it is. Never raises; linear in the length."""
    written: list[str] = []
    position = 0
    for run in _runs(text):
        words = [piece.word for piece in run]
        at = 0
        while at < len(words):
            found = next((found for reader in _READERS if (found := reader(words, at)) is not None), None)
            if found is None:
                at = _behind_numbers(words, at)
                continue
            written += [text[position : run[at].start], found.text]
            position = run[found.end - 1].end
            at = found.end
    return "".join([*written, text[position:]])


def _runs(text: str) -> Iterator[list[_Piece]]:
    """Words with no punctuation between them: no number goes across any."""
    run: list[_Piece] = []
    for match in _RAW.finditer(text):
        raw = match[0]
        core = raw.strip(_EDGES)
        start = match.start() + raw.find(core)
        end = start + len(core)
        half = _HALF_DAY.fullmatch(core)
        # The point of "p.m." ends the sentence where the text ends.
        end += half is not None and match.end() > end and match.end() < len(text)
        if start > match.start() and run:
            yield run
            run = []
        run += _pieces(core, start, end, f"{half[1].lower()}m" if half else core.lower().replace("’", "'"))
        if match.end() > end:
            yield run
            run = []
    if run:
        yield run


def _pieces(core: str, start: int, end: int, word: str) -> list[_Piece]:
    parts = word.split("-")
    if len(parts) > 1 and all(part in NUMBER_WORDS or part in _ORDINALS for part in parts):
        return [_Piece(start + part.start(), start + part.end(), part[0].lower()) for part in _HYPHEN.finditer(core)]
    return [_Piece(start, end, word)] if core else []


def _behind_numbers(words: Sequence[str], at: int) -> int:
    """The next place to read from: behind numbers that stay in words, as 24 and 7 in "twenty four seven"."""
    found = amount(words, at)
    if found is None:
        return at + 1
    end = found.end
    while digits(words, end) is None and (found := amount(words, end)) is not None:
        if _time(words, end) or _year(words, end):
            break
        end = found.end
    return end


def _time(words: Sequence[str], at: int) -> Amount | None:
    """Five thirty p.m., five o'clock; without either only behind "at" and the like."""
    found = below_hundred(words, at)
    if found is None or found[0] not in _HOURS:
        return None
    hour, end = found
    if word_at(words, end) == "o'clock":
        end += 1
        half = _HALVES.get(word_at(words, end), "")
        return Amount(f"{hour}:00{half}", end + bool(half))
    minutes = _two_digits(words, end)
    if minutes is not None and int(minutes[0]) < _SIXTY:
        half = _HALVES.get(word_at(words, minutes[1]), "")
        if half or (at and words[at - 1] in _BEFORE_TIMES):
            return Amount(f"{hour}:{minutes[0]}{half}", minutes[1] + bool(half))
    half = _HALVES.get(word_at(words, end), "")
    return Amount(f"{hour}{half}", end + 1) if half else None


def _two_digits(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """Thirty, or "oh five"."""
    if word_at(words, at) in {"oh", "o"}:
        one = SMALL.get(word_at(words, at + 1), 0)
        return (f"0{one}", at + 2) if 0 < one < 10 else None
    found = below_hundred(words, at)
    return (str(found[0]), found[1]) if found and found[0] >= 10 else None


def _year(words: Sequence[str], at: int) -> Amount | None:
    """A year or a decade from 1700 to 2099 by its two halves; not two numbers in a row, such as eighteen nineteen."""
    found = below_hundred(words, at)
    if found is None or found[0] not in _CENTURIES:
        return None
    century, end = found
    decade = _DECADES.get(word_at(words, end))
    if decade is not None:
        return Amount(f"{century}{decade}0s", end + 1)
    second = _two_digits(words, end)
    if second is None or int(second[0]) == century + 1 or _goes_on(words, second[1]):
        return None
    return Amount(f"{century}{second[0]}", second[1])


def _goes_on(words: Sequence[str], at: int) -> bool:
    word = word_at(words, at)
    return word in NUMBER_WORDS or word in _ORDINALS or word in _SYMBOLS or word in _CURRENCIES or word == "percent"


def _digits(words: Sequence[str], at: int) -> Amount | None:
    return digits(words, at)


def _with_unit(words: Sequence[str], at: int) -> Amount | None:
    """Money and percent."""
    found = amount(words, at)
    if found is None:
        return None
    unit = word_at(words, found.end)
    if unit in _SYMBOLS:
        cents = _cents(words, found) if found.value is not None else None
        return cents or Amount(f"{_SYMBOLS[unit]}{found.text}", found.end + 1)
    if unit in _CURRENCIES:
        return Amount(f"{found.text} {unit}", found.end + 1)
    if unit == "percent":
        return Amount(f"{found.text}%", found.end + 1)
    return (
        Amount(f"{found.text}%", found.end + 2) if tuple(words[found.end : found.end + 2]) == ("per", "cent") else None
    )


def _cents(words: Sequence[str], found: Amount) -> Amount | None:
    behind = found.end + 1
    cents = below_hundred(words, behind + (word_at(words, behind) == "and"))
    if cents is None or word_at(words, cents[1]) not in {"cent", "cents"}:
        return None
    return Amount(f"{_SYMBOLS[words[found.end]]}{found.text}.{cents[0]:02}", cents[1] + 1)


def _number(words: Sequence[str], at: int) -> Amount | None:
    """A number that stands for itself: not up to ten, not a hundred by an article, not beside another."""
    found = amount(words, at)
    if found is None or (found.value is None and found.end == at + 1):
        return None
    following = word_at(words, found.end)
    last = found.end + (following == "and")
    if found.value is not None and word_at(words, last) in _ORDINALS:
        return _ordinal(found.value, words, last)
    if following in _FRACTIONS or amount(words, found.end) is not None:
        return None
    if found.value is not None and found.end == at + 1 and found.value <= _LARGEST_IN_WORDS:
        return None
    if words[at] in {"a", "an"} and found.end == at + 2:
        return None
    return found


def _ordinal(value: int, words: Sequence[str], at: int) -> Amount | None:
    """Twenty second, one hundred and fifth: the place at `at` behind a number that it can belong to."""
    last = _ORDINALS[words[at]]
    is_whole = not value % 100 and value > 0
    if not is_whole and (value % 10 or value % 100 < _TWENTY or last > 9 or words[at - 1] == "and"):
        return None
    place = value + last
    teens = place % 100 in range(11, 14)
    suffix = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return Amount(f"{place:,}{suffix}", at + 1)


_READERS: tuple[Callable[[Sequence[str], int], Amount | None], ...] = (_time, _year, _digits, _with_unit, _number)
