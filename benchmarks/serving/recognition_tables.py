"""The figures of the recognition benchmark as Markdown tables: what is printed can stand in the docs as it is."""

from collections.abc import Sequence

from error_rates import ErrorRates
from listening_peers import PeerFigures
from long_stream import LongStream
from recognition_figures import Configuration, Group
from spread import Spread
from tables import table

from hiwar.vocabulary import LANGUAGES


def configuration_tables(found: Configuration) -> str:
    """Times, then what was heard, then what must be none."""
    asked = found.asked
    head = (
        f"{asked.streams} at once, language {asked.language}, {asked.wire.encoding} at {asked.wire.rate} Hz; "
        f"{found.recordings} recordings, {found.audio_s:.0f} s of audio with the silence behind them"
    )
    if found.left_out:
        head += f"; {found.left_out} left out for want of time"
    return f"{head}.\n\n{_times(found.groups)}\n\n{_texts(found.groups)}\n\n{_remarks(found)}"


def _times(groups: Sequence[Group]) -> str:
    heads = ["ms: p50 / p95 / largest", "recordings", "first partial", "word lag", "commit lag"]
    rows = [
        [
            *(group.name, f"{group.recordings}", _three(group.first_partial), _three(group.word_lag)),
            *(_three(group.commit_lag), _three(group.age), _three(group.age_seen)),
            *(_three(group.gap), _three(group.final)),
        ]
        for group in groups
    ]
    return table([*heads, "age of partials", "seen by the client", "largest gap", "final after speech"], rows)


def _texts(groups: Sequence[Group]) -> str:
    heads = ["", "words", "WER", "whole file", "CER", "whole file", "flicker", "as written", "timed words unseen"]
    rows = [
        [
            *(group.name, f"{group.streamed.words if group.streamed else 0:,}"),
            *(_rate(group.streamed, "wer"), _rate(group.whole, "wer")),
            *(_rate(group.streamed, "cer"), _rate(group.whole, "cer")),
            *(_number(group.flicker, 2), _number(group.flicker_as_written, 2)),
            f"{group.words_unseen} of {group.words_timed}",
        ]
        for group in groups
    ]
    return table(heads, rows)


def _remarks(found: Configuration) -> str:
    cost, late = _number(found.core_seconds_per_audio_second, 3), f"{found.late_ms:.0f}"
    memory = f"{_number(found.memory_start_mb, 0)} to {_number(found.memory_end_mb, 0)} MB"
    return (
        f"Text on noise: {_listed(found.noise_texts)}, {found.noises} recordings. Promises broken: "
        f"{found.broken_promises}. Finals before their audio's end: {found.early_finals}. Texts of another stream: "
        f"{_listed(found.crossed)}. Streams that failed: {_listed(found.failures)}.\n"
        f"Core-seconds per second of audio: {cost}. Memory of the server: {memory}. The client was late by {late} ms "
        "at the most."
    )


def long_stream_table(found: LongStream) -> str:
    """Quarters of one stream."""
    heads = ["quarter", "recordings", "age of partials, ms", "final after speech, ms", "without a final", "WER"]
    rows = [
        [
            *(f"{number}", f"{part.recordings}", _three(part.age), _three(part.final), f"{part.unheard}"),
            *(_rate(part.streamed, "wer"), f"{part.noise_texts}", _number(part.core_seconds_per_audio_second, 3)),
            _number(part.memory_mb, 0),
        ]
        for number, part in enumerate(found.parts, start=1)
    ]
    return (
        f"One stream of {found.minutes:.1f} minutes, recordings in random order with pauses, language detected; "
        f"p50 / p95 / largest. Memory at its beginning: {_number(found.memory_start_mb, 0)} MB. "
        f"Failure: {found.failure or 'none'}.\n\n"
        f"{table([*heads, 'texts on noise', 'core-seconds per second', 'memory at the end, MB'], rows)}"
    )


def peer_table(found: PeerFigures) -> str:
    """A peer beside our own stream on the same recordings, all of them and by language."""
    ours = {group.name: group for group in found.ours}
    rows = []
    for theirs in found.groups:
        if theirs.name not in ("all", *LANGUAGES):
            continue
        rows.append(_peer_row(found.version, theirs))
        if (own := ours.get(theirs.name)) is not None:
            rows += [_peer_row("hiwar", own), _times_behind(own, theirs)]
    heads = ["ms: p50 / p95 / largest", "", "recordings", "first partial", "word lag", "largest gap"]
    return (
        f"{found.version} on the same weights, one stream, language given.\n\n"
        f"{table([*heads, 'final after speech', 'flicker', 'WER', 'words unseen'], rows)}"
    )


def _peer_row(name: str, group: Group) -> list[str]:
    return [
        *(group.name, name, f"{group.recordings}", _three(group.first_partial), _three(group.word_lag)),
        *(
            _three(group.gap),
            _three(group.final),
            _number(group.flicker, 2),
            _rate(group.streamed, "wer"),
            f"{group.words_unseen}",
        ),
    ]


def _times_behind(own: Group, theirs: Group) -> list[str]:
    pairs = [
        (own.first_partial, theirs.first_partial),
        (own.word_lag, theirs.word_lag),
        (own.gap, theirs.gap),
        (own.final, theirs.final),
    ]
    return [own.name, "times ours, p50 / p95", "", *(_ratios(mine, other) for mine, other in pairs), "", "", ""]


def _ratios(mine: Spread | None, other: Spread | None) -> str:
    if mine is None or other is None or min(mine.p50, mine.p95) <= 0:
        return "-"
    return f"{other.p50 / mine.p50:.1f} / {other.p95 / mine.p95:.1f}"


def _three(times: Spread | None) -> str:
    return "-" if times is None else f"{times.p50:.0f} / {times.p95:.0f} / {times.largest:.0f}"


def _rate(rates: ErrorRates | None, name: str) -> str:
    return "-" if rates is None else f"{getattr(rates, name):.1f}"


def _number(value: float | None, digits: int) -> str:
    return "not known" if value is None else f"{value:.{digits}f}"


def _listed(names: Sequence[str]) -> str:
    return "; ".join(names) or "none"
