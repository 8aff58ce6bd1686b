"""When each word of a phoneme string sounds, from the durations of its phonemes."""

from collections.abc import Iterator, Sequence

import numpy as np

from hiwar.engines.contracts import SpokenWord
from hiwar.engines.hibari.acoustic import FRAMES_PER_UNIT, Timing
from hiwar.engines.hibari.phonemizer import WordSpan

_FRAME_MS = 12.5

_LEAD_FRAMES = 5
"""At normal speed the model lets a sound begin so many frames before its own duration does."""


class WordTimes:
    """Hands out the words of one string in order. `start` is the frame that is heard first, at `from_ms`."""

    def __init__(self, words: Sequence[WordSpan], timing: Timing, speed: float, start: int, from_ms: float) -> None:
        ends = FRAMES_PER_UNIT * np.cumsum(timing.durations) - _LEAD_FRAMES / speed
        self._frames = [float(ends[first]) for first in _first_sounds(words)]
        self._words = [
            SpokenWord(word.start, word.end, *(from_ms + max(0.0, (frame - start) * _FRAME_MS) for frame in frames))
            for word, *frames in zip(words, self._frames, (float(ends[word.last]) for word in words), strict=True)
        ]
        self._given = 0

    def before(self, stop: int) -> tuple[SpokenWord, ...]:
        """The words that begin before the frame `stop` and were not given yet."""
        first = self._given
        while self._given < len(self._words) and self._frames[self._given] < stop:
            self._given += 1
        return tuple(self._words[first : self._given])


def _first_sounds(words: Sequence[WordSpan]) -> Iterator[int]:
    """Where each word begins: at its first phoneme, or where the one before ends when only a space divides them.

    As indexes into the ends of all phonemes, of which the first is the silent one before the string.
    """
    before = None
    for word in words:
        yield before.last if before and before.last == word.first - 1 else word.first
        before = word
