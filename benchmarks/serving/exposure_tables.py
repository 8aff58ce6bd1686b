"""The figures of the benchmark of an exposed server as Markdown: what is printed can stand in the docs as it is."""

from collections.abc import Mapping, Sequence

from experience import Figure
from knocking import Admitted, Phase
from left_behind import LeftBehind
from neighbours import Beside, Neighbours
from process_use import Held
from shared_limits import Kept
from shutting_out import ShutOut
from slow_connections import Slow
from spread import Spread
from standing import Level, Objective
from tables import table

_SHOWN = {
    "tts": (Figure.FIRST_AUDIO,),
    "asr": (Figure.AGE, Figure.SEEN, Figure.FINAL),
}
_NONE = "-"
_HELD = ("memory, MB", "descriptors", "threads")


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
        f"The most that hold p95 {objective.of(kind)} ms: {most}."
    )


def admission_table(found: Sequence[Admitted]) -> str:
    """What was let in, what those met, and what those at the door did."""
    heads = ["streams", "let in", "figure", "alone: p50 / p95 / p99", "while others knock", "errors"]
    rows = [
        [
            one.name,
            ", ".join(f"{count} {kind}" for kind, count in one.admitted.items()) + ("" if one.full else ", not full"),
            figure,
            *(_three(phase.met.get(figure)) for phase in (one.alone, one.beside)),
            _counts(one.failures),
        ]
        for one in found
        for figure in Figure
        if figure in one.alone.met and figure is not Figure.STALL
    ]
    heads_door = ["streams", "knock", "refused", "answered within: p50 / p95 / p99", "told to wait", "let in later"]
    rows_door = [
        [
            *(one.name, f"{one.knockers}", _counts(one.refusals), _three(one.answered), _three(one.told)),
            *(f"{one.let_in_later}", *(_asides(phase) for phase in (one.alone, one.beside)), f"{one.client_cores:.2f}"),
        ]
        for one in found
    ]
    heads_door += ["of those inside, alone", "while others knock", "client, cores"]
    return (
        f"Streams that were let in, ms.\n\n{table(heads, rows)}\n\nAt the door, ms.\n\n{table(heads_door, rows_door)}"
    )


def _asides(phase: Phase) -> str:
    return f"{phase.served} requests served, {phase.refused} refused; {phase.told_reduced} told reduced"


def neighbours_table(found: Neighbours) -> str:
    """B alone and beside A."""
    alone = {row.figure: row for row in found.rows if not row.many}
    heads = [
        "B waits for",
        "beside",
        "p50 / p95 / largest",
        "in the server",
        "p95 later than alone",
        "steps then: p50 / p95",
    ]
    rows = [
        [
            row.figure,
            f"{row.many} {row.flood}" if row.many else "nobody",
            *(_to_largest(times) for times in (row.waited, row.in_server)),
            _later(row, alone[row.figure], _step_of(found, row.figure)) if row.many and row.figure in alone else _NONE,
            _NONE if row.steps is None else f"{row.steps.p50:.0f} / {row.steps.p95:.0f}",
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
    return f"What key B waits for beside key A, ms.\n\n{table([*heads, 'of A refused'], rows)}\n\n{said}."


def shutting_out_table(found: ShutOut) -> str:
    """From the revocation to the closed stream."""
    rows = [[face, *_all(times)] for face, times in (("WebSocket", found.websocket), ("gRPC", found.grpc))]
    return (
        f"From a key's revocation to the end of its stream, ms; {found.websocket.count} each.\n\n"
        f"{table(['', 'p50', 'p95', 'largest'], rows)}\n\nThe clients were told: {', '.join(found.ends)}."
    )


def slow_table(found: Slow) -> str:
    """The server and a well-behaved client, before, beside and after slow connections."""
    rows = [
        ["before", *_held(found.before), *_all(found.first_audio_before)],
        ["while they are open", *_held(found.during), *_all(found.first_audio_during)],
        ["after", *_held(found.after), *[_NONE] * 3],
    ]
    heads = ["", *_HELD, "first audio p50", "p95", "largest"]
    return (
        f"{found.connections} connections that send one byte a second for {found.seconds:.0f} s; first audio in ms.\n\n"
        f"{table(heads, rows)}\n\nCut off by the server, of {found.connections // len(found.cut_off)} each: "
        f"{', '.join(_cut_off(name, ended) for name, ended in found.cut_off.items())}."
    )


def _cut_off(name: str, ended_s: Spread | None) -> str:
    return f"0 {name}" if ended_s is None else f"{ended_s.count} {name} after {ended_s.largest:.0f} s at the latest"


def limits_table(found: Kept | None) -> str:
    """One sentence."""
    if found is None:
        return "No redis-server is on the PATH: limits that servers share were not measured."
    return (
        f"Two servers with one Redis, a limit of {found.limit} requests a minute, {found.requests} requests "
        f"in {found.seconds:.1f} s: {found.spoken} spoken, {_counts(found.refusals)}."
    )


def left_behind_table(found: Sequence[LeftBehind]) -> str:
    """The server's process before and after."""
    rows = [
        [", ".join(one.parts), when, *_held(held)]
        for one in found
        for when, held in (("before", one.before), ("after", one.after))
    ]
    return f"What the server's process holds.\n\n{table(['parts', '', *_HELD], rows)}"


def _step_of(found: Neighbours, figure: str) -> Spread | None:
    return found.synthesis_step if figure == "first audio" else found.recognition_step


def _later(row: Beside, alone: Beside, step: Spread | None) -> str:
    """In ms, and in median steps: as long as they are meanwhile where the server tells, else as long as alone."""
    later_ms = (row.in_server or row.waited).p95 - (alone.in_server or alone.waited).p95
    step_ms = row.steps.p50 if row.steps is not None else step.p50 if step is not None else 0.0
    return f"{later_ms:.0f}" + (f", {later_ms / step_ms:.1f} steps" if step_ms else "")


def _to_largest(times: Spread | None) -> str:
    return _NONE if times is None else f"{times.p50:.1f} / {times.p95:.1f} / {times.largest:.1f}"


def _holes(level: Level) -> str:
    first = level.met.get(Figure.FIRST_AUDIO)
    return f"{level.stalled} of {first.count if first else 0}"


def _three(times: Spread | None) -> str:
    return _NONE if times is None else f"{times.p50:.0f} / {times.p95:.0f} / {times.p99:.0f}"


def _all(times: Spread) -> list[str]:
    return [f"{value:.1f}" for value in (times.p50, times.p95, times.largest)]


def _held(held: Held | None) -> list[str]:
    return [_NONE] * 3 if held is None else [f"{held.memory_mb:.0f}", f"{held.descriptors}", f"{held.threads}"]


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {code}" for code, count in found.items()) or "none"
