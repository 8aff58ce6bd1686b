"""What compressed speech costs: to open and to run an encoder on one thread, in bits, and in audio that is held back.

Pieces of 100 ms, the best of so many streams; for what is held back, pieces of 5 ms. The voice is made, not recorded.

Run: OMP_NUM_THREADS=1 python benchmarks/micro/codecs.py
"""

import platform
import time
from dataclasses import dataclass

import numpy as np

from hiwar.audio.compression import Compressed, Compressor, compressed_rate, preload_codecs
from hiwar.audio.pcm import Samples
from hiwar.vocabulary import SYNTHESIS_SAMPLE_RATES, SpeechFormat

STREAMS = 5
SECONDS = 10
FORMATS: tuple[Compressed, ...] = (SpeechFormat.FLAC, SpeechFormat.OPUS, SpeechFormat.MP3, SpeechFormat.AAC)


@dataclass(frozen=True)
class Cost:
    open_ms: float
    encode_ms: float
    kbit_per_s: float


@dataclass(frozen=True)
class HeldBack:
    """`least_ms` and `most_ms` of what was put in and could not be decoded yet, once bytes had come."""

    first_bytes_ms: float
    least_ms: float
    most_ms: float


def made_voice(rate: int) -> Samples:
    """Harmonics of a gliding tone in syllables, with noise 40 dB below."""
    time_s = np.arange(rate * SECONDS) / rate
    angle = 2 * np.pi * 140 * time_s - 57 * np.cos(4.4 * time_s)
    voice = np.sum([np.sin(order * angle + order**2) / order for order in range(1, 25)], axis=0)
    syllables = np.clip(np.sin(2 * np.pi * 2.3 * time_s) + 0.5, 0, 1)
    noise = np.random.default_rng(1).standard_normal(time_s.size) * 0.002
    made: Samples = (0.2 * voice * syllables + noise).astype(np.float32)
    return made


def cost(encoding: Compressed, rate: int, voice: Samples) -> Cost:
    piece = compressed_rate(encoding, rate) // 10
    compressor = Compressor(encoding, rate)
    began = time.perf_counter()
    sent = len(compressor.encode(voice[:1]))
    opened = time.perf_counter()
    for start in range(1, voice.size, piece):
        sent += len(compressor.encode(voice[start : start + piece]))
    sent += len(compressor.finish())
    encode_s = time.perf_counter() - opened
    return Cost((opened - began) * 1000, encode_s * 100 / SECONDS, sent * 8 / 1000 / SECONDS)


def held_back(encoding: Compressed, rate: int, voice: Samples) -> HeldBack:
    samples_per_ms = compressed_rate(encoding, rate) / 1000
    compressor, piece, first, held = Compressor(encoding, rate), int(5 * samples_per_ms), 0, []
    for end in range(piece, voice.size // 5, piece):
        if compressor.encode(voice[end - piece : end]) and not first:
            first = end
        if first:
            held.append(end - compressor.given_samples)
    return HeldBack(first / samples_per_ms, min(held) / samples_per_ms, max(held) / samples_per_ms)


def main() -> None:
    began = time.perf_counter()
    preload_codecs()
    import_ms = (time.perf_counter() - began) * 1000
    print(f"{platform.machine()}, Python {platform.python_version()}, codecs imported in {import_ms:.0f} ms")
    print("format    rate  open ms  ms per 100 ms  kbit/s  first bytes after ms  held back ms")
    for encoding in FORMATS:
        for rate in SYNTHESIS_SAMPLE_RATES:
            voice = made_voice(compressed_rate(encoding, rate))
            costs = [cost(encoding, rate, voice) for _ in range(STREAMS)]
            open_ms, encode_ms = min(run.open_ms for run in costs), min(run.encode_ms for run in costs)
            held = held_back(encoding, rate, voice)
            print(
                f"{encoding:6} {rate:7} {open_ms:8.2f} {encode_ms:14.2f} {costs[0].kbit_per_s:7.0f}"
                f" {held.first_bytes_ms:21.0f} {held.least_ms:6.1f} to {held.most_ms:.1f}"
            )


if __name__ == "__main__":
    main()
