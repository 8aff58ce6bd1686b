"""What an Arabic Piper voice is given, in the symbols that espeak-ng writes for `ar`: Arabic phones and English words.

Case endings are left out and hamzas dropped between words, as `hiwar.text.arabic.phonemes` does it.
"""

from collections.abc import Sequence

from hiwar.engines.piper.english import espeak_symbols
from hiwar.text.arabic.letters import SHORT_OF, VOWELS
from hiwar.text.arabic.phonemes import SpokenWord

_CONSONANTS = {
    "b": "b", "t": "t", "th": "θ", "j": "dʒ", "H": "ħ", "kh": "χ", "d": "d", "dh": "ð", "r": "r", "z": "z", "s": "s",
    "sh": "ʃ", "S": "s̪", "D": "dˤ", "T": "t̪", "Z": "ð", "E": "ʕ", "gh": "ɣ", "f": "f", "q": "q", "k": "k", "l": "l",
    "m": "m", "n": "n", "h": "h", "w": "w", "y": "j", "p": "b", "ch": "ʃ", "v": "f", "g": "ɡ", "'": "ʔ",
}  # fmt: skip
_GLIDES = {"y": "i", "w": "u"}
"""After a short a, before a consonant or the word's end."""
_EMPHATICS = frozenset({"S", "D", "T", "Z"})
_BACKED = "."
"""What espeak adds to an a behind an emphatic consonant, where its symbols are not those of the plain one."""
_LONG, _STRESS = "ː", "ˈ"

_ENGLISH = {
    "eɪ": "ai", "aɪ": "ai", "oʊ": "au", "aʊ": "au", "ɔɪ": "uːi", "ɑː": "aː", "ɔː": "uː", "ɜː": "ir", "ɚɹ": "ir",
    "ɚ": "ir", "tʃ": "ʃ", "æ": "a", "ʌ": "a", "ɐ": "a", "ə": "a", "ɑ": "a", "ɔ": "u", "ɒ": "u", "ɛ": "i", "ɪ": "i",
    "ᵻ": "i", "ʊ": "u", "ɹ": "r", "ɾ": "t", "ŋ": "n", "p": "b", "v": "f", "ʒ": "dʒ",
}  # fmt: skip
"""English sounds that Arabic lacks, to the nearest that it has; longer ones first."""


def arabic_symbols(word: SpokenWord) -> str:
    """A word with its stress and the pause after it."""
    said: list[str] = []
    for index, phone in enumerate(word.phones):
        stress = _STRESS if index == word.stressed else ""
        said.append(stress + (_vowel(word.phones, index) if phone in VOWELS else _consonant(word.phones, index)))
    return "".join(said) + word.pause


def english_symbols(phonemes: str) -> str:
    """A word of hibari's English alphabet, as an Arabic speaker with few foreign sounds would say it."""
    symbols = espeak_symbols(phonemes)
    for foreign, near in _ENGLISH.items():
        symbols = symbols.replace(foreign, near)
    return symbols


def _vowel(phones: Sequence[str], index: int) -> str:
    phone = phones[index]
    short = SHORT_OF.get(phone, phone)
    backed = _BACKED if short == "a" and index and phones[index - 1] in _EMPHATICS else ""
    return short + backed + (_LONG if phone in SHORT_OF else "")


def _consonant(phones: Sequence[str], index: int) -> str:
    phone = phones[index]
    before = phones[index - 1] if index else ""
    after = phones[index + 1] if index + 1 < len(phones) else ""
    if phone == before:
        return _LONG
    if phone in _GLIDES and before == "a" and after not in VOWELS and after != phone:
        return _GLIDES[phone]
    return _CONSONANTS[phone]
