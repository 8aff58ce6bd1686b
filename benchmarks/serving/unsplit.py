"""The same English texts through the engine as its package ships it: no server, one thread, sentence by sentence."""

import time
from dataclasses import dataclass

from first_chunk import LENGTHS
from hibari import Hibari
from spoken_texts import text_of
from spread import Spread, spread

LANGUAGE = "en"
RUNS_MAX = 30


@dataclass(frozen=True, slots=True)
class Unsplit:
    """Time in ms to the first audio of `Hibari.stream`, in this process."""

    characters: int
    ttfc: Spread


def measure_unsplit(runs: int) -> list[Unsplit]:
    """At each length, on the texts that the server is asked for."""
    engine = Hibari(threads=1)
    return [Unsplit(characters, spread(_ttfc_ms(engine, characters, min(runs, RUNS_MAX)))) for characters in LENGTHS]


def _ttfc_ms(engine: Hibari, characters: int, runs: int) -> list[float]:
    times_ms: list[float] = []
    for seed in range(-1, runs):
        text = text_of(LANGUAGE, characters, seed)
        began_s = time.perf_counter()
        next(engine.stream(text))
        times_ms.append((time.perf_counter() - began_s) * 1000)
    return times_ms[1:]
