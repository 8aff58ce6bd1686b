"""One Arabic word with vowel marks to phones, in its pausal form. Its neighbours are left to `phonemes`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hiwar.text.arabic import irregular, marks
from hiwar.text.arabic.letters import (
    CONSONANTS,
    DAMMA,
    LINKS,
    LONG_OF,
    PROCLITICS,
    SHADDA,
    SHORT_OF,
    SUKUN,
    SUN_LETTERS,
    VOWEL_OF_MARK,
    VOWELS,
)

_ALEFS = frozenset("اٱ")
_NOUNS_IN_I = ("سم", "بن", "مر")
"""What follows the alef of "name", "son" and "man": their u is an ending."""
_GLIDES = {"و": "u", "ي": "i"}
_NUNATIONS = frozenset({"an", "un", "in"})
_ENDINGS = frozenset({"a", "i", "u", "un", "in"})
_FINAL_GLIDES: dict[tuple[str, ...], str] = {("i", "y", "y"): "ii", ("u", "w", "w"): "uu"}


@dataclass(frozen=True, slots=True)
class WordForm:
    """A word before it meets its neighbours; `phones` is empty when none of its letters is known.

    `elidable`: its first hamza is silent after another word. `construct`: its last t (ta marbuta) is heard before one;
    `paused`: it is not, as before a pause.
    `link`: the vowel it ends with before an elidable hamza. `head`: how many phones the article and what stands before
    it have; they are not stressed.
    """

    phones: tuple[str, ...]
    elidable: bool = False
    construct: bool = False
    paused: bool = False
    link: str = ""
    head: int = 0


class _Letter(NamedTuple):
    base: str
    marks: str = ""
    vowel: str = ""
    doubled: bool = False


def word_form(token: str) -> WordForm:
    """How a token of Arabic letters and marks is said on its own."""
    written = marks.letters(token)
    bare = "".join(base for base, _ in written)
    if (exception := irregular.exception(written)) is not None:
        return WordForm(exception, elidable=bare.startswith("ال"), link=LINKS.get(bare, ""))
    letters = tuple(
        [_Letter(base, found, _vowel(found), SHADDA in found) for base, found in irregular.respelled(written)]
    )
    head, rest = _article(letters)
    phones = _body(rest, head)
    if not any(letter.marks for letter in letters):
        phones = _sayable(phones)
    final = letters[-1] if letters else _Letter("")
    ta_marbuta = final.base == "ة"
    construct = ta_marbuta and not head and final.vowel in SHORT_OF.values()
    return WordForm(
        _without_nunation(phones if ta_marbuta or irregular.keeps_ending(bare) else _pausal(phones)),
        elidable=bare[:1] in _ALEFS,
        construct=construct,
        paused=ta_marbuta and not construct,
        link=LINKS.get(bare, ""),
        head=len(head),
    )


def _vowel(found: str) -> str:
    if len(found) < 2:
        return VOWEL_OF_MARK.get(found, "")
    return next((vowel for mark, vowel in VOWEL_OF_MARK.items() if mark in found), "")


def _article(letters: tuple[_Letter, ...]) -> tuple[list[str], tuple[_Letter, ...]]:
    """Phones of the article with the proclitics before it, and the letters after it; ([], letters) without one."""
    head: list[str] = []
    for index, letter in enumerate(letters[:3]):
        rest = letters[index + 1 :]
        if letter.base == "ع" and irregular.servant_of([(one.base, "") for one in letters[index:]]):
            return _after_lam([*head, *"Eabdu"], letters[index + 4 :])
        if _is_article(letter, rest, initial=index == 0):
            return _after_lam([*head, *([] if head else ["'", "a"])], rest)
        if _is_lam_article(letter, rest):
            return _after_lam([*head, "l", "i"], rest)
        if letter.base not in PROCLITICS or letter.doubled:
            break
        consonant, vowel = PROCLITICS[letter.base].split()
        head += [consonant, letter.vowel or vowel]
    return [], letters


def _is_article(alef: _Letter, rest: tuple[_Letter, ...], *, initial: bool) -> bool:
    if alef.base not in _ALEFS or len(rest) < 3 or rest[0].base != "ل" or alef.vowel not in ("", "a"):
        return False
    lam, first = rest[0], rest[1]
    if SUKUN in lam.marks and first.base == "ت" and first.vowel and not first.doubled:
        return False  # a verbal form of a root in l
    helping_vowel = lam.vowel == "i" and first.base in _ALEFS
    return not lam.vowel or helping_vowel or (initial and lam.doubled)


def _is_lam_article(lam: _Letter, rest: tuple[_Letter, ...]) -> bool:
    if lam.base != "ل" or lam.vowel not in ("", "i") or len(rest) < 3 or rest[0].base != "ل":
        return False
    return rest[0].doubled or not rest[0].vowel


def _after_lam(head: list[str], rest: tuple[_Letter, ...]) -> tuple[list[str], tuple[_Letter, ...]]:
    lam, stem = rest[0], rest[1:]
    if lam.doubled:
        return head, rest
    if stem[0].base in SUN_LETTERS:
        return head, (stem[0]._replace(doubled=True), *stem[1:])
    return [*head, "l"], stem


def _body(letters: Sequence[_Letter], head: Sequence[str]) -> list[str]:
    phones = list(head)
    for index, letter in enumerate(letters):
        last = phones[-1] if phones else ""
        if letter.base in _ALEFS:
            _say_alef(phones, letters, index)
        elif letter.base == "ى":
            _say_alef_maqsura(phones, letter)
        elif letter.base == "ة":
            phones += [] if last in ("a", "aa") else ["a"]
        elif letter.base == "آ":
            phones += ["'", "aa"]
        elif letter.base in _GLIDES and _is_long_vowel(letter, last):
            _lengthen(phones, _GLIDES[letter.base])
        elif letter.base in CONSONANTS:
            _say_consonant(phones, letter, first=index == 0)
    return phones


def _say_consonant(phones: list[str], letter: _Letter, *, first: bool) -> None:
    consonant = CONSONANTS[letter.base]
    phones += [consonant] * (2 if letter.doubled else 1)
    vowel = letter.vowel
    if letter.base == "إ":
        vowel = "i"
    elif letter.base == "أ" and first and not vowel:
        vowel = "a"
    if vowel:
        phones.append(vowel)


def _say_alef(phones: list[str], letters: Sequence[_Letter], index: int) -> None:
    vowel = letters[index].vowel
    if not phones:
        phones += ["'", vowel or _helping_vowel(letters[index + 1 :])]
        return
    last = phones[-1]
    if index == 0:  # behind the article: only a hamza that was left out in writing has another vowel than i
        phones += ["'", vowel] if vowel in ("a", "u") else [vowel or _helping_vowel(letters[1:])]
    elif index == 1 and _hides_hamza(letters):
        return  # a long vowel cannot stand before two consonants: a silent hamza after "and", "so", "by"
    elif index == len(letters) - 1 and letters[index - 1].base == "و" and last == "w":
        return  # written after the plural's w, never said
    elif vowel == "an":
        _nunate(phones)
    elif last == "a":
        phones[-1] = "aa"
    elif last not in VOWELS and last not in _NUNATIONS:
        phones.append(vowel or "aa")


def _hides_hamza(letters: Sequence[_Letter]) -> bool:
    """Whether the alef behind a first letter is the silent one of a verbal form or of "name", behind "and" or "by"."""
    proclitic, _, *stem = letters
    if proclitic.base not in PROCLITICS or PROCLITICS[proclitic.base][-1] != proclitic.vowel or not stem:
        return False
    if "".join(letter.base for letter in stem).startswith(_NOUNS_IN_I):
        return SUKUN in stem[0].marks
    following_t = proclitic.base in "وف" and stem[0].base in "تدط" and stem[0].doubled
    return len(stem) > 2 and (SUKUN in stem[0].marks or following_t)


def _helping_vowel(stem: Sequence[_Letter]) -> str:
    """The vowel that opens a word written with a bare alef: u when its next vowel is u (imperatives and passives)."""
    bare = "".join(letter.base for letter in stem)
    if len(stem) < 3 or bare.startswith(_NOUNS_IN_I):
        return "i"
    is_in_u = DAMMA in stem[0].marks or (not stem[0].vowel and DAMMA in stem[1].marks)
    return "u" if is_in_u else "i"


def _sayable(phones: Sequence[str]) -> list[str]:
    """Phones of a word without any mark, with an a where consonants would meet that cannot."""
    said: list[str] = []
    for index, phone in enumerate(phones):
        said.append(phone)
        after = phones[index + 1 : index + 3]
        if phone in VOWELS or not after or after[0] in VOWELS or phone == after[0]:
            continue
        if len(said) == 1 or said[-2] not in VOWELS or len(after) == 1:
            said.append("a")
    return said


def _say_alef_maqsura(phones: list[str], letter: _Letter) -> None:
    last = phones[-1] if phones else ""
    if letter.vowel == "an" or last == "an":
        _nunate(phones)
    elif last == "i":  # final ya is written without dots in Egypt
        phones[-1] = "ii"
    else:
        _lengthen(phones, "a")


def _nunate(phones: list[str]) -> None:
    if phones and phones[-1] in ("a", "an"):
        phones.pop()
    phones.append("an")


def _is_long_vowel(letter: _Letter, last: str) -> bool:
    if letter.vowel or letter.doubled or not last:
        return False
    return last == _GLIDES[letter.base] or (last not in VOWELS and last not in _NUNATIONS and SUKUN not in letter.marks)


def _lengthen(phones: list[str], vowel: str) -> None:
    if phones and phones[-1] == vowel:
        phones.pop()
    phones.append(LONG_OF[vowel])


def _pausal(phones: Sequence[str]) -> list[str]:
    """The form before a pause: short endings fall, the accusative keeps its n as adverbs do in speech."""
    said = list(phones)
    if said and said[-1] in _ENDINGS and any(phone in VOWELS or phone in _NUNATIONS for phone in said[:-1]):
        said.pop()
    if (vowel := _FINAL_GLIDES.get(tuple(said[-3:]))) is not None:
        said[-3:] = [vowel]
    return said


def _without_nunation(phones: Sequence[str]) -> tuple[str, ...]:
    if _NUNATIONS.isdisjoint(phones):
        return tuple(phones)
    return tuple([part for phone in phones for part in (phone if phone in _NUNATIONS else (phone,))])
