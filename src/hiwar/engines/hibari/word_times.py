"""When each word of a phoneme string sounds, from the durations of its phonemes."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import SpokenWord
from hiwar.engines.hibari.acoustic import FRAMES_PER_UNIT, Timing
from hiwar.engines.reading.phonemizer import WordSpan

_FRAME_MS = 12.5

_LEAD_FRAMES = 5
"""At normal speed the model lets a sound begin so many frames before its own duration does."""

_LAST_SOUND_UNITS = 4
"""At normal speed: what is longer at the end of a clause is the pause, which the model gives to the last sound."""


class WordTimes:
    """Hands out the words of one string in order. `start` is the frame that is heard first, at `from_ms`."""

    def __init__(self, words: Sequence[WordSpan], timing: Timing, start: int, from_ms: float) -> None:
        ends = FRAMES_PER_UNIT * np.cumsum(timing.durations) - _LEAD_FRAMES / timing.speed
        firsts = [*_first_sounds(words)]
        self._frames = [float(ends[first]) for first in firsts]
        self._words = [
            SpokenWord(word.start, word.end, *(from_ms + max(0.0, (frame - start) * _FRAME_MS) for frame in frames))
            for word, *frames in zip(words, self._frames, _last_frames(words, firsts, timing, ends), strict=True)
        ]
        self._given = 0

    def before(self, stop: int) -> tuple[SpokenWord, ...]:
        """The words that begin before the frame `stop` and were not given yet."""
        first = self._given
        while self._given < len(self._words) and self._frames[self._given] < stop:
            self._given += 1
        return tuple(self._words[first : self._given])

    @property
    def given_until_ms(self) -> float:
        """When the last word ends of those that were given."""
        return self._words[self._given - 1].end_ms if self._given else 0.0

    def rest(self, until_ms: float) -> tuple[SpokenWord, ...]:
        """The words not given yet, within the sound of the string, which lasts until then."""
        first, self._given = self._given, len(self._words)
        return tuple(
            SpokenWord(word.start, word.end, min(word.start_ms, until_ms), min(word.end_ms, until_ms))
            for word in self._words[first:]
        )


def _last_frames(
    words: Sequence[WordSpan], firsts: Sequence[int], timing: Timing, ends: NDArray[np.floating]
) -> Iterator[float]:
    """Where each word ends. `ends` are of all phonemes in frames, `firsts` the phonemes before each word's first."""
    for word, following in zip_longest(words, firsts[1:]):
        if following == word.last:
            yield float(ends[word.last])
        else:
            last_sound = min(timing.durations[word.last], _LAST_SOUND_UNITS / timing.speed)
            yield float(ends[word.last - 1] + FRAMES_PER_UNIT * last_sound)


def _first_sounds(words: Sequence[WordSpan]) -> Iterator[int]:
    """Where each word begins: at its first phoneme, or where the one before ends when only a space divides them.

    As indexes into the ends of all phonemes, of which the first is the silent one before the string.
    """
    before = None
    for word in words:
        yield before.last if before and before.last == word.first - 1 else word.first
        before = word
