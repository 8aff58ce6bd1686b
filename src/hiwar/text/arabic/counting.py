"""Numbers among the words they count, and those words: agreement from one token to the next.

A counted noun, and an adjective behind it, take the form that the number asks for; one and two are said by the noun.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hiwar.text.arabic.amounts import (
    SIGNS,
    cardinal_words,
    fraction,
    measure,
    money,
    part_words,
    whole,
    without_cents,
)
from hiwar.text.arabic.currencies import CURRENCIES, UNITS, Unit
from hiwar.text.arabic.dates import MONTHS
from hiwar.text.arabic.dates_among_words import is_day_of_list
from hiwar.text.arabic.grammar import Case, Gender, bare, has_article, joined
from hiwar.text.arabic.letters import MARKS
from hiwar.text.arabic.nouns import Noun, agreeing, counted, find_adjective, inflected
from hiwar.text.arabic.numbers import cardinal, ordinal
from hiwar.text.arabic.surroundings import beside, case_of, counted_after, ordered_gender, plain_word, word_before
from hiwar.text.tokens import (
    Cardinal,
    Code,
    Content,
    Digits,
    Fraction,
    Letters,
    Measure,
    Money,
    Phone,
    Range,
    Token,
    Word,
)

# The word for "number" takes no ending before the one that it names.
_BEFORE_NAMES = {"رقم": "رَقْم", "برقم": "بِرَقْم", "ورقم": "وَرَقْم"}
# Before English and a month nothing else would tell it from "who".
_FROM, _FROM_NAME = "من", "مِنْ"


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number of things, and the fraction with it, `part`.

    `noun`: the one that follows it, when it is known. `bound`: the number belongs to a noun right after it.
    """

    number: int
    gender: Gender | None
    case: Case
    noun: Noun | None = None
    article: bool = False
    part: str = ""
    bound: bool = True

    def number_words(self) -> str:
        """Without what the noun says."""
        if self.noun is not None:
            return counted(self.number, self.noun, self.case, article=self.article)[0]
        return cardinal(
            self.number, self.gender or "m", self.case, bound=self.bound and self.number > 2, article=self.article
        )


def count_at(tokens: Sequence[Token], index: int) -> Count | None:
    """How many of what follows a number, or a range that ends in one, tells; None when it counts nothing."""
    if index < 0:
        return None
    content, case, part = tokens[index].content, case_of(tokens, index), ""
    if isinstance(content, Cardinal):
        number = whole(content.number, content.scale)
    elif isinstance(content, Fraction):
        number, part = content.whole, part_words(content.numerator, content.denominator, case)
    elif isinstance(content, Range) and isinstance(content.last, Cardinal):
        number, case = whole(content.last.number, content.last.scale), "genitive"
    else:
        return None
    found = None if number is None else counted_after(tokens, index, number)
    if number is None or found is None:
        return None
    if not found.adjacent:
        return Count(number, found.gender, case, bound=False)
    return Count(number, found.gender, case, found.noun, has_article(tokens[index].prefix), part)


def counting_words(tokens: Sequence[Token], index: int, value: Cardinal) -> str:
    """A number in words, without what its noun says; a place in an order after a noun that has one."""
    value = replace(value, number=without_cents(value.number))
    number, sign = whole(value.number, value.scale), SIGNS.get(value.number.sign, "")
    case, article = case_of(tokens, index), has_article(tokens[index].prefix)
    if number is None:
        return cardinal_words(value, case=case, article=article)
    if (count := count_at(tokens, index)) is not None:
        words = count.number_words()
        return f"{sign} {words}".strip()
    if not sign and is_day_of_list(tokens, index, number):
        return ordinal(number, case=case)
    if not sign and (gender := ordered_gender(tokens, index, number)) is not None:
        before = beside(tokens, index, -1)
        return ordinal(number, gender, case_of(tokens, before if word_before(tokens, index) else index))
    return cardinal_words(value, case=case, article=article)


def fraction_words(tokens: Sequence[Token], index: int, value: Fraction) -> str:
    """Its whole number alone when the noun that follows says the rest: "two hours and a half"."""
    count = count_at(tokens, index)
    if count is not None and count.noun is not None:
        return count.number_words()
    bound = plain_word(tokens, beside(tokens, index, 1)).startswith("ال")
    return fraction(value, case_of(tokens, index), bound=bound)


def word_among_numbers(tokens: Sequence[Token], index: int, text: str) -> str:
    """A word of the writer, in the form that the number before it asks for; "" when that has said it already."""
    before = beside(tokens, index, -1)
    content = tokens[before].content if before >= 0 else None
    if isinstance(content, Money | Measure):
        return "" if _adjective_after(tokens, before, content) else text
    if text == _FROM and _is_foreign_or_month(tokens, beside(tokens, index, 1)):
        return _FROM_NAME
    if text in _BEFORE_NAMES and _is_name(tokens, beside(tokens, index, 1)):
        return _BEFORE_NAMES[text]
    if isinstance(content, Word):
        return _adjective(tokens, before, text)
    count = count_at(tokens, before)
    if count is None or count.noun is None:
        return text
    words = inflected(text, count.noun, count.number, count.case, article=count.article)
    if bare(words) == bare(text) and not MARKS.isdisjoint(text):
        words = text  # the writer's own marks
    if count.part:
        words = f"{words} {joined('و', count.part)}"
    return joined(tokens[before].prefix, words) if _is_silent(content, count) else words


def _is_silent(content: Content | None, count: Count) -> bool:
    """Whether nothing is said for the number itself, and what clings to its front goes to the noun."""
    signed = isinstance(content, Cardinal) and bool(content.number.sign)
    return not (signed or isinstance(content, Range) or count.number_words())


def money_words(tokens: Sequence[Token], index: int, value: Money) -> str:
    """An amount, with the adjective that follows its currency."""
    adjective = _adjective_after(tokens, index, value)
    return money(value, case_of(tokens, index), article=has_article(tokens[index].prefix), adjective=adjective)


def measure_words(tokens: Sequence[Token], index: int, value: Measure) -> str:
    """An amount in a unit, with the adjective that follows it."""
    adjective = _adjective_after(tokens, index, value)
    return measure(value, case_of(tokens, index), article=has_article(tokens[index].prefix), adjective=adjective)


def _is_foreign_or_month(tokens: Sequence[Token], index: int) -> bool:
    return index >= 0 and (tokens[index].language == "en" or plain_word(tokens, index) in MONTHS)


def _is_name(tokens: Sequence[Token], index: int) -> bool:
    return index >= 0 and isinstance(tokens[index].content, Cardinal | Code | Digits | Letters | Phone)


def _adjective(tokens: Sequence[Token], noun: int, text: str) -> str:
    """An adjective behind the counted noun; other words, and those that describe people, as they stand."""
    adjective = find_adjective(text)
    count = count_at(tokens, beside(tokens, noun, -1)) if adjective else None
    if count is None or count.noun is None or count.article:
        return text
    return agreeing(adjective, count.noun, count.number, count.case)


def _adjective_after(tokens: Sequence[Token], index: int, value: Money | Measure) -> str:
    """The masculine of the adjective that the writer put behind a known currency or unit."""
    adjective = find_adjective(plain_word(tokens, beside(tokens, index, 1)))
    if isinstance(value, Money):
        currency = CURRENCIES.get(value.currency)
        unit = None if currency is None else Unit(currency.major, currency.adjective)
    else:
        unit = UNITS.get(value.unit)
    if not adjective or unit is None or unit.after:
        return ""
    return adjective if bare(unit.adjective) in ("", bare(adjective)) else ""
