"""A phoneme string as the numbers that a voice's model reads, and where in them its words are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.piper.voice_file import BEGIN, END, PAD, VoiceFile
from hiwar.engines.reading.phonemizer import PAUSES, Phonemes, WordSpan


@dataclass(frozen=True, slots=True)
class SymbolWord:
    """The word `text[start:end]` of a segment, and where it sounds: in `symbols[first:last]`."""

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is to be said. Bounds are indexes in `symbols`, which begin and end with the voice's marks for that.

    The marks are `begin_marks` and `end_marks` long; `sound_first` to `sound_last` is what is not silence, empty when
    nothing sounds; `breaks` are the starts of words, in order.
    """

    symbols: NDArray[np.int64]
    begin_marks: int
    end_marks: int
    sound_first: int
    sound_last: int
    breaks: tuple[int, ...]
    words: tuple[SymbolWord, ...]


def compose(phonemes: Phonemes, voice: VoiceFile) -> Utterance:
    """Every phoneme is followed by the voice's pad, as Piper does it. `phonemes` are of the voice's alphabet."""
    begin = (*voice.symbols[BEGIN], *voice.symbols[PAD])
    end = voice.symbols[END]
    numbers = [*begin]
    places = [len(numbers)]
    for phoneme in phonemes.text:
        numbers += voice.symbols[phoneme]
        numbers += voice.symbols[PAD]
        places.append(len(numbers))
    sounding = [index for index, phoneme in enumerate(phonemes.text) if phoneme not in PAUSES]
    return Utterance(
        symbols=np.array([*numbers, *end], np.int64),
        begin_marks=len(begin),
        end_marks=len(end),
        sound_first=places[min(sounding, default=0)],
        sound_last=places[max(sounding, default=-1) + 1],
        breaks=tuple(places[index + 1] for index, phoneme in enumerate(phonemes.text) if phoneme == " "),
        words=tuple(_placed(phonemes.words, places)),
    )


def _placed(words: Sequence[WordSpan], places: Sequence[int]) -> Iterator[SymbolWord]:
    """A word begins where the one before ends when only a space divides them: no silence is spoken there."""
    before = None
    for word in words:
        first = before.last if before and before.last == word.first - 1 else word.first
        yield SymbolWord(word.start, word.end, places[first], places[word.last])
        before = word
