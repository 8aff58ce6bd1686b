"""What captions of many recordings amount to: all together, by language and by category; and what must be none."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from captions import comparable_words
from error_rates import ErrorRates, error_rates
from measured_captions import Measured
from process_use import Use
from recordings import Wire
from spread import Spread, spread

_ROW = 4
"""So many words in a row are hardly the same by chance."""


@dataclass(frozen=True, slots=True)
class Group:
    """Recordings together. Times in ms; `flicker` in revised words for each word of the finals.

    `whole` are the rates of the same recordings decoded in one go. `words_unseen` of `words_timed` never appeared.
    """

    name: str
    recordings: int
    first_partial: Spread | None
    word_lag: Spread | None
    commit_lag: Spread | None
    age: Spread | None
    age_seen: Spread | None
    gap: Spread | None
    final: Spread | None
    flicker: float | None
    flicker_as_written: float | None
    words_timed: int
    words_unseen: int
    streamed: ErrorRates | None
    whole: ErrorRates | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One configuration. `language` is given or auto."""

    streams: int
    language: str
    wire: Wire
    seconds_max: float


@dataclass(frozen=True, slots=True)
class Configuration:
    """Figures of one configuration. Memory in MB; what is not known of a server that runs elsewhere is None.

    `noise_texts` of `noises` recordings without speech gave text; `late_ms` is the most that the client was late.
    """

    asked: Asked
    recordings: int
    left_out: int
    audio_s: float
    groups: list[Group]
    noises: int
    noise_texts: list[str]
    broken_promises: int
    early_finals: int
    crossed: list[str]
    failures: list[str]
    core_seconds_per_audio_second: float | None
    memory_start_mb: float | None
    memory_end_mb: float | None
    late_ms: float
    each: list[Measured] = field(repr=False)


def configuration(
    asked: Asked, found: list[Measured], recordings: int, audio_s: float, before: Use | None, after: Use | None
) -> Configuration:
    """Figures of one configuration; `before` and `after` are what the server had used then."""
    noises = [one for one in found if one.language is None]
    cost = None if before is None or after is None else (after.core_s - before.core_s) / audio_s
    return Configuration(
        asked=asked,
        recordings=len(found),
        left_out=recordings - len(found),
        audio_s=round(audio_s, 1),
        groups=grouped(found),
        noises=len(noises),
        noise_texts=[f"{one.name}: {one.text}" for one in noises if one.said_anything],
        broken_promises=sum(one.broken_promises for one in found),
        early_finals=sum(one.early_finals for one in found),
        crossed=crossed(found),
        failures=[f"{one.name}: {one.failure}" for one in found if one.failure],
        core_seconds_per_audio_second=None if cost is None else round(cost, 3),
        memory_start_mb=None if before is None else round(before.memory_mb),
        memory_end_mb=None if after is None else round(after.memory_mb),
        late_ms=max((one.late for one in found), default=0.0),
        each=found,
    )


def grouped(found: Sequence[Measured]) -> list[Group]:
    """All recordings with speech, then those of each language, then of each category that is not a whole language."""
    spoken = [one for one in found if one.language is not None]
    groups = {"all": spoken}
    for language in sorted({str(one.language) for one in spoken}):
        groups[language] = [one for one in spoken if one.language == language]
    for category in sorted({one.category for one in spoken}):
        groups[category] = [one for one in spoken if one.category == category]
    return [_group(name, some) for name, some in groups.items() if some]


def crossed(found: Sequence[Measured]) -> list[str]:
    """Recordings whose finals have _ROW words in a row that another recording has, and their own has not."""
    said = {one.name: _rows(one.reference or one.decoded or "") for one in found}
    names = []
    for one in found:
        own = said[one.name] | _rows(one.decoded or "")
        strange = _rows(one.text) - own
        if any(strange & rows for rows in said.values()):
            names.append(one.name)
    return names


def _rows(text: str) -> set[tuple[str, ...]]:
    words = comparable_words(text)
    return {tuple(words[start : start + _ROW]) for start in range(len(words) - _ROW + 1)}


def _group(name: str, some: Sequence[Measured]) -> Group:
    scored = [one for one in some if one.reference and one.decoded is not None]
    said = [one.reference for one in scored]
    final_words = sum(one.final_words for one in some)
    return Group(
        name=name,
        recordings=len(some),
        first_partial=_spread([one.first_partial for one in some]),
        word_lag=_spread([lag for one in some for lag in one.word_lag]),
        commit_lag=_spread([lag for one in some for lag in one.commit_lag]),
        age=_spread([age for one in some for age in one.age]),
        age_seen=_spread([age for one in some for age in one.age_seen]),
        gap=_spread([one.gap for one in some]),
        final=_spread([one.final for one in some]),
        flicker=_ratio(sum(one.revised for one in some), final_words),
        flicker_as_written=_ratio(sum(one.revised_as_written for one in some), final_words),
        words_timed=sum(one.words_timed for one in some),
        words_unseen=sum(one.words_timed - len(one.word_lag) for one in some),
        streamed=error_rates(said, [one.text for one in scored]),
        whole=error_rates(said, [one.decoded or "" for one in scored]),
    )


def _spread(values: Sequence[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return spread(known) if known else None


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
