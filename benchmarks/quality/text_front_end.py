"""What the text front end makes of text as people write it: right by category, and how long it takes.

Run: OMP_NUM_THREADS=1 python benchmarks/quality/text_front_end.py --failures
The probes are text_probes_ar.tsv and text_probes_en.tsv: text as written (\\u200f and \\n for what cannot be seen),
category, and what must be spoken, in the notation of text_variants.py. They check words, not vowels.
"""

import argparse
import csv
import platform
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from text_variants import comparable, pattern

from hiwar.text.front_end import FrontEnd
from hiwar.text.normalization import clean
from hiwar.text.pronunciations import Lexicon
from hiwar.text.segmentation import segments
from hiwar.vocabulary import LANGUAGES, Language

TIMED_CHARACTERS = 150
PROSE = ("plain", "sentence")
"""The categories whose probes are whole messages and sentences."""

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(n))")

Spoken = Callable[[str, Language], str]
"""The words to be said for a text in its main language: numbers in words, Arabic with or without vowel marks."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A line of a probe file, its escapes resolved."""

    text: str
    category: str
    expected: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was spoken for a probe, and whether it is one of the ways that are right."""

    probe: Probe
    spoken: str
    right: bool


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds for a text of about TIMED_CHARACTERS."""

    texts: int
    runs: int
    p50_ms: float
    p95_ms: float


@cache
def front_end() -> FrontEnd:
    """The product's front end with the diacritizer that it ships, and no lexicon of the operator's."""
    from hiwar.engines.reading.loading import load_diacritizer

    return FrontEnd(load_diacritizer(), Lexicon({}))


def spoken(text: str, language: Language) -> str:
    """What the product says: the one place where this benchmark touches it."""
    return " ".join(said.words for segment in segments(clean(text)) for said in front_end().say(segment, language))


def read(text: str, language: Language) -> None:
    """All that the product does with a text before it sounds, vowel marks and phones included."""
    for segment in segments(clean(text)):
        front_end().read(segment, language)


def probes(language: Language) -> list[Probe]:
    """The probes of a language, in the order of the file."""
    path = Path(__file__).with_name(f"text_probes_{language}.tsv")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Probe(_ESCAPE.sub(_resolved, row["text"]), row["category"], row["spoken"]) for row in rows]


def _resolved(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else "\n"


def check(found: Sequence[Probe], language: Language, speak: Spoken) -> Iterator[Outcome]:
    """Each probe with what is spoken for it. Raises ValueError for an expectation that is not well written."""
    for probe in found:
        words = speak(probe.text, language)
        right = pattern(probe.expected, language).fullmatch(comparable(words)) is not None
        yield Outcome(probe, words, right)


def latency(timed: Sequence[Probe], language: Language, rounds: int) -> Latency:
    """How long texts made of these probes take, each by itself, after one round that is not counted."""
    texts = list(_joined(timed))
    taken: list[float] = []
    for turn in range(rounds + 1):
        for text in texts:
            began = time.perf_counter()
            read(text, language)
            if turn:
                taken.append(1000 * (time.perf_counter() - began))
    cuts = statistics.quantiles(taken, n=20, method="inclusive")
    return Latency(len(texts), rounds, round(statistics.median(taken), 2), round(cuts[-1], 2))


def _joined(timed: Sequence[Probe]) -> Iterator[str]:
    """The probes one after another until they are long enough, cut at a space."""
    joined = ""
    for probe in timed:
        joined += f"{probe.text}. "
        if len(joined) > TIMED_CHARACTERS:
            yield joined[: joined.rfind(" ", 0, TIMED_CHARACTERS + 1)]
            joined = ""


def table(outcomes: Sequence[Outcome]) -> str:
    """Right and total by category, the file's order, and over all."""
    tallies: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        tallies[outcome.probe.category].append(outcome.right)
    tallies["all"] = [outcome.right for outcome in outcomes]
    rows = [f"| {name} | {sum(right)}/{len(right)} | {_percent(right)} % |" for name, right in tallies.items()]
    return "\n".join(["| category | right | |", "|---|---|---|", *rows])


def _percent(right: Sequence[bool]) -> str:
    return f"{100 * sum(right) / len(right):.1f}" if right else "0.0"


def latency_table(found: dict[str, Latency]) -> str:
    """Whole sentences, and all probes, which are denser in numbers than what people write."""
    rows = [f"| {name} | {one.p50_ms} | {one.p95_ms} | {one.texts} x {one.runs} |" for name, one in found.items()]
    head = f"| {TIMED_CHARACTERS} characters, the diacritizer included | ms, p50 | p95 | texts |"
    return "\n".join([head, "|---|---|---|---|", *rows])


def failures(outcomes: Sequence[Outcome]) -> str:
    """Every wrong one with what was expected and what was spoken; what cannot be seen is escaped."""
    wrong = (outcome for outcome in outcomes if not outcome.right)
    return "\n".join(
        f"[{outcome.probe.category}] {outcome.probe.text!r}\n  expected {outcome.probe.expected}\n"
        f"  spoken   {comparable(outcome.spoken)}"
        for outcome in wrong
    )


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="only this one; may be repeated")
    parser.add_argument("--category", action="append", help="only these probes; may be repeated")
    parser.add_argument("--failures", action="store_true", help="print every wrong probe, expected and spoken")
    parser.add_argument("--rounds", type=int, default=20, help="how often each text is timed; 0: not at all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all outcomes and figures there")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    figures: dict[str, Any] = {}
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, one thread\n")
    for language in chosen.language or LANGUAGES:
        every = probes(language)
        asked = [found for found in every if not chosen.category or found.category in chosen.category]
        outcomes = list(check(asked, language, spoken))
        print(f"## {language}\n\n{table(outcomes)}\n")
        if chosen.failures:
            print(f"{failures(outcomes)}\n")
        figures[language] = {"outcomes": outcomes}
        if chosen.rounds:
            prose = [found for found in every if found.category in PROSE]
            figures[language]["latency"] = {
                "prose": latency(prose, language, chosen.rounds),
                "all": latency(every, language, chosen.rounds),
            }
            print(f"{latency_table(figures[language]['latency'])}\n")
    if chosen.json is not None:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")


if __name__ == "__main__":
    main()
