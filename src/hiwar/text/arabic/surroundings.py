"""What stands around a number, as far as grammar needs it: case by the word before, what is counted by the one after.

Looks at no more than a few tokens on either side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hiwar.text.arabic import words_around_numbers as words
from hiwar.text.arabic.grammar import Case, Gender, bare, has_article, has_conjunction, has_preposition
from hiwar.text.arabic.nouns import Noun, find_noun, gender_by_letters, gender_of
from hiwar.text.tokens import Cardinal, Date, Digits, Mark, Measure, Money, Percent, Silent, Symbol, Time, Token, Word

_GENITIVE_AFTER = frozenset(map(bare, words.GENITIVE_AFTER.split()))
_ACCUSATIVE_AFTER = frozenset(map(bare, words.ACCUSATIVE_AFTER.split()))
_TAKING_NUMBERS = frozenset(map(bare, words.TAKING_NUMBERS.split()))
_LABELS = frozenset(map(bare, words.LABELS.split()))
_ORDERED = frozenset(map(bare, words.ORDERED.split()))
_NO_NOUNS = frozenset(map(bare, words.NO_NOUNS.split()))
_ORDERED_MAX = 99
_ORDERED_ALONE_MAX = 19
_BETWEEN_NUMBERS = frozenset({"و", "او"})
_NUMERIC = Cardinal | Date | Measure | Money | Percent | Time
_PREPOSITIONAL_SIGNS = frozenset("×÷/:")
_BRACKETS = frozenset('()[]«»“”"')
_PASSED_OVER_MAX = 4
_FEW, _FEW_MAX = 3, 10
_DURATIONS = frozenset({"ثانية", "دقيقة", "ساعة"})
_SUBJECT_MAX = 3
"""Words between a verb and its object."""
_LABELS_ALONE = frozenset({"رقم", "الرقم"})
_CHAIN_MAX = 4
"""So many numbers joined by "and" are followed back."""


@dataclass(frozen=True, slots=True)
class CountedWord:
    """What a number counts: its gender, None when unknown, and the noun itself when the table has it.

    `adjacent`: it stands right after the number, not after a second number that counts the same.
    """

    gender: Gender | None = None
    noun: Noun | None = None
    adjacent: bool = True


def beside(tokens: Sequence[Token], index: int, step: int) -> int:
    """Index of the next token on one side (step 1 or -1) behind emoji and brackets; -1 when there is none near."""
    for at in range(index + step, index + step * (1 + _PASSED_OVER_MAX), step):
        if not 0 <= at < len(tokens):
            return -1
        content = tokens[at].content
        is_bracket = isinstance(content, Mark) and _BRACKETS.issuperset(content.text)
        if not is_bracket and not isinstance(content, Silent):
            return at
    return -1


def plain_word(tokens: Sequence[Token], index: int) -> str:
    """The word there, bare; "" when no plain word stands there."""
    if not 0 <= index < len(tokens):
        return ""
    content = tokens[index].content
    return bare(content.text) if isinstance(content, Word) else ""


def word_before(tokens: Sequence[Token], index: int) -> str:
    """The plain word that stands before a token, bare; "" when there is none."""
    return plain_word(tokens, beside(tokens, index, -1))


def case_of(tokens: Sequence[Token], index: int) -> Case:
    """The case that the token has by what stands before it; after "and" that of what it is joined to."""
    for _ in range(_CHAIN_MAX):
        if has_preposition(tokens[index].prefix):
            return "genitive"
        joined_to = number_joined_to(tokens, index)
        if joined_to < 0:
            break
        index = joined_to
    before = word_before(tokens, index)
    if governs(before) or _follows_sign(tokens, index):
        return "genitive"
    if any(form in _ACCUSATIVE_AFTER for form in _without_proclitics(before)):
        return "accusative"
    return "accusative" if _is_object(tokens, index) else "nominative"


def _is_object(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb that takes a number stands before it, perhaps with its subject between them."""
    for _ in range(_SUBJECT_MAX + 1):
        index = beside(tokens, index, -1)
        word = plain_word(tokens, index)
        if not word or word in _LABELS_ALONE:
            return False
        if word.removeprefix("و") in _TAKING_NUMBERS or word in _TAKING_NUMBERS:
            return True
    return False


def governs(word: str) -> bool:
    """Whether what follows the bare word stands in the genitive, also with one-letter words before it."""
    return any(form in _GENITIVE_AFTER for form in _without_proclitics(word))


def names_hour(word: str) -> bool:
    """Whether the bare word is "the hour"."""
    return "الساعة" in _without_proclitics(word)


def is_year(word: str) -> bool:
    """Whether the bare word is the feminine one for "year"."""
    return any(form.removeprefix("ال") == "سنة" for form in _without_proclitics(word))


