"""What the server says, its own recogniser hears: character and word error rates per voice and language.

Run: OMP_NUM_THREADS=1 python benchmarks/quality/round_trip.py --voice female --rate 16000

Each sentence of round_trip_sentences.tsv is spoken by each voice in the languages it names, resampled to --rate as a
client would receive it, and recognised with its language given. The sentences were not used to choose the sounds.
Both sides are compared in lower case, without punctuation, diacritics or tatweel; the forms of alef, ya and alef
maqsura, ha and ta marbuta, and the seats of hamza count as one letter; digits stay as they are heard. Rates can pass
100 % where the recogniser invents text, so the median of the sentences stands beside them.
"""

import argparse
import platform
import re
import statistics
import time
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import jiwer
import numpy as np
import platformdirs
import soxr

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, RecognitionEngine, Samples, SynthesisEngine
from hiwar.text.normalization import clean
from hiwar.text.segmentation import segments
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE, Language

SENTENCES = Path(__file__).with_name("round_trip_sentences.tsv")
ONE_LETTER = str.maketrans("أإآٱىةؤئ", "ااااي\u0647وي")


def comparable(text: str) -> str:
    """The text as the rates compare it."""
    text = "".join(letter for letter in clean(text) if unicodedata.category(letter) != "Mn")
    return " ".join(re.sub(r"[^\w\s']", " ", text.lower().translate(ONE_LETTER)).split())


def sentences() -> dict[Language, list[str]]:
    found: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        code, text = line.split("\t")
        found["ar" if code == "ar" else "en"].append(text)
    return found


def speak(engine: SynthesisEngine, text: str, voice: str, language: Language) -> Samples:
    pieces = [
        piece.samples
        for segment in segments(clean(text))
        for piece in engine.synthesize(
            segment, voice=voice, language=language, speed=1.0, sample_rate=engine.info.sample_rate
        )
    ]
    return np.concatenate([np.zeros(0, np.float32), *pieces])


def heard(engine: RecognitionEngine, samples: Samples, rates: Sequence[int], language: Language) -> str:
    for before, after in zip(rates, [*rates[1:], MODEL_SAMPLE_RATE], strict=True):
        samples = np.asarray(soxr.resample(samples, before, after), np.float32)
    return engine.recognize(samples, language=language, final=True).text


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Round trip of synthesis and recognition.")
    parser.add_argument("--engine", default="hibari", help="synthesis engine")
    parser.add_argument("--recognizer", default="whisper", help="recognition engine")
    parser.add_argument("--voice", action="append", help="only this engine voice; may be repeated")
    parser.add_argument("--rate", type=int, default=16000, help="Hz at which the audio is handed on")
    parser.add_argument(
        "--models-dir", type=Path, default=platformdirs.user_cache_path("hiwar", appauthor=False) / "models"
    )
    parser.add_argument("--show", action="store_true", help="print every sentence and what was heard")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    context = EngineContext(models_dir=chosen.models_dir)
    synthesis = registry.load_synthesis(chosen.engine, context)
    recognition = registry.load_recognition(chosen.recognizer, context)
    print(f"{platform.processor() or platform.machine()}, 1 thread; {synthesis.info.model} at {chosen.rate} Hz,")
    print(f"heard by {recognition.info.model}; per cent\n")
    print(f"{'voice':16}{'language':10}{'CER':>6}{'median':>8}{'WER':>6}{'exact':>8}{'RTF':>7}")
    for voice in synthesis.voices:
        if chosen.voice and voice.name not in chosen.voice:
            continue
        for language in voice.languages:
            report(synthesis, recognition, voice.name, language, chosen)


def report(
    synthesis: SynthesisEngine,
    recognition: RecognitionEngine,
    voice: str,
    language: Language,
    chosen: argparse.Namespace,
) -> None:
    pairs: list[tuple[str, str]] = []
    seconds: dict[str, float] = defaultdict(float)
    for text in sentences()[language]:
        started_s = time.perf_counter()
        samples = speak(synthesis, text, voice, language)
        seconds["work"] += time.perf_counter() - started_s
        seconds["audio"] += len(samples) / synthesis.info.sample_rate
        said = heard(recognition, samples, (synthesis.info.sample_rate, chosen.rate), language)
        pairs.append((comparable(text), comparable(said)))
        if chosen.show:
            print(f"{100 * jiwer.cer(*pairs[-1]):5.0f}  {text}  |  {said}")
    references, hypotheses = [list(side) for side in zip(*pairs, strict=True)]
    median = statistics.median(jiwer.cer(*pair) for pair in pairs)
    exact = sum(reference == hypothesis for reference, hypothesis in pairs)
    print(
        f"{voice:16}{language:10}{100 * jiwer.cer(references, hypotheses):6.1f}{100 * median:8.1f}"
        f"{100 * jiwer.wer(references, hypotheses):6.1f}{exact:5}/{len(pairs)}{seconds['work'] / seconds['audio']:7.3f}"
    )


if __name__ == "__main__":
    main()
