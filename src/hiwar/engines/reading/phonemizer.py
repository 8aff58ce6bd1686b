"""Text of either language, or both mixed, to phoneme strings of the model's alphabet, and which word sounds where."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from hiwar.engines.reading import english
from hiwar.engines.reading.english import EnglishG2P
from hiwar.text.arabic.lexicon import mark_known_words
from hiwar.text.arabic.numbers import write_numbers
from hiwar.text.arabic.phonemes import SpokenWord, pronounce
from hiwar.text.language import runs
from hiwar.text.word_alignment import align
from hiwar.vocabulary import Language

MAX_PHONEMES = 250
"""Longer strings are split, so that one step stays short; a closing mark may be added. The model knows up to 400."""

PAUSES = ";:,.!?—…\"()“”'- "
"""Signs of the alphabets of all voices at which nothing sounds."""
_SILENT = PAUSES + "ˈˌː"
"""Nothing sounds in a string of these alone: signs of stress and length go with the phoneme beside them."""
_ENDS = frozenset(';:,.!?—…"”)')
_WORD = re.compile(r"\S+")

_Pieces = list[tuple[str, int]]
"""Phonemes, spaces included, each piece with the index of its word in the text."""
_Extents = list[tuple[int, int, int]]
"""First phoneme, the one after the last, and the index of their word in the text; in order."""


@dataclass(frozen=True, slots=True)
class WordSpan:
    """The word `text[start:end]` of a segment, and where it sounds: in `phonemes[first:last]`."""

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Phonemes:
    """A string in the model's alphabet, and the segment's words that begin to sound in it, in order.

    Something sounds in it. Words are what white space divides. Spans are not empty and do not overlap; pauses at their
    ends are left out.
    """

    text: str
    words: tuple[WordSpan, ...]
    continues: bool = False
    """The sentence goes on after it, although no mark was written there."""


class Phonemizer:
    """Callable on one segment; holds only what is shared and read. Safe to call from several threads."""

    def __init__(
        self,
        english: EnglishG2P,
        diacritize: Callable[[str], str],
        alphabet: frozenset[str],
        arabic: Callable[[SpokenWord], str],
    ) -> None:
        self._english = english
        self._diacritize = diacritize
        self._alphabet = alphabet
        self._arabic = arabic

    def __call__(self, text: str, language: Language, *, continues: bool = False) -> tuple[Phonemes, ...]:
        """Strings of at most MAX_PHONEMES; () when nothing in the text can be said.

        `language` reads what has no letters, such as a lone number. `continues`: the sentence goes on after the text.
        """
        bounds = [match.span() for match in _WORD.finditer(text)]
        phonemes, extents = self._read(text, language, [end for _, end in bounds])
        if not self._alphabet.issuperset(phonemes):
            phonemes, extents = self._known(phonemes, extents)
        return tuple(_strings(phonemes, extents, bounds, continues=continues))

    def _read(self, text: str, language: Language, word_ends: Sequence[int]) -> tuple[str, _Extents]:
        """Phonemes of all runs with a space between them, and which word each stretch belongs to."""
        said, offset = "", 0
        extents: _Extents = []
        for run in runs(text, language):
            pieces = self._read_arabic(run.text) if run.language == "ar" else english.sounds(self._english, run.text)
            spoken = "".join([phonemes for phonemes, _ in pieces])
            if sound := spoken.strip():
                said += " " if said else ""
                start, stop = len(said), len(said) + len(sound)
                lead = len(spoken) - len(spoken.lstrip())
                cuts = accumulate([len(phonemes) for phonemes, _ in pieces], initial=start - lead)
                limits = [min(max(cut, start), stop) for cut in cuts]
                first_word = bisect_right(word_ends, offset)
                extents += zip(limits, limits[1:], [first_word + word for _, word in pieces], strict=False)
                said += sound
            offset += len(run.text)
        return said, extents

    def _read_arabic(self, text: str) -> _Pieces:
        """Phonemes of Arabic text: numbers in words, vowel marks, phones, then the model's nearest sounds."""
        written = write_numbers(text)
        marked = self._diacritize(mark_known_words(written))
        owners = align(text.split(), written.split(), write_numbers)
        starts = [match.start() for match in _WORD.finditer(marked)]
        # Marks before the first letter fall away, so that words are counted from the end.
        missing = len(owners) - len(starts) - 1
        said = ((self._arabic(word), word.start) for word in pronounce(marked))
        return [(f"{sound} ", owners[bisect_right(starts, start) + missing]) for sound, start in said if sound]

    def _known(self, phonemes: str, extents: _Extents) -> tuple[str, _Extents]:
        """Without what is not in the alphabet."""
        kept = [0, *accumulate(map(self._alphabet.__contains__, phonemes))]
        known = "".join(filter(self._alphabet.__contains__, phonemes))
        return known, [(kept[first], kept[last], word) for first, last, word in extents]


def _strings(
    phonemes: str, extents: _Extents, bounds: Sequence[tuple[int, int]], *, continues: bool
) -> Iterator[Phonemes]:
    """The string in parts, each with the words that begin in it; a word that a part cuts off is not told again."""
    told = 0
    for start, stop in _split(phonemes):
        part = phonemes[start:stop]
        if not part.strip(_SILENT):
            continue
        within = [
            (max(0, first - start), last - start, word)
            for first, last, word in extents
            if last > start and word >= told
        ]
        spans = _spans(part, within)
        words = tuple([WordSpan(*bounds[word], first, last) for first, last, word in spans])
        open_ended = part[-1] not in _ENDS and (continues or stop < len(phonemes))
        yield Phonemes(_ended(part, "," if open_ended else "."), words, open_ended)
        told = spans[-1][2] + 1 if spans else told


def _spans(phonemes: str, extents: _Extents) -> _Extents:
    """One extent for each word that sounds, without the pauses around it."""
    spans: _Extents = []
    for first, last, word in extents:
        sound = phonemes[first:last]
        if sound.strip(_SILENT):
            begin = first + len(sound) - len(sound.lstrip(PAUSES))
            if spans and spans[-1][2] == word:
                begin = spans.pop()[0]
            spans.append((begin, first + len(sound.rstrip(PAUSES)), word))
    return spans


def _ended(phonemes: str, mark: str) -> str:
    """With a mark at the end, as all that the model was trained on: without one it cuts the last sound off."""
    return phonemes if phonemes[-1] in _ENDS else phonemes + mark


def _split(phonemes: str) -> Iterator[tuple[int, int]]:
    """Bounds of strings of at most MAX_PHONEMES without outer spaces: after a pause, else at a space, else anywhere."""
    start = 0
    while start < len(phonemes):
        stop = len(phonemes)
        if stop - start > MAX_PHONEMES:
            stop = start + MAX_PHONEMES
            cut = max(phonemes.rfind(", ", start, stop), phonemes.rfind(". ", start, stop)) + 1
            if cut <= start:
                cut = phonemes.rfind(" ", start, stop)
            if cut > start:
                stop = cut
        part = phonemes[start:stop]
        yield stop - len(part.lstrip()), start + len(part.rstrip())
        start = stop
