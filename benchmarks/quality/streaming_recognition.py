"""Word error rate of streamed finals against whole-file decodes by the same engine, in virtual time.

Usage: python benchmarks/quality/streaming_recognition.py AUDIO_DIR [--rate 16000] [--language auto] [--only TEXT]
AUDIO_DIR holds recordings and a manifest.tsv with the columns file, language, category and text.
"""

import argparse
import csv
import re
import sys
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import jiwer
import numpy as np
import platformdirs
import soundfile
import soxr

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, RecognitionEngine, Samples, VoiceActivityEngine
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.vocabulary import (
    MODEL_SAMPLE_RATE,
    Language,
    LanguageChoice,
    RecognitionConfig,
    RecognitionEvent,
    Transcript,
)

FRAME_BYTES = 2048
WHOLE_FILE_S = 30

_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {name: str(digit) for digit, name in enumerate(_NAMES)}
_DIACRITICS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")


@dataclass(frozen=True, slots=True)
class Recording:
    name: str
    language: str
    category: str
    text: str
    samples: Samples
    rate: int


@dataclass(slots=True)
class Tally:
    references: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    streamed: list[str] = field(default_factory=list)


def main() -> None:
    options = _options()
    context = EngineContext(
        models_dir=options.models_dir, concurrent_calls=1, report=lambda line: print(line, file=sys.stderr)
    )
    recognizer = registry.load_recognition(options.engine, context)
    voice_activity = registry.load_voice_activity(options.voice_activity, context)
    recordings = [found for found in _recordings(options.folder) if options.only in found.name]
    print(f"engine {recognizer.info.name}, model {recognizer.info.model}, one thread, frames of {FRAME_BYTES} bytes")
    whole = {found.name: _whole(recognizer, found) for found in recordings if found.text}
    for rate in options.rate:
        for choice in options.language:
            _compare(recognizer, voice_activity, recordings, whole, rate, choice, verbose=options.verbose)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="AUDIO_DIR")
    parser.add_argument("--models-dir", type=Path, default=Path(platformdirs.user_cache_dir("hiwar")) / "models")
    parser.add_argument("--engine", default="whisper")
    parser.add_argument("--voice-activity", default="silero")
    parser.add_argument("--rate", type=int, nargs="+", default=[8000, 16000, 48000])
    parser.add_argument("--language", nargs="+", choices=["auto", "explicit"], default=["auto", "explicit"])
    parser.add_argument("--only", default="", help="recordings whose name contains this")
    parser.add_argument("--verbose", action="store_true", help="print every transcript")
    return parser.parse_args()


def _recordings(folder: Path) -> Iterator[Recording]:
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            try:
                audio, rate = soundfile.read(folder / row["file"], dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                print(f"skipped {row['file']}: libsndfile cannot read it")
                continue
            text = (row["text"] or "").strip()
            yield Recording(row["file"], row["language"], row["category"], text, audio.mean(axis=1), rate)


def _whole(recognizer: RecognitionEngine, recording: Recording) -> str:
    """The recording padded to 30 s of context, decoded at once in its own language."""
    audio = _at_rate(recording, MODEL_SAMPLE_RATE)
    padded = np.zeros(WHOLE_FILE_S * MODEL_SAMPLE_RATE, np.float32)
    padded[: len(audio)] = audio[: len(padded)]
    language = cast("Language", recording.language)
    return recognizer.open().recognize(padded, language=language, final=True).text


def _compare(
    recognizer: RecognitionEngine,
    voice_activity: VoiceActivityEngine,
    recordings: list[Recording],
    whole: dict[str, str],
    rate: int,
    choice: str,
    *,
    verbose: bool,
) -> None:
    tallies: dict[str, Tally] = {}
    noise_text: list[str] = []
    began = time.perf_counter()
    for recording in recordings:
        spoken = recording.language in ("ar", "en")
        language = cast("LanguageChoice", recording.language if choice == "explicit" and spoken else "auto")
        config = RecognitionConfig("benchmark", language=language, sample_rate=rate)
        events = list(_stream(RecognitionPipeline(config, recognizer, voice_activity), recording, rate))
        finals = " ".join(event.text for event in events if isinstance(event, Transcript) and event.is_final)
        if verbose:
            print(f"  {recording.name}: {finals}")
        if not spoken:
            noise_text += [event.text for event in events if isinstance(event, Transcript)]
        elif recording.text:
            tally = tallies.setdefault(recording.language, Tally())
            tally.references.append(_normalized(recording.text))
            tally.whole.append(_normalized(whole[recording.name]))
            tally.streamed.append(_normalized(finals))
    for name, tally in sorted(tallies.items()):
        print(
            f"{rate} Hz, language {choice}, {name}: {len(tally.references)} recordings, WER streamed"
            f" {100 * jiwer.wer(tally.references, tally.streamed):.1f}"
            f", whole file {100 * jiwer.wer(tally.references, tally.whole):.1f}"
        )
    print(f"{rate} Hz, language {choice}: transcripts on noise {len(noise_text)}, {time.perf_counter() - began:.0f} s")


def _stream(pipeline: RecognitionPipeline, recording: Recording, rate: int) -> Iterator[RecognitionEvent]:
    """Frame by frame, each worked on before the next one comes: real time without the waiting."""
    audio = _at_rate(recording, rate)
    data = (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
    for start in range(0, len(data), FRAME_BYTES):
        pipeline.accept(data[start : start + FRAME_BYTES])
        yield from _answers(pipeline)
    pipeline.finish()
    yield from _answers(pipeline)
    pipeline.close()


def _answers(pipeline: RecognitionPipeline) -> Iterator[RecognitionEvent]:
    while (events := pipeline.step()) is not None:
        yield from events


def _at_rate(recording: Recording, rate: int) -> Samples:
    if recording.rate == rate:
        return recording.samples
    return cast("Samples", soxr.resample(recording.samples, recording.rate, rate).astype(np.float32))


def _normalized(text: str) -> str:
    """Digits one by one, no diacritics, tatweel or punctuation; alef, ya and ta marbuta unified."""
    plain = _DIACRITICS.sub("", unicodedata.normalize("NFKC", text.lower())).replace("'", "")
    plain = re.sub("[أإآٱ]", "ا", plain).replace("ى", "ي").replace("ة", "ه")
    plain = re.sub(r"[^\w\s]", " ", re.sub(r"(\d)", r" \1 ", plain))
    return " ".join(_DIGITS.get(word, word) for word in plain.split())


if __name__ == "__main__":
    main()
