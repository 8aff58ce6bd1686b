"""Text of either language, or both mixed, to phoneme strings of the model's alphabet, and which word sounds where."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from hiwar.engines.reading import english
from hiwar.engines.reading.english import EnglishG2P
from hiwar.text.arabic.phonemes import SpokenWord
from hiwar.text.explanation import TokenReading
from hiwar.text.front_end import FrontEnd, Reading, Run, explain
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
"""Phonemes of a run, spaces included, each piece with the index of its word in the run's text."""
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
    """Callable on one segment; holds only what is shared and read. Safe to call from several threads.

    `arabic` says a word of Arabic phones, with its stress and the pause after it, in the model's alphabet.
    """

    def __init__(
        self,
        front_end: FrontEnd,
        english: EnglishG2P,
        alphabet: frozenset[str],
        arabic: Callable[[SpokenWord], str],
    ) -> None:
        self._front_end = front_end
        self._english = english
        self._alphabet = alphabet
        self._arabic = arabic

    def __call__(self, text: str, language: Language, *, continues: bool = False) -> tuple[Phonemes, ...]:
        """Strings of at most MAX_PHONEMES; () when nothing in the text can be said.

        `language` is the segment's. `continues`: the sentence goes on after the text.
        """
        reading = self._front_end.read(text, language)
        phonemes, extents = self._joined(reading)
        if not self._alphabet.issuperset(phonemes):
            phonemes, extents = self._known(phonemes, extents)
        return tuple(_strings(phonemes, extents, reading.words, continues=continues))

    def explain(self, text: str, language: Language) -> tuple[TokenReading, ...]:
        """The segment's tokens with what every stage made of them."""
        reading = self._front_end.read(text, language)
        said: dict[tuple[int, int], str] = {}
        for number, run in enumerate(reading.runs):
            for phonemes, word in self._pieces(run):
                place = (number, run.tokens[word])
                said[place] = said.get(place, "") + "".join(filter(self._alphabet.__contains__, phonemes))
        return explain(text, reading, {place: phonemes.strip() for place, phonemes in said.items()})

    def _joined(self, reading: Reading) -> tuple[str, _Extents]:
        """Phonemes of all runs with a space between them, and which word of the segment each stretch belongs to."""
        said = ""
        extents: _Extents = []
        for run in reading.runs:
            pieces = self._pieces(run)
            spoken = "".join([phonemes for phonemes, _ in pieces])
            if sound := spoken.strip():
                said += " " if said else ""
                start, stop = len(said), len(said) + len(sound)
                lead = len(spoken) - len(spoken.lstrip())
                cuts = accumulate([len(phonemes) for phonemes, _ in pieces], initial=start - lead)
                limits = [min(max(cut, start), stop) for cut in cuts]
                extents += zip(limits, limits[1:], [run.sources[word] for _, word in pieces], strict=False)
                said += sound
        return said, extents

    def _pieces(self, run: Run) -> _Pieces:
        if run.language == "en":
            return english.sounds(self._english, run.text) if run.text else []
        said = zip(map(self._arabic, run.spoken), run.words_of_spoken(), strict=True)
        return [(f"{sound} ", word) for sound, word in said if sound]

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
