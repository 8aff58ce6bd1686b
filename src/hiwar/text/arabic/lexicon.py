"""Frequent words with their vowels, found behind "and", prepositions and the article and before possessors.

`lexicon_entries` reads them. A letter whose vowel depends on the sentence carries `marks.ASK`, for the diacritizer.
"""

import re
from collections.abc import Mapping

from hiwar.text.arabic.letters import DAMMA, FATHA, FATHATAN, KASRA, MARKS, SHADDA, SUKUN, SUN_LETTERS, VOWEL_OF_MARK
from hiwar.text.arabic.lexicon_entries import Lexicon, lexicon_entries, with_one_alef
from hiwar.text.arabic.marks import ASK, Letter, letters, undecided

_WORD = re.compile("[\u0621-\u063a\u0641-\u0652\u0670\u0671]+")
_GAP = re.compile(r"\s+")

_AND = {"": "", "و": "وَ", "ف": "فَ"}
_PARTICLES = {"": "", "س": "سَ", "ل": "لِ", "ب": "بِ", "ك": "كَ"}
_ARTICLES = {"ال": "ال", "بال": "بِال", "كال": "كَال", "لل": "لِل"}
_MIN_LETTERS = 3
"""Of a word behind a particle: shorter ones are too often a part of another word."""

_NAMED = frozenset({"noun", "name"})
_KINDS = {
    "": _NAMED | {"adjective", "fixed", "verb"}, "س": frozenset({"verb"}), "ل": _NAMED | {"verb"},
    "ب": _NAMED, "ك": _NAMED,
}  # fmt: skip
"""What a particle stands before."""
_DEFINITE = frozenset({"noun", "adjective", "definite"})

_POSSESSORS = dict.fromkeys(["ه", "ها", "هم", "هما", "هن", "ك", "كم", "كما", "نا"], ASK) | {"ي": KASRA}
_OBJECTS = ["ه", "ها", "هم", "ك", "كم", "نا", "ني"]
_FEMININE = {"ة": FATHA, "ات": FATHA, "تان": FATHA, "تين": FATHA}
_POSSESSED_PLURALS = dict.fromkeys(["اته", "اتها", "اتهم", "اتك", "اتكم", "اتنا", "اتي"], FATHA)
_SUFFIXES: dict[str, dict[str, str]] = {
    "noun": _POSSESSORS | _POSSESSED_PLURALS | {"ا": FATHATAN, "ان": FATHA, "ين": FATHA, "ات": FATHA},
    "adjective": _POSSESSORS | _FEMININE | {"ا": FATHATAN, "ان": FATHA, "ون": DAMMA, "ين": ASK},
    "verb": dict.fromkeys(_OBJECTS, DAMMA) | {"ون": DAMMA, "ين": KASRA, "ان": FATHA, "وا": DAMMA},
}
"""What may stand behind a word of a kind, and the vowel before it."""
_SUBJUNCTIVE_SUFFIXES = _SUFFIXES | {"verb": _SUFFIXES["verb"] | dict.fromkeys(_OBJECTS, FATHA)}
_BEFORE_SUBJUNCTIVE = frozenset({"أن", "ان", "لن", "كي", "لكي", "حتى", "ألا"})
_DEFINITE_SUFFIXES: dict[str, dict[str, str]] = {
    "noun": {"ان": FATHA, "ين": FATHA, "ات": FATHA},
    "adjective": _FEMININE | {"ان": FATHA, "ون": DAMMA, "ين": ASK},
}
_LONGEST_SUFFIX = 4


def mark_known_words(text: str) -> str:
    """The text with the lexicon's words marked; marks that the writer set are kept, and hamzas left out are put in."""
    lexicon = lexicon_entries()
    matches = list(_WORD.finditer(text))
    marked: list[str] = []
    decided = ""  # by the word before
    before = ""
    for index, match in enumerate(matches):
        after = matches[index + 1] if index + 1 < len(matches) else None
        pair = None
        if after is not None and _GAP.fullmatch(text, match.end(), after.start()):
            pair = _pair(lexicon, match[0], after[0])
        marked.append(decided or (pair[0] if pair else _known(lexicon, match[0], before)))
        decided = pair[1] if pair else ""
        before = match[0]
    return _replaced(text, matches, marked)


def _replaced(text: str, matches: list[re.Match[str]], words: list[str]) -> str:
    parts: list[str] = []
    end = 0
    for match, word in zip(matches, words, strict=True):
        parts += [text[end : match.start()], word]
        end = match.end()
    return "".join([*parts, text[end:]])


def _pair(lexicon: Lexicon, first: str, second: str) -> tuple[str, str] | None:
    """Two bare words that decide each other, the first perhaps behind "and"."""
    for conjunction, marked in _AND.items():
        if first.startswith(conjunction) and (
            found := lexicon.pairs.get((with_one_alef(first[len(conjunction) :]), with_one_alef(second)))
        ):
            return _joined(marked, found[0]), found[1]
    return None


