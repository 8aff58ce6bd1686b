"""How far a request's text has been spoken: words with their times, and what a moment of the audio amounts to."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from hiwar.engines.contracts import SpokenWord
from hiwar.vocabulary import WordTime

_HELD_BACK_MS = 2.0
"""Of audio that was made, so much may still be inside the encoder: its resampler, and rounding to whole samples."""

_GAP_CHARACTERS = 64
"""What is looked through for a word: white space and signs before it. Further on stands another one like it."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """From `at_ms` of the audio on, so many characters and words of the text have been spoken to their end."""

    at_ms: float
    characters: int
    words: int


class SpokenText:
    """The text of one request against its audio. Characters are those of the text as it was written.

    Words are those that were given to `add`; when `knows_words` is False, what white space divides, by the segment.
    """

    def __init__(self, *, knows_words: bool) -> None:
        self._knows_words = knows_words
        self._segment = ""
        self._raw = ""
        self._characters_before = 0
        self._words_before = 0
        self._raw_position = 0
        self._segment_words = 0
        self._marks: deque[_Mark] = deque()
        self._reached = _Mark(0.0, 0, 0)
        self._begun: deque[WordTime] = deque()

    def begin(self, segment: str, raw: str) -> None:
        """The next segment: as it is spoken, and as it was written."""
        self._segment, self._raw = segment, raw
        self._raw_position = 0
        self._segment_words = 0

    def add(self, words: Sequence[SpokenWord], offset_ms: float) -> None:
        """Words of this segment, whose audio began at `offset_ms`."""
        for word in words:
            text = self._segment[word.start : word.end]
            begins_ms, ends_ms = offset_ms + word.start_ms, offset_ms + word.end_ms
            self._begun.append(WordTime(text, round(begins_ms), round(ends_ms)))
            self._raw_position = self._end_in_raw(text)
            self._segment_words += len(text.split())
            self._mark(ends_ms, self._raw_position, self._segment_words)

    def end(self, at_ms: float) -> None:
        """The segment has been spoken to its end."""
        words = self._segment_words if self._knows_words else len(self._raw.split())
        self._mark(at_ms, len(self._raw), words)
        self._characters_before += len(self._raw)
        self._words_before += words

    def finish(self, rest: str) -> None:
        """Everything has been spoken; `rest` is text behind the last segment, in which nothing can be."""
        self._marks.clear()
        self._reached = _Mark(0.0, self._characters_before + len(rest), self._words_before)

    def words_begun(self, until_ms: float) -> tuple[WordTime, ...]:
        """The words that begin before `until_ms` and were not given out yet."""
        found: list[WordTime] = []
        while self._begun and self._begun[0].start_ms < until_ms:
            found.append(self._begun.popleft())
        return tuple(found)

    def counts(self, at_ms: float) -> tuple[int, int]:
        """Characters and words spoken to their end at `at_ms`; asked in the order of time."""
        while self._marks and self._marks[0].at_ms <= at_ms + _HELD_BACK_MS:
            self._reached = self._marks.popleft()
        return self._reached.characters, self._reached.words

    def _end_in_raw(self, word: str) -> int:
        """Where a word ends in the text as it was written; Unicode clean-up may have changed its letters."""
        found = self._raw.find(word, self._raw_position, self._raw_position + len(word) + _GAP_CHARACTERS)
        if found >= 0:
            return found + len(word)
        return min(self._raw_position + len(word), len(self._raw))

    def _mark(self, at_ms: float, characters: int, words: int) -> None:
        total_words = self._words_before + words
        self._marks.append(_Mark(at_ms, self._characters_before + characters, total_words))
