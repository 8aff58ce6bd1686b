"""The figures of the benchmark of an exposed server as Markdown: what is printed can stand in the docs as it is."""

from collections.abc import Mapping, Sequence

from experience import Figure
from knocking import Admitted
from neighbours import Neighbours
from spread import Spread
from standing import Level, Objective
from tables import table

_SHOWN = {
    "tts": (Figure.FIRST_AUDIO,),
    "asr": (Figure.AGE, Figure.SEEN, Figure.FINAL),
}
_NONE = "-"


def standing_table(found: Sequence[Level], objective: Objective) -> str:
    """One kind of stream, level by level."""
    kind = found[0].kind
    heads = ["streams", *(f"{figure}: p50 / p95 / p99" for figure in _SHOWN[kind])]
    heads += [*(["requests with a hole"] if kind == "tts" else ["client late"]), "failed", "client, cores", "holds"]
    rows = [
        [
            f"{level.streams}",
            *(_three(level.met.get(figure)) for figure in _SHOWN[kind]),
            _holes(level) if kind == "tts" else f"{level.late_ms:.0f}",
            _counts(level.failures),
            f"{level.client_cores:.2f}",
            "yes" if level.holds else "no",
        ]
        for level in found
    ]
    most = max((level.streams for level in found if level.holds), default=0)
    what = "Listeners" if kind == "tts" else "Speakers"
    return (
        f"{what} at once without admission control, ms.\n\n{table(heads, rows)}\n\n"
        f"The most that hold p95 {objective.of(kind):.0f} ms: {most}."
    )


def admission_table(found: Sequence[Admitted]) -> str:
    """What was let in, and what those met."""
    heads = ["streams", "let in", "figure", "alone: p50 / p95 / p99", "while others knock", "errors"]
    rows = [
        [
            one.name,
            ", ".join(f"{count} {kind}" for kind, count in one.admitted.items()) + ("" if one.full else ", not full"),
            figure,
            _three(one.quiet.get(figure)),
            _three(one.knocked.get(figure)),
            _counts(one.failures),
        ]
        for one in found
        for figure in Figure
        if figure in one.quiet and figure is not Figure.STALL
    ]
    heads_door = ["streams", "knock", "refused", "answered within: p50 / p95 / p99", "told to wait", "let in later"]
    rows_door = [
        [
            one.name,
            f"{one.knockers}",
            _counts(one.refusals),
            _three(one.answered),
            _three(one.told),
            f"{one.let_in_later} (client {one.client_cores:.2f} cores)",
        ]
        for one in found
    ]
    return (
        f"Streams that were let in, ms.\n\n{table(heads, rows)}\n\nAt the door, ms.\n\n{table(heads_door, rows_door)}"
    )


def neighbours_table(found: Neighbours) -> str:
    """B alone and beside A."""
    alone = {row.figure: row.waited for row in found.rows if not row.many}
    heads = ["B waits for", "beside", "p50", "p95", "largest", "p95 later than alone, in steps", "of A refused"]
    rows = [
        [
            row.figure,
            f"{row.many} {row.flood}" if row.many else "nobody",
            *(f"{value:.1f}" for value in (row.waited.p50, row.waited.p95, row.waited.largest)),
            _steps(row.waited, alone[row.figure], _step_of(found, row.figure)) if row.many else "",
            f"{row.refused}",
        ]
        for row in found.rows
    ]
    synthesis, recognition = found.synthesis_step, found.recognition_step
    said = (
        f"A step of synthesis takes {synthesis.p50:.1f} ms (p95 {synthesis.p95:.1f}, largest {synthesis.largest:.1f})"
    )
    if recognition is not None:
        said += f", one of recognition {recognition.p50:.0f} ms (p95 {recognition.p95:.0f})"
    return f"What key B waits for beside key A, ms.\n\n{table(heads, rows)}\n\n{said}."


def _step_of(found: Neighbours, figure: str) -> Spread | None:
    return found.synthesis_step if figure == "first audio" else found.recognition_step


def _steps(waited: Spread, alone: Spread, step: Spread | None) -> str:
    return _NONE if step is None or not step.p50 else f"{(waited.p95 - alone.p95) / step.p50:+.1f}"


def _holes(level: Level) -> str:
    first = level.met.get(Figure.FIRST_AUDIO)
    return f"{level.stalled} of {first.count if first else 0}"


def _three(times: Spread | None) -> str:
    return _NONE if times is None else f"{times.p50:.0f} / {times.p95:.0f} / {times.p99:.0f}"


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {code}" for code, count in found.items()) or "none"
