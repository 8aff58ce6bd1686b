"""Nouns as they are counted: one, two, three to ten, more; with their adjectives. Which words are nouns is a table's.

What is not in the table is judged by its letters, and only for its gender.
"""

from dataclasses import dataclass

from hiwar.text.arabic.grammar import Case, Gender, bare, joined
from hiwar.text.arabic.letters import FATHA
from hiwar.text.arabic.noun_table import ADJECTIVES, COUNTRIES, FEMININE, MASCULINE, PEOPLE, UNCHANGED_MASCULINE
from hiwar.text.arabic.numbers import LARGEST, cardinal, dual

_TA_MARBUTA = "ة"


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun in its pausal forms with vowel marks. `unchanged`: a loan that takes no endings."""

    singular: str
    plural: str
    gender: Gender = "m"
    unchanged: bool = False
    human: bool = False

    @property
    def accusative(self) -> str:
        """Eleven of it and more."""
        if self.unchanged or self.singular[-1] in "ةىا":
            return self.singular
        return f"{self.singular}{'ً' if self.singular.endswith('اء') else 'ًا'}"

    def dual(self, case: Case) -> str:
        """Two of it."""
        if self.unchanged:
            return f"{cardinal(2, self.gender, case)} {self.singular}"
        return dual(_dual_stem(self.singular), case)


def counted(
    number: int, noun: Noun, case: Case = "nominative", *, adjective: str = "", article: bool = False
) -> tuple[str, str]:
    """The words of the number, and the noun with what follows it; the first is "" for one and two of a thing.

    `adjective` is masculine. A hundred and two books are "a hundred books" and "two books".
    """
    last = number % 100
    if number in (1, 2) and not article:
        return "", _one_or_two(number, noun, case, adjective)
    if last in (1, 2) and 100 < number <= LARGEST and not noun.unchanged and not article:
        words = cardinal(number - last, case=case, bound=True)
        return words, f"{noun.singular} {joined('و', _one_or_two(last, noun, case, adjective))}"
    words = cardinal(number, noun.gender, case, bound=number > 2, article=article)
    form = _form(number, noun)
    return words, f"{form} {agreeing(adjective, noun, number, case)}" if adjective else form


def agreeing(adjective: str, noun: Noun, number: int, case: Case) -> str:
    """A masculine adjective as it follows the noun after the number; after people in the plural it is left alone."""
    last = number % 100
    feminine = noun.gender == "f"
    stem = f"{adjective.removesuffix('ي')}{'يَ' if adjective.endswith('ي') else FATHA}ة" if feminine else adjective
    if number == 2 and not noun.unchanged:
        return dual(_dual_stem(stem), case)
    if 3 <= last <= 10:
        return adjective if noun.human else agreeing(adjective, Noun("", "", "f"), 1, case)
    if last <= 2 or feminine or noun.unchanged:
        return stem
    return f"{stem}ًا"


def find_noun(word: str) -> Noun | None:
    """The noun that a written word is a form of: singular, dual, plural or accusative; without article or endings."""
    key = bare(word)
    return _NOUNS.get(key) or (_NOUNS.get(f"{key[:-1]}{_TA_MARBUTA}") if key.endswith("ه") else None)


def find_adjective(word: str) -> str:
    """The masculine of an adjective that agrees with what is counted, "" when it is not known."""
    return _ADJECTIVES.get(bare(word), "")


def inflected(word: str, noun: Noun, number: int, case: Case, *, article: bool = False) -> str:
    """A written form of the noun as it must follow the number; any of its plurals is kept."""
    if 3 <= number % 100 <= 10 and number <= LARGEST and (plural := _PLURALS.get(bare(word))):
        return plural
    return counted(number, noun, case, article=article)[1]


def gender_of(word: str) -> Gender:
    """Of a noun in the singular, with or without article or a pronoun."""
    key = bare(word).removeprefix("ال")
    noun = _NOUNS.get(key)
    if noun is not None:
        return noun.gender
    return "f" if key.endswith(("ة", "ى")) else "m"


def gender_by_letters(word: str, number: int) -> Gender | None:
    """Of an unknown word after a number, when it looks like a noun of that count; None when nothing tells."""
    key = bare(word)
    if len(key) < 4 or key.startswith(("ال", "لل", "ل", "و")):
        return None
    few = 3 <= number % 100 <= 10
    if few and key.startswith("ا") and key.endswith(_TA_MARBUTA):
        return "m"  # the plural of devices, questions, medicines
    if few and (key.endswith("ات") or key[-3:-1] == "ائ" or key[-2:-1] == "ئ"):
        return "f"
    return "f" if not few and key.endswith(_TA_MARBUTA) else None


def _one_or_two(number: int, noun: Noun, case: Case, adjective: str) -> str:
    words = f"{noun.singular} {cardinal(1, noun.gender)}" if number == 1 else noun.dual(case)
    return f"{words} {agreeing(adjective, noun, number, case)}" if adjective else words


def _form(number: int, noun: Noun) -> str:
    last = number % 100
    if number > LARGEST or last <= 2:
        return noun.singular
    return noun.plural if last <= 10 else noun.accusative


def _dual_stem(singular: str) -> str:
    if singular.endswith((_TA_MARBUTA, "ا")):
        return f"{singular[:-1]}ت"
    return f"{singular[:-1]}ي" if singular.endswith("ى") else singular


def _entries(table: str, gender: Gender, *, human: bool = False) -> list[tuple[Noun, list[str]]]:
    pairs = [entry.split("=") for entry in table.split()]
    return [
        (Noun(singular, plurals.split(",")[0], gender, human=human), plurals.split(",")) for singular, plurals in pairs
    ]


_ENTRIES = [
    *_entries(MASCULINE, "m"),
    *_entries(PEOPLE, "m", human=True),
    *_entries(FEMININE, "f"),
    *[(Noun(loan, loan, "m", unchanged=True), [loan]) for loan in UNCHANGED_MASCULINE.split()],
]
_PLURALS = {bare(plural): plural for _, plurals in _ENTRIES for plural in plurals}


def _forms() -> dict[str, Noun]:
    forms: dict[str, Noun] = {}
    for noun, plurals in _ENTRIES:
        duals = [] if noun.unchanged else [noun.dual("nominative"), noun.dual("genitive")]
        for form in (noun.singular, noun.accusative, *plurals, *duals):
            forms.setdefault(bare(form), noun)
    return forms


_NOUNS = _forms()
_ADJECTIVES = {
    bare(form): adjective for adjective in f"{ADJECTIVES} {COUNTRIES}".split() for form in (adjective, f"{adjective}ة")
} | {bare(f"{adjective}ا"): adjective for adjective in COUNTRIES.split()}