def _known(lexicon: Lexicon, word: str, before: str) -> str:
    """The word with the lexicon's marks, or as it was written."""
    if MARKS.isdisjoint(word):
        return _find(lexicon, word, before) or word
    written = letters(word)
    if not any(undecided(written)):
        return word
    found = letters(_find(lexicon, "".join(base for base, _ in written), before) or "")
    if len(found) != len(written) or not all(map(_agree, written, found)):
        return word
    return "".join(
        base + (marks if _is_vowel(marks) else known) for (_, marks), (base, known) in zip(written, found, strict=True)
    )


def _agree(written: Letter, known: Letter) -> bool:
    return ASK in known[1] or set(written[1]) <= set(known[1])


def _is_vowel(marks: str) -> bool:
    return not VOWEL_OF_MARK.keys().isdisjoint(marks)


def _find(lexicon: Lexicon, word: str, before: str) -> str | None:
    """A bare word as the lexicon marks it, what is written together with it included."""
    for conjunction, marked_conjunction in _AND.items():
        if not word.startswith(conjunction):
            continue
        rest = word[len(conjunction) :]
        # Of three lams two are written: "for the language" is "for" and "language" with a doubled lam.
        if rest.startswith("لل") and (found := _inflected(lexicon, rest[1:], _DEFINITE, {})):
            return marked_conjunction + "لِ" + _after_article(found)
        for particle, marked in _PARTICLES.items():
            stem = rest[len(particle) :]
            if not rest.startswith(particle) or (particle and len(stem) < _MIN_LETTERS):
                continue
            suffixes = _SUBJUNCTIVE_SUFFIXES if particle == "ل" or before in _BEFORE_SUBJUNCTIVE else _SUFFIXES
            if found := _inflected(lexicon, stem, _KINDS[particle], suffixes):
                return _joined(marked_conjunction + marked, found)
        for article, marked in _ARTICLES.items():
            if rest.startswith(article) and (
                found := _inflected(lexicon, rest[len(article) :], _DEFINITE, _DEFINITE_SUFFIXES)
            ):
                return marked_conjunction + marked + _after_article(found)
    return None


def _inflected(
    lexicon: Lexicon, word: str, kinds: frozenset[str], suffixes: Mapping[str, Mapping[str, str]]
) -> str | None:
    """The word without or with a suffix, if all entries of these kinds mark it alike."""
    if found := _entries(lexicon, word, kinds):
        return _one(found)
    for length in range(1, min(_LONGEST_SUFFIX, len(word) - _MIN_LETTERS) + 1):
        stem, suffix = word[:-length], word[-length:]
        stems = [stem, stem[:-1] + "ة"] if stem[-1] == "ت" else [stem]
        for spelling in filter(lexicon.holds, stems):
            fitting = {kind: suffixes[kind][suffix] for kind in kinds & suffixes.keys() if suffix in suffixes[kind]}
            if found := _entries(lexicon, spelling, frozenset(fitting)):
                vowels = [vowel for kind, vowel in fitting.items() if _entries(lexicon, spelling, frozenset({kind}))]
                marked = _one(found)
                return marked and _open_end(marked, stem[-1], _one(vowels) or ASK) + "".join(map(_asking, suffix))
    return None


def _entries(lexicon: Lexicon, word: str, kinds: frozenset[str]) -> list[str]:
    found = lexicon.exact.get(word) or lexicon.loose.get(word, ())
    return [entry.marked for entry in found if entry.kind in kinds]


def _one(readings: list[str]) -> str | None:
    return readings[0] if len(set(readings)) == 1 else None


def _open_end(marked: str, last: str, vowel: str) -> str:
    """The word before a suffix: its last letter has the suffix's vowel, and a ta marbuta has become `last`."""
    _, marks = letters(marked)[-1]
    if not marks and vowel not in (FATHA, FATHATAN):  # it makes a vowel long
        return marked
    return marked[: -1 - len(marks)] + last + (SHADDA if SHADDA in marks else "") + vowel


def _asking(letter: str) -> str:
    return letter if letter in "اوي" else letter + ASK


def _joined(before: str, word: str) -> str:
    """A word behind others that are written with it: its helping vowel falls."""
    first = letters(word)[:1]
    if before and first and first[0][0] == "ا":
        return before + "ا" + word[1 + len(first[0][1]) :]
    return before + word


def _after_article(word: str) -> str:
    """What follows the alef and lam: the lam's mark, or the doubled first letter."""
    (base, marks), *_ = letters(word)
    rest = word[1 + len(marks) :]
    if base == "ا":
        return "ِا" + rest
    if base in SUN_LETTERS:
        return base + SHADDA + marks.replace(SHADDA, "") + rest
    return SUKUN + word
