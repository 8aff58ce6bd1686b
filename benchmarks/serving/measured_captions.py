"""One recording's captions in figures: when text came, how it changed, and what must not have happened.

The definitions stand in docs/reference/benchmarks.md. Where speech begins and ends is as `speech_stretches` found it
in the file, whatever the server says.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from captions import broken_promises, comparable_words, first_seen, lags, largest_gap, revised
from live_captions import Captions
from recordings import Wire
from whole_files import WholeFile

_CLOCK_S = 0.002
"""A message that rests on audio cannot be earlier than its last sample; times are rounded to a millisecond."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One recording. Times in ms; what does not apply is None or empty."""

    name: str
    language: str | None
    category: str
    text: str
    said_anything: bool
    first_partial: float | None
    final: float | None
    word_lag: list[float]
    commit_lag: list[float]
    words_timed: int
    age: list[float]
    age_seen: list[float]
    gap: float | None
    revised: int
    revised_as_written: int
    final_words: int
    broken_promises: int
    early_finals: int
    late: float
    failure: str | None
    reference: str
    decoded: str | None


def measured(file: WholeFile, captions: Captions, wire: Wire) -> Measured:
    """One recording's captions."""
    shown, recording = captions.shown, file.recording
    told = [one for one in shown if one.text]
    speech = file.speech if recording.language is not None else ()
    begin_s = speech[0].begin_s if speech else 0.0
    first = next((one.at_s - begin_s for one in told if one.at_s >= begin_s), None) if speech else None
    finals = [one for one in told if one.final]
    partials = [one for one in told if not one.final]
    gaps = [gap for stretch in speech if (gap := largest_gap(stretch, [one.at_s for one in shown])) is not None]
    seen = first_seen(file.words, shown, lambda one: one.text)
    settled = first_seen(file.words, shown, lambda one: one.stable)
    return Measured(
        name=recording.name,
        language=recording.language,
        category=recording.category,
        text=captions.text,
        said_anything=bool(told),
        first_partial=_ms(first),
        final=_ms(finals[-1].at_s - speech[-1].end_s) if finals and speech else None,
        word_lag=_all_ms(lags(file.words, seen)),
        commit_lag=_all_ms(lags(file.words, settled)),
        words_timed=sum(word.end_s is not None for word in file.words),
        age=_all_ms([one.waited_s for one in partials if one.waited_s is not None]),
        age_seen=_all_ms([one.at_s - _sent_s(one.end_s, wire) for one in partials if one.end_s is not None]),
        gap=_ms(max(gaps, default=None)),
        revised=revised(shown, comparable_words),
        revised_as_written=revised(shown, str.split),
        final_words=len(comparable_words(captions.text)),
        broken_promises=broken_promises(shown),
        early_finals=sum(one.end_s is not None and one.at_s < one.end_s - _CLOCK_S for one in finals),
        late=round(1000 * captions.late_s, 1),
        failure=captions.failure,
        reference=recording.text,
        decoded=file.decoded,
    )


def _sent_s(position_s: float, wire: Wire) -> float:
    """When the frame that ends at or after a position was sent."""
    return math.ceil(round(position_s / wire.frame_s, 6)) * wire.frame_s


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 1)


def _all_ms(seconds: Sequence[float]) -> list[float]:
    return [round(1000 * one, 1) for one in seconds]
