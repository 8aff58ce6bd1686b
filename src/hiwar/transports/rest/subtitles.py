"""Transcripts as subtitles: cues of a readable length, as SubRip and WebVTT."""

import html
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

LINE_CHARS_MAX = 42
LINES_MAX = 2
CUE_MAX_MS = 7_000

_SENTENCE_ENDS = (".", "!", "?", "؟", "۔", "…")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word as it is written, with its times in ms."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle and when it is shown, in ms."""

    text: str
    start_ms: int
    end_ms: int


def spread(text: str, start_ms: int, end_ms: int) -> tuple[SpokenWord, ...]:
    """The words of a text whose own times nobody knows, each as long as its letters."""
    words = text.split()
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    times = [start_ms + (end_ms - start_ms) * end // max(1, ends[-1]) for end in ends]
    return tuple(SpokenWord(word, *span) for word, span in zip(words, pairwise(times), strict=True))


def cues(segments: Iterable[Sequence[SpokenWord]]) -> Iterator[Cue]:
    """Cues of at most LINES_MAX lines and CUE_MAX_MS, each of one segment, none beginning before another has ended.

    A word that is longer than either has a cue of its own.
    """
    shown_until_ms = 0
    for words in segments:
        for held in _cut(words):
            start_ms = max(held[0].start_ms, shown_until_ms)
            shown_until_ms = max(held[-1].end_ms, start_ms + 1)
            yield Cue("\n".join(_lines(held)), start_ms, shown_until_ms)


def srt(shown: Iterable[Cue]) -> str:
    """SubRip."""
    return "".join(
        f"{number}\n{_time(cue.start_ms, ',')} --> {_time(cue.end_ms, ',')}\n{cue.text}\n\n"
        for number, cue in enumerate(shown, 1)
    )


def vtt(shown: Iterable[Cue]) -> str:
    """WebVTT, in which `&`, `<` and `>` have a meaning of their own."""
    return "WEBVTT\n\n" + "".join(
        f"{_time(cue.start_ms, '.')} --> {_time(cue.end_ms, '.')}\n{html.escape(cue.text, quote=False)}\n\n"
        for cue in shown
    )


def _cut(words: Sequence[SpokenWord]) -> Iterator[list[SpokenWord]]:
    """The words of a segment in pieces that can each be shown; past a full line, where a sentence ends."""
    held: list[SpokenWord] = []
    for word in words:
        if held and not _fits([*held, word]):
            yield held
            held = []
        held.append(word)
        if word.text.endswith(_SENTENCE_ENDS) and len(_lines(held)) == LINES_MAX:
            yield held
            held = []
    if held:
        yield held


def _fits(words: Sequence[SpokenWord]) -> bool:
    return len(_lines(words)) <= LINES_MAX and words[-1].end_ms - words[0].start_ms <= CUE_MAX_MS


def _lines(words: Sequence[SpokenWord]) -> list[str]:
    text = " ".join(word.text for word in words)
    return textwrap.wrap(text, LINE_CHARS_MAX, break_long_words=False, break_on_hyphens=False)


def _time(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{ms:03}"
