"""The figures of the synthesis benchmark as Markdown tables: what is printed can stand in the docs as it is."""

from collections.abc import Sequence

from first_chunk import FirstChunks
from spread import Spread
from stopping import Stopping
from throughput import Load, RealTimeFactor
from unsplit import LANGUAGE, Unsplit


def first_chunk_table(found: FirstChunks) -> str:
    """TTFC, its stages and the first chunk's audio."""
    stages = ("queue", "text", "model", "encode")
    heads = ["voice", "characters", "TTFC p50", "p95", "p99", "in the server", *stages, "transport", "first chunk"]
    rows = [
        [
            *(row.voice, f"{row.characters:,}", *_three(row.ttfc), f"{row.stages['server']:.1f}"),
            *(f"{row.stages[stage]:.1f}" for stage in stages),
            *(f"{row.transport.p50:.1f}", f"{row.chunk_audio_ms:.0f} ms"),
        ]
        for row in found.rows
    ]
    quietest = min(row.quietest_dbfs for row in found.rows)
    inaudible = sum(row.inaudible for row in found.rows)
    return (
        f"Time to first chunk, ms; {found.rows[0].ttfc.count} runs each, stages and transport are medians.\n\n"
        f"{table(heads, rows)}\n\n"
        f"A ping takes {found.ping.p50:.2f} ms (p50). The quietest beginning of a first chunk has {quietest:.0f} dBFS; "
        f"{inaudible} are inaudible."
    )


def unsplit_table(unsplit: Sequence[Unsplit], found: FirstChunks | None) -> str:
    """First audio of the unsplit engine, and how much sooner the server has it, medians compared."""
    served = [row for row in found.rows if row.language == LANGUAGE] if found else []
    ours = {row.characters: row.ttfc.p50 for row in reversed(served)}  # of several voices the first
    rows = [
        [f"{row.characters:,}", *_three(row.ttfc), _ratio(row.ttfc.p50, ours.get(row.characters))] for row in unsplit
    ]
    heads = ["characters", "unsplit p50", "p95", "p99", "times slower than the server"]
    return (
        f"First audio of the engine as its package ships it, no server and no socket, one thread, ms; "
        f"{unsplit[0].ttfc.count} runs each.\n\n{table(heads, rows)}"
    )


def rtf_table(found: Sequence[RealTimeFactor]) -> str:
    """Seconds for each second of audio."""
    rows = [[row.voice, f"{row.wall:.4f}", f"{row.compute:.4f}", f"{1 / row.wall:.0f}"] for row in found]
    heads = ["voice", "RTF", "in engine steps alone", "times real time"]
    return f"One stream as fast as possible, by the client's clock; {found[0].runs} runs.\n\n{table(heads, rows)}"


def load_table(found: Sequence[Load]) -> str:
    """Streams at once."""
    heads = ["streams", "started", "TTFC p50", "p95", "p99", "underruns", "longest stall", "times real time"]
    rows = [
        [
            *(f"{row.streams} x {row.rounds}", f"{row.apart_ms} ms apart" if row.apart_ms else "together"),
            *(*_three(row.ttfc), f"{row.underruns}", f"{row.longest_stall_ms:.0f} ms"),
            *(f"{row.times_real_time:.0f}", f"{row.client_cores:.2f}"),
        ]
        for row in found
    ]
    return (
        f"Streams of {found[0].audio_s:.0f} s at once (streams x rounds), played in real time by their listeners; "
        f"TTFC in ms.\n\n{table([*heads, 'client, cores'], rows)}"
    )


def stopping_table(found: Stopping) -> str:
    """Cancel in mid-stream."""
    rows = [
        ["cancel to its acknowledgement", *_three(found.acknowledged)],
        ["then to the first audio of a new request", *_three(found.ttfc_after)],
        ["the same request from rest", *_three(found.ttfc_from_rest)],
    ]
    if found.server_p99 is None:
        idle = "The server exports no time from cancel to idle."
    else:
        idle = f"Cancel to idle by the server's histogram: p99 {found.server_p99:.1f} ms."
    return (
        f"Cancel in mid-stream, ms; {found.acknowledged.count} runs.\n\n{table(['', 'p50', 'p95', 'p99'], rows)}\n\n"
        f"{idle} Audio after the acknowledgement: {found.late_chunks} chunks."
    )


def _three(times: Spread) -> list[str]:
    return [f"{times.p50:.1f}", f"{times.p95:.1f}", f"{times.p99:.1f}"]


def _ratio(slow: float, fast: float | None) -> str:
    return "-" if fast is None else f"{slow / fast:.1f}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
