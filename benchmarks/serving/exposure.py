"""A server that others can reach, measured: how many streams it holds, what those meet that it lets in while others
knock, what one key can do to another, how soon a revoked key is shut out, and what stays behind after all of it.

It starts servers of its own on loopback, with keys of their own. The clients run on the server's machine, all on one
event loop: what they cost is printed. What each figure means stands in docs/reference/benchmarks.md. Every part is
bounded and ends by itself. The tables are Markdown; --json keeps all figures.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

sys.path.append(str(Path(__file__).parents[1] / "quality"))  # recordings are read by the same code

from crowd import Load
from experience import Kind
from exposed_server import ExposedServer, exposed_server
from exposure_tables import (
    admission_table,
    left_behind_table,
    limits_table,
    neighbours_table,
    shutting_out_table,
    slow_table,
    standing_table,
)
from knocking import KEYS, KINDS, Admission, Admitted, measure_admission
from left_behind import LeftBehind, left_behind
from listener import Wanted, run
from measured_server import Facts, facts, setting
from neighbours import Flood, Neighbours, measure_neighbours
from process_use import held_by
from recordings import Wire
from shared_limits import Kept, measure_shared_limits
from shutting_out import ShutOut, measure_shutting_out
from slow_connections import Slow, measure_slow
from standing import Level, Objective, Standing, measure_standing
from utterances import own_utterances, recorded_utterances

from hiwar.client import AsyncClient
from hiwar.vocabulary import Language

PARTS = ("capacity", "fairness", "admission", "revocation", "slow", "limits")
_ALONE = "limits"
"""Measured on servers of its own."""
_UNGUARDED = ("capacity", "fairness", "revocation", "slow")
"""Measured with admission by latency off."""
_WITHOUT_ADMISSION = {"HIWAR_ADMISSION_ENABLED": "false"}
_VOICES: tuple[tuple[str, Language], ...] = (("Yara_en", "en"), ("Yara", "ar"))
_SAMPLE_RATE = 22050
_REVOKED_OVER_S = 5.0
_APART_S: dict[Kind, float] = {"tts": 0.1, "asr": 0.5}
"""Between two clients that come, so that the server has seen what one costs before the next."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    seconds: dict[Kind, float]
    """Of each level and phase."""
    levels: dict[Kind, tuple[int, ...]]
    flood: Flood
    revocations: int = 20
    slow_connections: int = 300
    slow_s: float = 25.0

    def admission(self, name: str, keys: str) -> Admission:
        """How clients come for a part of `KINDS`."""
        kind: Kind = "asr" if "asr" in KINDS[name] else "tts"
        return Admission(FULL.levels[kind][-1], _APART_S[kind], self.seconds[kind], keys)


FULL = Effort(
    seconds={"tts": 15.0, "asr": 30.0},
    levels={"tts": (8, 16, 32, 48, 64, 80, 96, 128, 160, 192, 256), "asr": (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24)},
    flood=Flood(),
)
QUICK = Effort(
    seconds={"tts": 6.0, "asr": 10.0},
    levels={"tts": (8, 32, 64, 128), "asr": (2, 4, 6, 8)},
    flood=Flood(runs=20, utterances=3),
    revocations=5,
    slow_s=6.0,
)


