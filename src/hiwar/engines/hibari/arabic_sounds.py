"""How the English model is made to say Arabic: neutral phones to the model's phonemes.

The model knows no pharyngeals and no emphatics; the backed vowel beside them, which carries most of the contrast,
is what it is given instead. Each choice is the one that a recogniser of Arabic understood best of several.
"""

from collections.abc import Sequence

from hiwar.text.arabic.letters import VOWELS
from hiwar.text.arabic.phonemes import SpokenWord

CONSONANTS = {
    "b": "b", "t": "t", "th": "θ", "j": "dʒ", "H": "hh", "kh": "hk", "d": "d", "dh": "ð", "r": "ɹ", "z": "z", "s": "s",
    "sh": "ʃ", "S": "s", "D": "dɑ", "T": "t", "Z": "ð", "E": "ɑ", "gh": "ɡə", "f": "f", "q": "k", "k": "k", "l": "l",
    "m": "m", "n": "n", "h": "h", "w": "w", "y": "i", "p": "p", "ch": "ʧ", "v": "v", "g": "ɡ",
    "'": "",  # the model never heard its own sign for it; a vowel after a vowel is nearer
}  # fmt: skip
AT_START = {"E": ""}
AT_END = {"E": "ʌ", "a": "æ"}
PLAIN = {"a": "ʌ", "i": "ə", "u": "ʊ", "aa": "æɑ", "ii": "ii", "uu": "uw"}
BACKED = {"a": "ɑ", "aa": "ɑɑ"}
DIPHTHONGS = {"y": "A", "w": "Ow"}
"""The glide after a short a, before a consonant or the word's end."""

_BACKING = frozenset({"S", "D", "T", "Z", "q"})
_FRONTING = frozenset({"i", "ii", "y", "sh"})
_STRESS = "ˈ"


def sounds(word: SpokenWord) -> str:
    """A word in the model's alphabet, with its stress and the pause after it; "" when the model has no sound for it."""
    said: list[str] = []
    index = 0
    while index < len(word.phones):
        stress = _STRESS if index == word.stressed else ""
        if _is_diphthong(word.phones, index):
            said.append(stress + DIPHTHONGS[word.phones[index + 1]])
            index += 1
        else:
            said.append(stress + _sound(word.phones, index))
        index += 1
    return "".join(said) + word.pause


def _is_diphthong(phones: Sequence[str], index: int) -> bool:
    if phones[index] != "a" or index + 1 == len(phones) or phones[index + 1] not in DIPHTHONGS:
        return False
    after = phones[index + 2] if index + 2 < len(phones) else ""
    return after not in VOWELS and after != phones[index + 1]


def _sound(phones: Sequence[str], index: int) -> str:
    phone = phones[index]
    if index == 0 and phone in AT_START:
        return AT_START[phone]
    if phone in BACKED and _is_backed(phones, index):
        return BACKED[phone]
    if index == len(phones) - 1 and phone in AT_END:
        return AT_END[phone]
    return PLAIN[phone] if phone in VOWELS else CONSONANTS[phone]


def _is_backed(phones: Sequence[str], index: int) -> bool:
    before, after = phones[max(0, index - 1) : index], phones[index + 1 : index + 2]
    if phones[index] == "a" and "E" in before:
        return True
    near = phones[max(0, index - 2) : index + 3]
    return not _BACKING.isdisjoint(near) and _FRONTING.isdisjoint((*before, *after))
