"""Recordings streamed in real time, in frames of 2048 bytes, several at once, through the public SDK.

AUDIO_DIR holds recordings and a manifest.tsv with the columns file, language (ar, en), category and text; recordings
of the category noise must have no text. Printed for each rate: word error rate of the finals by language, the time
from the first voice to the first partial, from the last voice to the final, and whatever was heard in noise.
Where voice begins and ends is as the server said; each recording is followed by a second of silence.
With --whole, the same model also decodes each recording as a whole, in this process: the rate to compare with.
"""

import argparse
import asyncio
import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import jiwer
import numpy as np
import platformdirs
import soundfile
import soxr
from measured_server import MeasuredServer, measured_server, setting

from hiwar.client import AsyncClient
from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, Samples
from hiwar.protocol.messages import Final, Partial, SpeechEndedEvent, SpeechStartedEvent
from hiwar.vocabulary import MODEL_SAMPLE_RATE, RECOGNITION_SAMPLE_RATES, Language

FRAME_BYTES = 2048
SILENCE_S = 1
STREAMS_MAX = 32
ONE_LETTER = str.maketrans("أإآٱىة", "ااااي\u0647")


@dataclass(frozen=True, slots=True)
class Recording:
    """Mono samples at 16 kHz; `language` None is noise."""

    name: str
    language: Language | None
    text: str
    samples: Samples = field(repr=False)

    @property
    def seconds(self) -> float:
        return len(self.samples) / MODEL_SAMPLE_RATE


@dataclass(slots=True)
class Heard:
    """What one stream gave: texts of the finals, and times in ms."""

    texts: list[str] = field(default_factory=list)
    first_partial_ms: list[float] = field(default_factory=list)
    final_ms: list[float] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python benchmarks/serving/live_recognition.py recordings --rate 16000 --streams 2",
    )
    parser.add_argument("audio_dir", type=Path, metavar="AUDIO_DIR")
    parser.add_argument("--url", help="a running server, such as ws://127.0.0.1:8080; without it one is started")
    parser.add_argument("--api-key", help="the key for --url")
    parser.add_argument("--rate", type=int, action="append", choices=RECOGNITION_SAMPLE_RATES, help="Hz; repeatable")
    parser.add_argument("--streams", type=int, default=2, help=f"at once, at most {STREAMS_MAX}")
    parser.add_argument("--seconds", type=float, default=600, help="of audio for each rate, at most")
    parser.add_argument("--auto", action="store_true", help="let the server detect the language")
    parser.add_argument("--whole", action="store_true", help="decode each recording as a whole, too")
    parser.add_argument("--threads", type=int, default=2, help="engine threads of a server that is started here")
    return parser.parse_args()


