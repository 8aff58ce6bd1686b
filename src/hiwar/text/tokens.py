"""What the pieces of a text are, as data: words, and the classes of what is not written as it is said.

`classification` finds them, `arabic.verbalization` and `english.verbalization` put them into words.
"""

from dataclasses import dataclass
from typing import Literal

from hiwar.vocabulary import Language

Calendar = Literal["gregorian", "hijri"]
Scale = Literal["", "thousand", "million", "billion", "trillion"]
Half = Literal["", "am", "pm"]


@dataclass(frozen=True, slots=True)
class Number:
    """As written, in Western digits without separators: `whole` keeps leading zeros, and is empty in ".5"."""

    whole: str
    fraction: str = ""
    sign: Literal["", "-", "+"] = ""
    grouped: bool = False
    """It was written with separators of thousands."""

    @property
    def magnitude(self) -> tuple[int, str, str]:
        """Orders numbers of any length, their signs aside."""
        whole = self.whole.lstrip("0")
        return len(whole), whole, self.fraction


@dataclass(frozen=True, slots=True)
class Word:
    """Letters with their marks, said as they stand; in English with apostrophes and hyphens inside."""

    text: str


@dataclass(frozen=True, slots=True)
class Letters:
    """Said letter by letter: ATM, USA."""

    text: str


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """Stands for other words, by the language's own table: "Dr.", "د."."""

    text: str


@dataclass(frozen=True, slots=True)
class Cardinal:
    """A number of things, or a number alone; also decimal and negative.

    `scale` where it was written, in English: 5 million, 2k.
    """

    number: Number
    scale: Scale = ""


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A place in an order: 3rd, 22nd."""

    value: int


@dataclass(frozen=True, slots=True)
class Percent:
    """So many of a hundred."""

    number: Number


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency by its ISO 4217 code; `scale` where it was written, as in $1.5M."""

    amount: Number
    currency: str
    scale: Scale = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount in a unit by its international symbol, such as km, kg, km/h, °C, GB."""

    amount: Number
    unit: str


@dataclass(frozen=True, slots=True)
class Fraction:
    """One number over another, after a whole one when there is one: 1/2, 2 3/4."""

    numerator: int
    denominator: int
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class Date:
    """Parts that were written. `month` 1 to 12 of the calendar; `weekday` 0 (Monday) to 6."""

    day: int | None = None
    month: int | None = None
    year: int | None = None
    calendar: Calendar = "gregorian"
    weekday: int | None = None
    era: Literal["", "ah", "ad", "bc"] = ""
    """Where the writer named it: هـ, م, AH, AD, BC."""
    syriac: bool = False
    """The month was written by its name of the Levant: تشرين الثاني, not نوفمبر."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day as written: `hour` 0 to 24, on the 24-hour clock unless `half` says which half of the day."""

    hour: int
    minute: int = 0
    second: int | None = None
    half: Half = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in its groups of digits, as they were written or as such numbers are grouped."""

    groups: tuple[str, ...]
    plus: bool = False


@dataclass(frozen=True, slots=True)
class Digits:
    """Said digit by digit: one-time codes, accounts, numbers too long to be counted. One group without a pause each."""

    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Letters and digits in one, each part said by itself: SV1023, GPT-4, 2.0.1, A4. `parts` are runs of either.

    A part that is "." or "-" stands where the sign is said.
    """

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """An email address, a web address, a domain, a mention or a hashtag, as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """A sign that is said: & + = @ # * / ° and the like."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A run of punctuation; some of it is heard as a pause."""

    text: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing is said: emoji, decoration."""

    text: str


@dataclass(frozen=True, slots=True)
class Pronounced:
    """A word whose sound the writer or the operator has given.

    `spoken` is another spelling in the token's language, or, when `is_phones`, phones with spaces between them.
    """

    text: str
    spoken: str
    is_phones: bool = False


Endpoint = Cardinal | Ordinal | Percent | Money | Measure | Date | Time


@dataclass(frozen=True, slots=True)
class Range:
    """From one to another: 10-15, 9:00-17:00, 2020-2024. What both share stands at the last one only, as in 5-10 km."""

    first: Endpoint
    last: Endpoint


Content = (
    Word
    | Letters
    | Abbreviation
    | Cardinal
    | Ordinal
    | Percent
    | Money
    | Measure
    | Fraction
    | Date
    | Time
    | Phone
    | Digits
    | Code
    | Address
    | Symbol
    | Mark
    | Silent
    | Pronounced
    | Range
)


@dataclass(frozen=True, slots=True)
class Token:
    """`text[start:end]` of a segment and what it is. It may hold spaces ("5 km") and is not empty.

    `language` is the one it is said in. `prefix` are Arabic letters written together with it that are no word of their
    own before a number: "و", "ب", "ل", "ال", "بال" and the like.
    """

    start: int
    end: int
    language: Language
    content: Content
    prefix: str = ""
