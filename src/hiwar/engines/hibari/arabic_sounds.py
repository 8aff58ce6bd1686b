"""How the English model is made to say Arabic: neutral phones to the model's phonemes.

The model knows no pharyngeals and no emphatics; the backed vowel beside them, which carries most of the contrast,
is what it is given instead.
"""

from collections.abc import Iterable

from hiwar.text.arabic_letters import VOWELS
from hiwar.text.arabic_phonemes import SpokenWord

CONSONANTS = {
    "b": "b", "t": "t", "th": "θ", "j": "ʤ", "H": "hh", "kh": "kh", "d": "d", "dh": "ð", "r": "ɹ", "z": "z", "s": "s",
    "sh": "ʃ", "S": "s", "D": "d", "T": "t", "Z": "ð", "E": "ʔɑ", "gh": "ɡ", "f": "f", "q": "k", "k": "k", "l": "l",
    "m": "m", "n": "n", "h": "h", "w": "w", "y": "j", "'": "ʔ", "p": "p", "ch": "ʧ", "v": "v", "g": "ɡ",
}  # fmt: skip
PLAIN = {"a": "æ", "i": "ɪ", "u": "ʊ", "aa": "ææ", "ii": "ij", "uu": "uw"}
BACKED = {"a": "ɑ", "aa": "ɑɑ"}
_BACKING = frozenset({"S", "D", "T", "Z", "q"})
_FRONTING = frozenset({"i", "ii", "y", "sh"})
_STRESS = "ˈ"


def phonemes(words: Iterable[SpokenWord]) -> str:
    """The words as one string in the model's alphabet, with stress and pauses."""
    return " ".join(_word(word) for word in words)


def _word(word: SpokenWord) -> str:
    said: list[str] = []
    for index, phone in enumerate(word.phones):
        if phone not in VOWELS:
            said.append(CONSONANTS[phone])
            continue
        vowel = BACKED.get(phone, PLAIN[phone]) if _is_backed(word.phones, index) else PLAIN[phone]
        said.append(f"{_STRESS if index == word.stressed else ''}{vowel}")
    return "".join(said) + word.pause


def _is_backed(phones: tuple[str, ...], index: int) -> bool:
    near = phones[max(0, index - 2) : index + 3]
    beside = (*phones[max(0, index - 1) : index], *phones[index + 1 : index + 2])
    return not _BACKING.isdisjoint(near) and _FRONTING.isdisjoint(beside)