def recordings(folder: Path, seconds_max: float) -> list[Recording]:
    """What the manifest names and soundfile reads, in its order, as far as the time allows."""
    found: list[Recording] = []
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            noise = row["category"] == "noise"
            if not noise and not row["text"]:
                continue
            try:
                audio, rate = soundfile.read(folder / row["file"], dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                print(f"{row['file']}: not readable here, left out")
                continue
            samples = np.asarray(soxr.resample(audio.mean(axis=1), rate, MODEL_SAMPLE_RATE), np.float32)
            language: Language | None = None if noise else "ar" if row["language"] == "ar" else "en"
            recording = Recording(row["file"], language, row["text"], samples)
            if sum(one.seconds for one in found) + recording.seconds <= seconds_max:
                found.append(recording)
    return found


def comparable(text: str) -> str:
    """Lower case, no punctuation or marks, digits one by one, one form of alef, ya and ha."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if unicodedata.category(letter) != "Mn")
    plain = re.sub(r"(\d)", r" \1 ", plain.replace("\u0640", "").lower().translate(ONE_LETTER))
    for digit, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]):
        plain = plain.replace(f" {digit} ", f" {word} ")
    return " ".join(re.sub(r"[^\w\s']", " ", plain).split())


async def stream(client: AsyncClient, recording: Recording, rate: int, *, auto: bool) -> Heard:
    """Send one recording as it would be spoken, and take the times of what comes back."""
    loop = asyncio.get_running_loop()
    samples = np.pad(recording.samples, (0, SILENCE_S * MODEL_SAMPLE_RATE))
    resampled = np.asarray(soxr.resample(samples, MODEL_SAMPLE_RATE, rate), np.float32)
    audio = (np.clip(resampled, -1, 1) * 32767).astype("<i2").tobytes()
    began_s = loop.time()

    async def paced() -> AsyncIterator[bytes]:
        for start in range(0, len(audio), FRAME_BYTES):
            frame = audio[start : start + FRAME_BYTES]
            await asyncio.sleep(began_s + (start + len(frame)) / 2 / rate - loop.time())
            yield frame

    heard, voice_began_ms, final_at_ms = Heard(), 0.0, 0.0
    waits_for_partial = False
    language = "auto" if auto or recording.language is None else recording.language
    async for event in client.transcribe(paced(), sample_rate=rate, language=language):
        now_ms = (loop.time() - began_s) * 1000
        match event:
            case SpeechStartedEvent():
                voice_began_ms, waits_for_partial = event.start_ms, True
            case Partial() if waits_for_partial:
                heard.first_partial_ms.append(now_ms - voice_began_ms)
                waits_for_partial = False
            case Final():
                heard.texts.append(event.transcript)
                final_at_ms = now_ms
            case SpeechEndedEvent() if final_at_ms:
                heard.final_ms.append(final_at_ms - event.end_ms)
                final_at_ms = 0.0
    return heard


async def stream_all(
    server: MeasuredServer, chosen: list[Recording], rate: int, streams: int, *, auto: bool
) -> list[Heard]:
    client, room = AsyncClient(server.url, server.key), asyncio.Semaphore(streams)

    async def one(recording: Recording) -> Heard:
        async with room:
            return await stream(client, recording, rate, auto=auto)

    return await asyncio.gather(*map(one, chosen))


def whole(chosen: list[Recording]) -> list[str]:
    """Each recording decoded in one go by the embedded model."""
    models_dir = platformdirs.user_cache_path("hiwar", appauthor=False) / "models"
    engine = registry.load_recognition("whisper", EngineContext(models_dir))
    texts = [
        engine.open().recognize(one.samples, language=one.language, final=True).text if one.language else ""
        for one in chosen
    ]
    engine.close()
    return texts


def error_rates(chosen: list[Recording], texts: list[str]) -> str:
    """Word and character error rates by language, in per cent."""
    pairs: dict[Language, list[tuple[str, str]]] = defaultdict(list)
    for recording, text in zip(chosen, texts, strict=True):
        if recording.language is not None:
            pairs[recording.language].append((comparable(recording.text), comparable(text)))
    shown = []
    for language, both in sorted(pairs.items()):
        said, heard = [list(side) for side in zip(*both, strict=True)]
        rates = f"WER {100 * jiwer.wer(said, heard):.1f} CER {100 * jiwer.cer(said, heard):.1f}"
        shown.append(f"{language} {rates} ({len(both)} recordings)")
    return "; ".join(shown)


def spread(times_ms: list[float]) -> str:
    if not times_ms:
        return "none"
    ordered = sorted(times_ms)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"p50 {median(ordered):.0f} ms, p95 {p95:.0f} ms ({len(ordered)})"


def report(rate: int, chosen: list[Recording], heard: list[Heard]) -> None:
    print(f"{rate} Hz")
    print(f"  finals         {error_rates(chosen, [one.text for one in heard])}")
    print(f"  first partial  {spread([time for one in heard for time in one.first_partial_ms])} after the first voice")
    print(f"  final          {spread([time for one in heard for time in one.final_ms])} after the last voice")
    noises = [(one.name, found.text) for one, found in zip(chosen, heard, strict=True) if one.language is None]
    texts = "; ".join(f"{name}: {text}" for name, text in noises if text)
    print(f"  noise          {texts or 'no text'} ({len(noises)} recordings)", flush=True)


def main() -> None:
    options_ = options()
    streams = max(1, min(options_.streams, STREAMS_MAX))
    chosen = recordings(options_.audio_dir, options_.seconds)
    with measured_server(options_.url, options_.api_key, options_.threads) as server:
        seconds = sum(one.seconds for one in chosen)
        print(f"{setting(server)}\n{len(chosen)} recordings, {seconds:.0f} s, {streams} streams at once\n", flush=True)
        for rate in options_.rate or (8000, 16000, 48000):
            report(rate, chosen, asyncio.run(stream_all(server, chosen, rate, streams, auto=options_.auto)))
    if options_.whole:
        print(f"whole files      {error_rates(chosen, whole(chosen))}")


if __name__ == "__main__":
    main()
