"""Milliseconds of one thread per 100 ms of audio, for each step of the audio layer and the tone engines.

Resamplers are also asked how much audio they hold back, fed in pieces of 320 samples.

Run: OMP_NUM_THREADS=1 python benchmarks/micro/audio.py
"""

import platform
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from hiwar.audio import g711, pcm
from hiwar.audio.decoding import PcmDecoder
from hiwar.audio.encoding import SpeechEncoder
from hiwar.audio.pcm import Samples
from hiwar.audio.polyphase import PolyphaseResampler, design_filter
from hiwar.audio.resample import Resampler
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.engines.tone.voice_activity import ToneVoiceActivity
from hiwar.vocabulary import (
    RECOGNITION_SAMPLE_RATES,
    SYNTHESIS_SAMPLE_RATES,
    AudioEncoding,
    AudioFormat,
    SpeechFormat,
)

RUNS = 300
RESAMPLED = (
    *((24000, rate) for rate in SYNTHESIS_SAMPLE_RATES if rate != 24000),
    *((22050, rate) for rate in (8000, 16000, 24000, 48000)),
    *((16000, rate) for rate in (8000, 22050, 48000)),
    (48000, 44100),
)


def report(step: str, run: Callable[[], object], audio_ms: float = 100) -> None:
    """Median and 95th percentile after a tenth of the runs to warm up, scaled to 100 ms of audio."""
    times_ms = []
    for _ in range(RUNS + RUNS // 10):
        started_s = time.perf_counter()
        run()
        times_ms.append((time.perf_counter() - started_s) * 1000 * 100 / audio_ms)
    measured = sorted(times_ms[RUNS // 10 :])
    print(f"{step:48} {statistics.median(measured):8.4f} {measured[RUNS * 95 // 100]:8.4f}")


def tenth_of_a_second(rate: int) -> Samples:
    return (0.1 * np.random.default_rng(1).standard_normal(rate // 10)).astype(np.float32)


def main() -> None:
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}, {RUNS} runs")
    print(f"{'step':48} {'median':>8} {'p95':>8}   ms per 100 ms")
    samples = tenth_of_a_second(16000)
    linear16, mulaw = pcm.to_linear16(samples), g711.encode_mulaw(samples)
    report("float to 16 bits, 16 kHz", lambda: pcm.to_linear16(samples))
    report("16 bits to float, 16 kHz", lambda: pcm.from_linear16(linear16))
    report("float to mu-law, 16 kHz", lambda: g711.encode_mulaw(samples))
    report("mu-law to float, 16 kHz", lambda: g711.decode_mulaw(mulaw))
    for rate in RECOGNITION_SAMPLE_RATES:
        decoder, chunk = PcmDecoder(AudioEncoding.LINEAR16, rate), pcm.to_linear16(tenth_of_a_second(rate))
        report(f"decode, {rate} Hz", partial(decoded, decoder, chunk))
    block = tenth_of_a_second(24000)
    for rate in SYNTHESIS_SAMPLE_RATES:
        encoder = SpeechEncoder(AudioFormat(SpeechFormat.PCM, rate), 24000)
        report(f"encode, 24000 to {rate} Hz", partial(encoder.encode, block))
        first = partial(first_chunk, AudioFormat(SpeechFormat.PCM, rate), np.tile(block, 2))
        report(f"first 200 ms encoded, 24000 to {rate} Hz", first, 200)
    report_resamplers()
    report_tone()


def decoded(decoder: PcmDecoder, chunk: bytes) -> list[Samples]:
    """All that came of a chunk."""
    return list(decoder.decode(chunk))


def first_chunk(audio_format: AudioFormat, samples: Samples) -> bytes:
    """What encoding costs before the first audio of a request."""
    return SpeechEncoder(audio_format, 24000).encode(samples)


def report_resamplers() -> None:
    for source_rate, target_rate in RESAMPLED:
        block = tenth_of_a_second(source_rate)
        for kind in (Resampler, PolyphaseResampler):
            held_ms = most_held_back_ms(kind(source_rate, target_rate), source_rate, target_rate)
            process = partial(kind(source_rate, target_rate).process, block)
            name = "soxr" if kind is Resampler else "polyphase"
            report(f"{name}, {source_rate} to {target_rate} Hz, holds {held_ms:.1f} ms", process)
    report("filter designed, once a pair of rates", lambda: design_filter.__wrapped__(24000, 22050))


def most_held_back_ms(resampler: Resampler | PolyphaseResampler, source_rate: int, target_rate: int) -> float:
    piece, produced, most_s = np.zeros(320, dtype=np.float32), 0, 0.0
    for pushed in range(320, source_rate, 320):
        produced += resampler.process(piece).size
        most_s = max(most_s, pushed / source_rate - produced / target_rate)
    return most_s * 1000


def report_tone() -> None:
    engine, recogniser, stream = ToneSynthesis(), ToneRecognition(), ToneVoiceActivity().open()
    report("tone synthesis", lambda: spoken(engine, "a"), 240)
    speech = Resampler(24000, 16000).process(spoken(engine, "ab " * 100))
    for audio_ms in (2000, 18000):
        audio = speech[: audio_ms * 16]
        recognize = partial(recogniser.recognize, audio, language=None, final=True)
        report(f"tone recognition, {audio_ms} ms", recognize, audio_ms)
    window = tenth_of_a_second(16000)[:512]
    report("tone voice activity", lambda: stream.probability(window), 32)


def spoken(engine: ToneSynthesis, text: str) -> Samples:
    pieces = engine.synthesize(text, voice="tone", language="en", speed=1.0, sample_rate=engine.info.sample_rate)
    return np.concatenate([piece.samples for piece in pieces])


if __name__ == "__main__":
    main()
