"""Text of either language, or both mixed, to phoneme strings of the model's alphabet."""

import re
from collections.abc import Callable, Iterator

from hiwar.engines.hibari import arabic_sounds
from hiwar.text.arabic_lexicon import mark_known_words
from hiwar.text.arabic_numbers import write_numbers
from hiwar.text.arabic_phonemes import pronounce
from hiwar.text.language import runs
from hiwar.vocabulary import Language

MAX_PHONEMES = 250
"""Longer strings are split, so that one step stays short; a closing mark may be added. The model knows up to 400."""

_SILENT = frozenset(';:,.!?—…"()“” ˈˌː')
_ENDS = frozenset(';:,.!?—…"”)')
# The package's G2P takes time quadratic in an unbroken word, and reads numbers only up to 12 digits.
_LONG_WORD = re.compile(r"(\S{32})(?=\S)")
_LONG_NUMBER = re.compile(r"\d{13,}")

_UNREADABLE = (LookupError, ValueError)
"""What the package raises for words and signs that it has no rule for, such as circled digits."""


class Phonemizer:
    """Callable on one segment; holds only what is shared and read. Safe to call from several threads."""

    def __init__(
        self, english: Callable[[str], str], diacritize: Callable[[str], str], alphabet: frozenset[str]
    ) -> None:
        self._english = english
        self._diacritize = diacritize
        self._alphabet = alphabet

    def __call__(self, text: str, language: Language) -> tuple[str, ...]:
        """Strings of at most MAX_PHONEMES; () when nothing in the text can be said.

        `language` reads what has no letters, such as a lone number.
        """
        said = (
            self._read_arabic(run.text) if run.language == "ar" else self._read_english(run.text)
            for run in runs(text, language)
        )
        phonemes = "".join(filter(self._alphabet.__contains__, " ".join(filter(None, said))))
        return tuple(_ended(part) for part in _split(phonemes) if not _SILENT.issuperset(part))

    def _read_arabic(self, text: str) -> str:
        """Phonemes of Arabic text: numbers in words, vowel marks, phones, then the model's nearest sounds."""
        marked = self._diacritize(mark_known_words(write_numbers(text)))
        return arabic_sounds.phonemes(pronounce(marked))

    def _read_english(self, text: str) -> str:
        """Phonemes of English text; a word that the package cannot read is spelled, or else passed over."""
        text = _LONG_NUMBER.sub(lambda match: " ".join(match[0]), _LONG_WORD.sub(r"\1 ", text))
        try:
            return self._english(text)
        except _UNREADABLE:
            return " ".join(filter(None, map(self._read_word, text.split())))

    def _read_word(self, word: str) -> str:
        for reading in (word, " ".join(filter(str.isalnum, word))):
            try:
                return self._english(reading)
            except _UNREADABLE:
                continue
        return ""


def _ended(phonemes: str) -> str:
    """With a mark at the end, as all that the model was trained on: without one it cuts the last sound off."""
    return phonemes if phonemes[-1] in _ENDS else f"{phonemes}."


def _split(phonemes: str) -> Iterator[str]:
    start = 0
    while len(phonemes) - start > MAX_PHONEMES:
        cut = max(
            phonemes.rfind(", ", start, start + MAX_PHONEMES) + 1,
            phonemes.rfind(". ", start, start + MAX_PHONEMES) + 1,
        )
        if cut <= start:
            cut = phonemes.rfind(" ", start, start + MAX_PHONEMES)
        if cut <= start:
            cut = start + MAX_PHONEMES
        yield phonemes[start:cut].strip()
        start = cut
    yield phonemes[start:].strip()
