"""Synthesis over the WebSocket, measured from the client's side: first audio, real-time factor, load, cancel.

Beside it, the engine as its package ships it, without a server. All on loopback, with the client on the server's
machine: what it costs is printed with the load. Every part is bounded and ends by itself; all take a few minutes.
The tables are Markdown; --json keeps all figures with the machine, the commit, the engines and the threads.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
from first_chunk import FirstChunks, measure_first_chunks
from listener import Wanted, run
from measured_server import Facts, MeasuredServer, facts, measured_server, setting, voice_languages
from stopping import Stopping, measure_stopping
from tables import first_chunk_table, load_table, rtf_table, stopping_table, unsplit_table
from throughput import LEVELS, Load, RealTimeFactor, measure_load, measure_rtf
from unsplit import Unsplit, measure_unsplit

from hiwar.vocabulary import SYNTHESIS_SAMPLE_RATES

VOICES = ("Yara_en", "Yara")
PARTS = ("ttfc", "unsplit", "rtf", "load", "cancel")
RUNS_MAX = 1000
RTF_RUNS_MAX = 20


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    runs: int
    levels: tuple[int, ...]
    streams_min: int


@dataclass(slots=True)
class Figures:
    """What --json holds; a part that was not asked for is null."""

    facts: Facts
    sample_rate: int
    ttfc: FirstChunks | None = None
    unsplit: list[Unsplit] | None = None
    rtf: list[RealTimeFactor] | None = None
    load: list[Load] | None = None
    cancel: Stopping | None = None


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python benchmarks/serving/synthesis.py --quick --only ttfc,cancel --json figures.json",
    )
    parser.add_argument("--url", help="a running server, such as ws://127.0.0.1:8080; without it one is started")
    parser.add_argument("--api-key", help="the key for --url")
    parser.add_argument("--runs", type=int, default=100, help=f"of each short measurement, at most {RUNS_MAX}")
    parser.add_argument("--quick", action="store_true", help="half a minute: 8 runs, and 1, 8 and 32 streams")
    parser.add_argument("--threads", type=int, default=2, help="engine threads of a server that is started here")
    parser.add_argument(
        "--sample-rate", type=int, default=22050, choices=SYNTHESIS_SAMPLE_RATES, help="Hz, default %(default)s"
    )
    parser.add_argument(
        "--voice", action="append", metavar="NAME", help=f"repeatable; {' and '.join(VOICES)} if not given"
    )
    parser.add_argument("--only", type=_parts, default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser.parse_args()


def _parts(value: str) -> tuple[str, ...]:
    chosen = tuple(value.split(","))
    if not set(chosen) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"choose from {','.join(PARTS)}")
    return chosen


def measure(server: MeasuredServer, chosen: argparse.Namespace, effort: Effort) -> Figures:
    """The parts that were chosen, each printed as soon as it is there."""
    wanted, parts = _wanted(server, chosen), chosen.only
    figures = Figures(facts(server), chosen.sample_rate)
    if "ttfc" in parts:
        figures.ttfc = run(measure_first_chunks(server, wanted, effort.runs))
        _show(first_chunk_table(figures.ttfc))
    if "unsplit" in parts:
        figures.unsplit = measure_unsplit(effort.runs)
        _show(unsplit_table(figures.unsplit, figures.ttfc))
    if "rtf" in parts:
        figures.rtf = _rtf(server, chosen, wanted, effort)
        _show(rtf_table(figures.rtf))
    if "load" in parts:
        figures.load = run(measure_load(server, wanted, effort.levels, effort.streams_min))
        _show(load_table(figures.load))
    if "cancel" in parts:
        figures.cancel = run(measure_stopping(server, wanted, effort.runs))
        _show(stopping_table(figures.cancel))
    return figures


def _wanted(server: MeasuredServer, chosen: argparse.Namespace) -> Wanted:
    languages = voice_languages(server)
    names: list[str] = chosen.voice or list(VOICES)
    missing = [name for name in names if name not in languages]
    if missing:
        sys.exit(f"The server has no voice {missing[0]}; it has {', '.join(languages)}.")
    return Wanted(chosen.sample_rate, tuple((name, languages[name]) for name in names))


def _show(table: str) -> None:
    print(f"\n{table}", flush=True)


def _rtf(server: MeasuredServer, chosen: argparse.Namespace, wanted: Wanted, effort: Effort) -> list[RealTimeFactor]:
    """On one engine thread; at --url on as many as that server has."""
    runs = min(effort.runs, RTF_RUNS_MAX)
    if chosen.url is not None or chosen.threads == 1:
        return run(measure_rtf(server, wanted, runs))
    with measured_server(None, None, 1) as single:
        return run(measure_rtf(single, wanted, runs))


def main() -> None:
    chosen = options()
    effort = Effort(max(1, min(chosen.runs, RUNS_MAX)), LEVELS, 64)
    if chosen.quick:
        effort = Effort(min(effort.runs, 8), (1, 8, 32), 8)
    with measured_server(chosen.url, chosen.api_key, chosen.threads) as server:
        print(f"{setting(server)}\nPCM at {chosen.sample_rate} Hz", flush=True)
        figures = measure(server, chosen, effort)
    if chosen.json is not None:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")


if __name__ == "__main__":
    main()