@dataclass(slots=True)
class Figures:
    """What --json holds; a part that was not asked for is null."""

    objective: Objective
    facts: Facts | None = None
    capacity: dict[Kind, list[Level]] | None = None
    admission: list[Admitted] | None = None
    fairness: Neighbours | None = None
    revocation: ShutOut | None = None
    slow: Slow | None = None
    limits: Kept | None = None
    left_behind: list[LeftBehind] = field(default_factory=list)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python benchmarks/serving/exposure.py --quick --only admission,fairness --json figures.json",
    )
    parser.add_argument(
        "recordings",
        type=Path,
        nargs="?",
        metavar="RECORDINGS",
        help="speech to stream; else the server's voices make it",
    )
    parser.add_argument("--threads", type=int, default=2, help="engine threads of the servers")
    parser.add_argument("--quick", action="store_true", help="a look at everything, a few minutes")
    parser.add_argument("--only", type=_parts, default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--streams", type=_kinds, default=tuple(KINDS), help=f"some of {','.join(KINDS)}")
    parser.add_argument(
        "--keys", choices=KEYS, default="two", help="of those who knock: as of those inside, others, own"
    )
    parser.add_argument("--first-audio-ms", type=int, default=200, help="objective, p95; default %(default)s")
    parser.add_argument("--partial-lag-ms", type=int, default=500, help="objective, p95; default %(default)s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser.parse_args()


def _parts(value: str) -> tuple[str, ...]:
    return _some_of(PARTS, value)


def _kinds(value: str) -> tuple[str, ...]:
    return _some_of(tuple(KINDS), value)


def _some_of(known: tuple[str, ...], value: str) -> tuple[str, ...]:
    chosen = tuple(value.split(","))
    if not set(chosen) <= set(known):
        raise argparse.ArgumentTypeError(f"choose from {','.join(known)}")
    return chosen


class Run:
    """The parts that were chosen, each printed as soon as it is there."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self._chosen = chosen
        self._effort = QUICK if chosen.quick else FULL
        self._objective = Objective(chosen.first_audio_ms, chosen.partial_lag_ms)
        self.figures = Figures(self._objective)
        self._load: Load | None = None

    def all(self) -> None:
        """One server after the other."""
        parts = self._chosen.only
        if unguarded := [part for part in parts if part in _UNGUARDED]:
            with exposed_server(self._chosen.threads, _WITHOUT_ADMISSION) as exposed:
                self._measure(exposed, unguarded)
        if guarded := [part for part in parts if part not in {*_UNGUARDED, _ALONE}]:
            with exposed_server(self._chosen.threads, self._objective.variables) as exposed:
                self._measure(exposed, guarded)
        if _ALONE in parts:
            self.figures.limits = measure_shared_limits()
            _show(limits_table(self.figures.limits))

    def _measure(self, exposed: ExposedServer, parts: list[str]) -> None:
        measures: dict[str, Callable[[ExposedServer, Load, Figures], None]] = {
            "capacity": self._capacity,
            "fairness": self._fairness,
            "admission": self._admission,
            "revocation": self._revocation,
            "slow": self._slow,
        }
        if self.figures.facts is None:
            self.figures.facts = facts(exposed.server)
            print(setting(exposed.server), flush=True)
        self._load = self._load or self._make_load(exposed)
        before = held_by(exposed.server.process)
        for part in parts:
            measures[part](exposed, self._load, self.figures)
        self.figures.left_behind.append(left_behind(exposed.server, parts, before))
        _show(left_behind_table(self.figures.left_behind[-1:]))

    def _make_load(self, exposed: ExposedServer) -> Load:
        wire, folder = Wire(), self._chosen.recordings
        if folder is not None:
            utterances = recorded_utterances(folder, wire)
        else:
            utterances = run(own_utterances(AsyncClient(exposed.server.url, exposed.server.key), _VOICES, wire))
        if not utterances:
            sys.exit("The manifest names no recording with speech that can be read here.")
        seconds = sum(len(one.frames) for one in utterances) * wire.frame_s
        source = "recordings" if folder is not None else "the server's own voices"
        print(f"{len(utterances)} utterances by {source}, {seconds:.0f} s with 1 s of silence behind each", flush=True)
        return Load(Wanted(_SAMPLE_RATE, _VOICES), utterances, wire)

    def _capacity(self, exposed: ExposedServer, load: Load, figures: Figures) -> None:
        figures.capacity = {}
        kinds: tuple[Kind, ...] = ("tts", "asr")
        for kind in (kind for kind in kinds if kind in self._chosen.streams):
            effort = self._effort
            figures.capacity[kind] = run(
                measure_standing(
                    exposed, load, kind, effort.levels[kind], Standing(self._objective, effort.seconds[kind])
                )
            )
            _show(standing_table(figures.capacity[kind], self._objective))

    def _admission(self, exposed: ExposedServer, load: Load, figures: Figures) -> None:
        figures.admission = []
        for name in self._chosen.streams:
            effort = self._effort.admission(name, self._chosen.keys)
            figures.admission.append(run(measure_admission(exposed, load, name, effort)))
            _show(admission_table(figures.admission[-1:]))

    def _fairness(self, exposed: ExposedServer, load: Load, figures: Figures) -> None:
        figures.fairness = run(measure_neighbours(exposed, load, self._effort.flood))
        _show(neighbours_table(figures.fairness))

    def _revocation(self, exposed: ExposedServer, _load: Load, figures: Figures) -> None:
        figures.revocation = run(measure_shutting_out(exposed, self._effort.revocations, over_s=_REVOKED_OVER_S))
        _show(shutting_out_table(figures.revocation))

    def _slow(self, exposed: ExposedServer, load: Load, figures: Figures) -> None:
        effort = self._effort
        figures.slow = run(measure_slow(exposed, load, effort.slow_connections, effort.slow_s))
        _show(slow_table(figures.slow))


def _show(table: str) -> None:
    print(f"\n{table}", flush=True)


def main() -> None:
    chosen = options()
    measured = Run(chosen)
    measured.all()
    if chosen.json is not None:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(measured.figures), indent=2) + b"\n")


if __name__ == "__main__":
    main()
