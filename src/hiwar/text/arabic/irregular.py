"""Words that are not said as they are written: vowels that no letter shows, and endings that stay before a pause."""

from collections.abc import Sequence

from hiwar.text.arabic.letters import EXCEPTIONS, FATHA, KEPT_ENDINGS, PROCLITICS, SHADDA
from hiwar.text.arabic.marks import Letter

_MAX_PROCLITICS = 2
_HIDDEN_ALEFS = {"لكن": 0, "إله": 1, "الرحمن": 4}
"""Parts of words, and their letter after which a long a is said that is not written."""
_BEFORE_HIDDEN = {*PROCLITICS, "د"}
"""What may stand before such a part: proclitics, and the end of "servant of"."""
_OF_GOD = "عبدال"
_HUNDREDS = ("مائة", "مائت")


def exception(word: Sequence[Letter]) -> tuple[str, ...] | None:
    """The phones of a word that is listed, also behind "and", "for" and the like; None for others."""
    bare = "".join(base for base, _ in word)
    head: list[str] = []
    for index in range(min(_MAX_PROCLITICS, len(bare)) + 1):
        rest = bare[index:]
        doubled_end = bool(word[index:]) and SHADDA in word[-1][1]
        if rest in EXCEPTIONS and not (doubled_end and rest in KEPT_ENDINGS):
            phones = EXCEPTIONS[rest].split()
            return (*head, *(phones[2:] if head and rest.startswith("ال") else phones))
        if bare[index : index + 1] not in PROCLITICS:
            return None
        head += PROCLITICS[bare[index]].split()
    return None


def respelled(word: Sequence[Letter]) -> list[Letter]:
    """The word with the letters that are said: an alef that is not written, none that is silent."""
    letters = list(word)
    bare = "".join(base for base, _ in letters)
    for part, place in _HIDDEN_ALEFS.items():
        start = bare.find(part)
        if start < 0 or (start and bare[start - 1] not in _BEFORE_HIDDEN):
            continue
        base, marks = letters[start + place]
        if marks in ("", FATHA):
            letters[start + place : start + place + 1] = [(base, FATHA), ("ا", "")]
        break
    for hundred in _HUNDREDS:
        if (found := bare.find(hundred)) >= 0:
            del letters[found + 1]
            break
    return letters


def servant_of(word: Sequence[Letter]) -> bool:
    """Whether the word is a name such as Abdulaziz, written in one with the article inside."""
    return len(word) > len(_OF_GOD) + 1 and "".join(base for base, _ in word[: len(_OF_GOD)]) == _OF_GOD


def keeps_ending(bare: str) -> bool:
    """Whether the last vowel of a word is said before a pause too."""
    return bare in KEPT_ENDINGS or (bare[:1] in PROCLITICS and bare[1:] in KEPT_ENDINGS)
