"""What each voice says, heard by a recogniser: error rates, real-time factors, and how far ahead of espeak-ng it is.

Run: OMP_NUM_THREADS=1 python benchmarks/quality/voices.py --condition telephone --json figures.json

Arabic is spoken from three sets, none of which was used to choose the sounds: `vowelled`, the held-out half of
voice_sentences.tsv with its vowels marked by hand, which tests the voice alone; `bare`, the same without the marks,
which tests the diacritizer as well; `everyday`, the Arabic of round_trip_sentences.tsv. English has the everyday set.

Both sides are compared in lower case, without punctuation, diacritics or tatweel; the forms of alef, ya and alef
maqsura, ha and ta marbuta, and the seats of hamza count as one letter; digits stay as they are heard. Rates can pass
100 % where the recogniser invents text, so the median of the sentences stands beside them. espeak-ng speaks in the
same run when it is on the PATH, by its own program.
"""

import argparse
import io
import platform
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import platformdirs
import soundfile
from hearing import CONDITIONS, Rates, Sound, bare, heard, plain, rates, vowelled

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, RecognitionEngine, SynthesisEngine
from hiwar.text.normalization import clean
from hiwar.text.segmentation import segments
from hiwar.vocabulary import Language

ESPEAK = "espeak-ng"

Speak = Callable[[str], Sound]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one voice, set and condition; rates in per cent, `ratio` of the CER to that of espeak-ng."""

    voice: str
    language: Language
    texts: str
    condition: str
    sentences: int
    cer: float
    median: float
    wer: float
    rtf: float
    ratio: float | None


def main() -> None:
    chosen = _options()
    context = EngineContext(models_dir=chosen.models_dir)
    synthesis = registry.load_synthesis(chosen.engine, context)
    recognition = registry.load_recognition(chosen.recognizer, context)
    espeak = shutil.which(ESPEAK)
    print(f"{platform.processor() or platform.machine()}, 1 thread; {synthesis.info.model},")
    print(f"heard by {recognition.info.model}; per cent")
    print("" if espeak else f"{ESPEAK} is not on the PATH: no ratio to it\n")
    print(f"{'voice':16}{'':4}{'texts':10}{'line':11}{'CER':>6}{'median':>8}{'WER':>7}{'RTF':>7}{'of espeak-ng':>14}")
    found: list[Figures] = []
    for figures in _measured(synthesis, recognition, espeak, chosen):
        found.append(figures)
        print(_row(figures), flush=True)
    if chosen.json:
        chosen.json.write_bytes(msgspec.json.format(msgspec.json.encode([asdict(row) for row in found])))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Round trip of synthesis and recognition.")
    parser.add_argument("--engine", default="hibari", help="synthesis engine")
    parser.add_argument("--recognizer", default="whisper", help="recognition engine")
    parser.add_argument("--voice", action="append", help="only this engine voice; may be repeated")
    parser.add_argument("--texts", action="append", choices=sorted(_texts("ar")), help="only this set; may be repeated")
    parser.add_argument("--condition", choices=CONDITIONS, default="clean", help="what the sound comes over")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument(
        "--models-dir", type=Path, default=platformdirs.user_cache_path("hiwar", appauthor=False) / "models"
    )
    return parser.parse_args()


def _texts(language: Language) -> dict[str, list[str]]:
    if language == "en":
        return {"everyday": plain("en")}
    held = vowelled("held")
    return {"vowelled": held, "bare": [*map(bare, held)], "everyday": plain("ar")}


def _measured(
    synthesis: SynthesisEngine, recognition: RecognitionEngine, espeak: str | None, chosen: argparse.Namespace
) -> Iterator[Figures]:
    for language in ("ar", "en"):
        for name, texts in _texts(language).items():
            if chosen.texts and name not in chosen.texts:
                continue
            rival = 0.0
            for voice, speak in _speakers(synthesis, espeak, language, chosen.voice).items():
                found, rtf = _heard(speak, recognition, texts, language, chosen.condition)
                rival = found.cer if voice == ESPEAK else rival
                ratio = found.cer / rival if rival else None
                yield Figures(
                    voice, language, name, chosen.condition, len(texts), found.cer, found.median, found.wer, rtf, ratio
                )


def _speakers(
    engine: SynthesisEngine, espeak: str | None, language: Language, wanted: Sequence[str] | None
) -> Mapping[str, Speak]:
    """By name, espeak-ng before those that are compared with it."""
    found: dict[str, Speak] = {}
    if espeak:
        found[ESPEAK] = partial(_by_espeak, espeak, language)
    for voice in engine.voices:
        if language in voice.languages and (not wanted or voice.name in wanted):
            found[voice.name] = partial(_by_engine, engine, voice.name, language)
    return found


def _by_espeak(program: str, language: Language, text: str) -> Sound:
    command = [program, "-v", language, "--stdout", text]
    said = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603
    samples, rate = soundfile.read(io.BytesIO(said), dtype="float32")
    return Sound(samples, rate)


def _by_engine(engine: SynthesisEngine, voice: str, language: Language, text: str) -> Sound:
    pieces = [
        piece.samples
        for segment in segments(clean(text))
        for piece in engine.synthesize(
            segment, voice=voice, language=language, speed=1.0, sample_rate=engine.info.sample_rate
        )
    ]
    return Sound(np.concatenate([np.zeros(0, np.float32), *pieces]), engine.info.sample_rate)


def _heard(
    speak: Speak, recognition: RecognitionEngine, texts: Sequence[str], language: Language, condition: str
) -> tuple[Rates, float]:
    """Error rates, and seconds of work for each of speech."""
    started_s = time.perf_counter()
    sounds = [speak(text) for text in texts]
    work_s = time.perf_counter() - started_s
    found = rates(texts, [heard(recognition, sound, condition, language) for sound in sounds])
    return found, work_s / sum(sound.seconds for sound in sounds)


def _row(row: Figures) -> str:
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else "-"
    return (
        f"{row.voice:16}{row.language:4}{row.texts:10}{row.condition:11}"
        f"{row.cer:6.1f}{row.median:8.1f}{row.wer:7.1f}{row.rtf:7.3f}{ratio:>14}"
    )


if __name__ == "__main__":
    main()
