"""English in the symbols that espeak-ng writes and Piper voices are trained on, from hibari's phonemes one to one."""

import re
from collections.abc import Callable
from typing import Any

from hiwar.engines.reading.english import EnglishG2P

_VOWELS = "AIOQWYaeiouæɐɑɒɔəɚɛɜɪʊʌᵊᵻ"
_LETTERS = {
    "A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "əʊ", "W": "aʊ", "Y": "ɔɪ", "ᵊ": "ə", "T": "ɾ", "ʤ": "dʒ", "ʧ": "tʃ",
    "u": "uː", "ɑ": "ɑː", "ɜ": "ɜː",
    "…": ".", "—": ",", "“": "", "”": "", '"': "", "(": "", ")": "",
}  # fmt: skip
_CONTEXTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), symbols)
    for pattern, symbols in (
        (rf"ɜɹ(?![{_VOWELS}ˈˌ])", "ɜ"),
        (rf"[əᵊ]ɹ(?=[ˈˌ]?[{_VOWELS}])", "ɚɹ"),
        (r"[əᵊ]ɹ", "ɚ"),
        (r"\bði\b", "ðɪ"),
        (r"\bə(?=\w)", "ɐ"),  # an unstressed a- at the beginning of a word
        (r"ɔ(?![fsθŋnː])", "ɔː"),
        (rf"i(?![{_VOWELS}ː])", "iː"),
        (rf"([{_VOWELS}].*[^ˈˌ])iː(?=[dz]?\b)", r"\1i"),  # the y of "happy" and "studies"
    )
)


def espeak_symbols(phonemes: str) -> str:
    """A word of hibari's alphabet in espeak's. Pauses become those that espeak knows; quotes and brackets fall away."""
    for pattern, symbols in _CONTEXTS:
        phonemes = pattern.sub(symbols, phonemes)
    return "".join(_LETTERS.get(letter, letter) for letter in phonemes)


class RespelledG2P:
    """hibari's English G2P with the phonemes of its tokens respelled."""

    def __init__(self, g2p: EnglishG2P, respell: Callable[[str], str]) -> None:
        self._g2p = g2p
        self._respell = respell

    def tokenize(self, text: str) -> list[Any]:
        """Tokens of normalized text, without phonemes."""
        return self._g2p.tokenize(text)

    def phonemize_tokens(self, tokens: list[Any]) -> list[Any]:
        """The tokens, some of them merged, with phonemes."""
        spoken = self._g2p.phonemize_tokens(tokens)
        for token in spoken:
            token.phonemes = self._respell(token.phonemes or "")
        return spoken
