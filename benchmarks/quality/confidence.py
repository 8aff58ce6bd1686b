"""Whether confidence means what it says: of words and utterances with a confidence near 0.8, are eight in ten right?

Recordings (AUDIO_DIR with its manifest.tsv) are streamed in virtual time, and each word of the finals is compared with
the manifest's text. A word is right when the alignment of fewest edits finds it there; an utterance (a final) when all
its words are. Printed by language: the expected calibration error (bins of a tenth, weighted by their size; Naeini et
al. 2015), and the AUC, the chance that something right has a higher confidence than something wrong (0.5 is worthless).
--svg writes the reliability plot.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from captions import comparable_words, matched
from recordings import Recording, Wire, read_recordings
from reliability_plot import Curve, Point, plot
from streaming_recognition import streamed
from whole_files import Engines, load_engines

from hiwar.vocabulary import LANGUAGES, Transcript

BINS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """Something that was said with a confidence of 0 to 1, and whether it was right."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Means of what has a confidence within one tenth."""

    confidence: float
    right: float
    count: int


def bins(judged: Sequence[Judged]) -> list[Bin]:
    """The tenths that are not empty, in their order."""
    found = []
    for number in range(BINS):
        some = [one for one in judged if min(int(one.confidence * BINS), BINS - 1) == number]
        if some:
            confidence = sum(one.confidence for one in some) / len(some)
            found.append(Bin(confidence, sum(one.right for one in some) / len(some), len(some)))
    return found


def calibration_error(judged: Sequence[Judged]) -> float:
    """The distance between confidence and the share that is right, of at least one."""
    return sum(one.count * abs(one.confidence - one.right) for one in bins(judged)) / len(judged)


def auc(judged: Sequence[Judged]) -> float | None:
    """By ranks, ties count half; None when all are right, or all wrong."""
    right = [one.confidence for one in judged if one.right]
    wrong = [one.confidence for one in judged if not one.right]
    if not right or not wrong:
        return None
    return sum((a > b) + (a == b) / 2 for a in right for b in wrong) / (len(right) * len(wrong))


def judge(recording: Recording, finals: Sequence[Transcript]) -> tuple[list[Judged], list[Judged]]:
    """The words, and the utterances, of one recording whose text is known."""
    pieces = [
        (piece, number, word.confidence)
        for number, final in enumerate(finals)
        for word in final.words
        for piece in comparable_words(word.text)
    ]
    places = matched(comparable_words(recording.text), [piece for piece, _, _ in pieces], begun=False)
    words = [Judged(confidence, place is not None) for (_, _, confidence), place in zip(pieces, places, strict=True)]
    wrong = {number for (_, number, _), place in zip(pieces, places, strict=True) if place is None}
    return words, [Judged(final.confidence, number not in wrong) for number, final in enumerate(finals) if final.text]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python benchmarks/quality/confidence.py recordings --svg confidence.svg",
    )
    parser.add_argument("audio_dir", type=Path, metavar="AUDIO_DIR")
    parser.add_argument("--only", default="", help="recordings whose name contains this")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write the plot there")
    return parser.parse_args()


def judge_all(engines: Engines, recordings: Sequence[Recording]) -> dict[str, dict[str, list[Judged]]]:
    """What was said, by kind (words, utterances) and language."""
    found: dict[str, dict[str, list[Judged]]] = {
        kind: {language: [] for language in LANGUAGES} for kind in ("words", "utterances")
    }
    for recording in recordings:
        if recording.language is None or not recording.text:
            continue
        transcripts = streamed(engines, recording, Wire(), given=True, words=True)
        words, utterances = judge(recording, [one for one in transcripts if one.is_final])
        found["words"][recording.language] += words
        found["utterances"][recording.language] += utterances
    return found


def table(found: dict[str, dict[str, list[Judged]]]) -> str:
    """Markdown."""
    lines = ["| | language | count | right | mean confidence | calibration error | AUC |", f"|{' --- |' * 7}"]
    for kind, by_language in found.items():
        for language, judged in by_language.items():
            if not judged:
                continue
            share = sum(one.right for one in judged) / len(judged)
            mean = sum(one.confidence for one in judged) / len(judged)
            area = auc(judged)
            cells = [
                kind,
                language,
                f"{len(judged)}",
                f"{share:.2f}",
                f"{mean:.2f}",
                f"{calibration_error(judged):.2f}",
            ]
            lines.append(f"| {' | '.join([*cells, '-' if area is None else f'{area:.2f}'])} |")
    return "\n".join(lines)


def main() -> None:
    chosen = options()
    engines = load_engines()
    found = judge_all(engines, read_recordings(chosen.audio_dir, chosen.only))
    info = engines.recognition.info
    engines.close()
    print(f"engine {info.name}, model {info.model}, one thread, language given\n\n{table(found)}")
    if chosen.svg is not None:
        panels = {
            kind: [
                Curve(language, [Point(one.confidence, one.right, one.count) for one in bins(judged)])
                for language, judged in by_language.items()
            ]
            for kind, by_language in found.items()
        }
        chosen.svg.write_text(plot(panels), encoding="utf-8")


if __name__ == "__main__":
    main()