def is_label(word: str) -> bool:
    """Whether a number after the bare word is its name: room, gate, number."""
    return any(form.removeprefix("ال") in _LABELS for form in _without_proclitics(word))


def ordered_gender(tokens: Sequence[Token], index: int, number: int) -> Gender | None:
    """Of the definite noun before, whose place in an order the number is; None when it is not one."""
    if not 0 < number <= _ORDERED_MAX:
        return None
    article = has_article(tokens[index].prefix)
    for _ in range(_CHAIN_MAX):
        joined_to = number_joined_to(tokens, index)
        if joined_to < 0:
            break
        index = joined_to
    for form in _without_proclitics(word_before(tokens, index)):
        noun = form.removeprefix("ال")
        if form != noun and (article or noun in _ORDERED):
            return gender_of(noun)
    alone = article and number <= _ORDERED_ALONE_MAX
    return "m" if alone and not plain_word(tokens, beside(tokens, index, 1)).startswith("ال") else None


def counted_after(tokens: Sequence[Token], index: int, number: int) -> CountedWord | None:
    """What a whole number counts, also together with a second one; None when no noun that it counts follows."""
    following = beside(tokens, index, 1)
    if is_label(word_before(tokens, index)) and not _is_counted_form(plain_word(tokens, following), number):
        return None
    second = beside(tokens, following, 1) if plain_word(tokens, following) in _BETWEEN_NUMBERS else following
    if second >= 0 and isinstance(tokens[second].content, Cardinal):
        if second == following and not has_conjunction(tokens[second].prefix):
            return None
        found = _counted_beside(tokens, second, _FEW)
        return CountedWord(found.gender, found.noun, adjacent=False) if found is not None else None
    return _counted_beside(tokens, index, number)


def _counted_beside(tokens: Sequence[Token], index: int, number: int) -> CountedWord | None:
    following = beside(tokens, index, 1)
    word = plain_word(tokens, following)
    if not word or tokens[following].prefix:
        return None
    if _is_label_of_next(tokens, following) and not _is_counted_form(word, number):
        return None
    noun, before = find_noun(word), word_before(tokens, index)
    if before != "اليوم" and _is_ordered(before) and (noun is None or word == bare(noun.singular)):
        return None
    if noun is not None:
        return CountedWord(noun.gender, noun)
    gender = gender_by_letters(word, number)
    if gender is None and (number < 100 or number % 100 or not _may_be_counted(word)):
        return None
    return CountedWord(gender)


def _is_counted_form(word: str, number: int) -> bool:
    """Whether a noun stands in the form that only such a number gives it, so that the number is no label's."""
    noun = find_noun(word)
    if noun is None or number < _FEW:
        return False
    if _FEW <= number % 100 <= _FEW_MAX:
        return word != bare(noun.singular) and not word.endswith(("ان", "ين"))
    return word in _DURATIONS or (word != bare(noun.singular) and word == bare(noun.accusative))


def number_joined_to(tokens: Sequence[Token], index: int) -> int:
    """Index of the number or amount that "and" or "or" joins this one to; -1 when there is none."""
    before = beside(tokens, index, -1)
    if plain_word(tokens, before) in _BETWEEN_NUMBERS:
        before = beside(tokens, before, -1)
    elif not has_conjunction(tokens[index].prefix):
        return -1
    return before if before >= 0 and isinstance(tokens[before].content, _NUMERIC) else -1


def _follows_sign(tokens: Sequence[Token], index: int) -> bool:
    """A sign that is said by a preposition: times, over."""
    before = beside(tokens, index, -1)
    content = tokens[before].content if before >= 0 else None
    return isinstance(content, Symbol) and content.text in _PREPOSITIONAL_SIGNS


def _is_ordered(word: str) -> bool:
    return any(form.startswith("ال") and form.removeprefix("ال") in _ORDERED for form in _without_proclitics(word))


def _is_label_of_next(tokens: Sequence[Token], index: int) -> bool:
    """A number comes right after the word: the word is that one's label, as in an address."""
    following = beside(tokens, index, 1)
    return following >= 0 and isinstance(tokens[following].content, Cardinal | Digits) and not tokens[following].prefix


def _may_be_counted(word: str) -> bool:
    return len(word) > 2 and word not in _NO_NOUNS and not word.startswith(("ال", "لل", "ل", "و", "ي", "ت"))


def _without_proclitics(word: str) -> tuple[str, ...]:
    """The bare word, and what is left of it without "and", "so" and one-letter prepositions."""
    forms = [word]
    if word[:1] in ("و", "ف"):
        forms.append(word[1:])
    last = forms[-1]
    if last.startswith("لل"):
        forms.append(f"ا{last[1:]}")
    elif last[:1] in ("ب", "ل", "ك"):
        forms.append(last[1:])
    return tuple(forms)
