"""What a telephone line costs in recognition: error rates of the same speech on a clean line and over telephone ones.

AUDIO_DIR holds recordings and a manifest.tsv (see recordings.py); everyday sentences, spoken by the voices of the
synthesis engine at several speeds, are added. Each is decoded in one go, in its own language, after the decoder of the
pipeline has made samples of the line's bytes. Speech is brought to -26 dB of full scale where a line has a level. The
intervals are those of the difference to the clean line, by 2000 bootstraps over the recordings.
"""

import argparse
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer
import numpy as np
import soundfile
import soxr
from error_rates import comparable, error_rates
from hearing import plain
from recordings import Recording, read_recordings
from scipy import signal
from whole_files import load_engines

from hiwar.audio.decoding import PcmDecoder
from hiwar.audio.g711 import encode_alaw, encode_mulaw
from hiwar.audio.pcm import to_int16, to_linear16
from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, RecognitionEngine, Samples, SynthesisEngine
from hiwar.server.settings import load_settings
from hiwar.text.normalization import clean
from hiwar.text.segmentation import segments
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE, AudioEncoding, Language

TELEPHONE_HZ = 8000
LEVEL_DB = -26.0
"""Of speech while it sounds (ITU-T P.56 measures it more exactly), as a telephone network likes to have it."""

_FRAME = 160
_SPEECH_BELOW_LOUDEST_DB = 25.0
_SPEEDS = (1.0, 1.15, 0.9, 1.3)
_PAUSE_S = 0.2
_BOOTSTRAPS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """How speech arrives: what is done to it at 8 kHz, and how it is sent. `passes` None: at 16 kHz, as it is."""

    encoding: AudioEncoding
    passes: Callable[[Samples], Samples] | None = None

    def received(self, samples: Samples) -> Samples:
        """Samples at 16 kHz before the line, and after the pipeline's decoder."""
        if self.passes is None:
            return _decoded(to_linear16(samples), self.encoding, MODEL_SAMPLE_RATE)
        narrow = self.passes(np.asarray(soxr.resample(samples, MODEL_SAMPLE_RATE, TELEPHONE_HZ), np.float32))
        encode = {AudioEncoding.MULAW: encode_mulaw, AudioEncoding.ALAW: encode_alaw}.get(self.encoding, to_linear16)
        return _decoded(encode(narrow), self.encoding, TELEPHONE_HZ)


def _decoded(audio: bytes, encoding: AudioEncoding, rate: int) -> Samples:
    decoder = PcmDecoder(encoding, rate)
    return np.concatenate((*decoder.decode(audio), decoder.flush()))


def as_it_is(samples: Samples) -> Samples:
    """The band that 8 kHz leave."""
    return samples


def banded(samples: Samples) -> Samples:
    """300 to 3400 Hz, 36 dB an octave."""
    band = signal.butter(6, (300, 3400), "bandpass", fs=TELEPHONE_HZ, output="sos")
    return np.asarray(signal.sosfilt(band, samples), np.float32)


def mobile(samples: Samples) -> Samples:
    """Coded once by GSM 06.10 at full rate, after the band of a telephone."""
    file = io.BytesIO()
    soundfile.write(file, to_int16(levelled(banded(samples))), TELEPHONE_HZ, format="WAV", subtype="GSM610")
    file.seek(0)
    return np.asarray(soundfile.read(file, dtype="float32")[0], np.float32)


def quiet(below_db: float) -> Callable[[Samples], Samples]:
    """A call fainter than usual."""
    return lambda samples: levelled(samples, LEVEL_DB - below_db)


def in_noise(samples: Samples) -> Samples:
    """Noise that falls off above 800 Hz, 15 dB below the speech; the same in every run."""
    noise = signal.sosfilt(
        signal.butter(1, 800, fs=TELEPHONE_HZ, output="sos"), np.random.default_rng(0).standard_normal(len(samples))
    )
    speech = levelled(samples)
    loudness = 10 ** ((LEVEL_DB - 15) / 20) / np.sqrt(np.mean(noise**2))
    return np.asarray(speech + noise * loudness, np.float32)


def levelled(samples: Samples, level_db: float = LEVEL_DB) -> Samples:
    """Brought to a level, as of the frames of 20 ms that are not much fainter than the loudest."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    powers = np.mean(frames.astype(np.float64) ** 2, axis=1)
    spoken = powers[powers >= powers.max() * 10 ** (-_SPEECH_BELOW_LOUDEST_DB / 10)]
    return samples * np.float32(10 ** (level_db / 20) / np.sqrt(spoken.mean()))


LINES: Mapping[str, Line] = {
    "16 kHz": Line(AudioEncoding.LINEAR16),
    "8 kHz, 16 bits": Line(AudioEncoding.LINEAR16, as_it_is),
    "mu-law": Line(AudioEncoding.MULAW, as_it_is),
    "A-law": Line(AudioEncoding.ALAW, as_it_is),
    "300 to 3400 Hz, mu-law": Line(AudioEncoding.MULAW, banded),
    "GSM, then mu-law": Line(AudioEncoding.MULAW, mobile),
    "mu-law, 20 dB fainter": Line(AudioEncoding.MULAW, quiet(20)),
    "mu-law, 30 dB fainter": Line(AudioEncoding.MULAW, quiet(30)),
    "A-law, 30 dB fainter": Line(AudioEncoding.ALAW, quiet(30)),
    "mu-law, noise at 15 dB": Line(AudioEncoding.MULAW, in_noise),
}


def spoken_sentences(engine: SynthesisEngine) -> list[Recording]:
    """The everyday sentences, said by the engine's voices in turn and at several speeds."""
    found = []
    for language in LANGUAGES:
        voices = [voice.name for voice in engine.voices if language in voice.languages]
        for number, text in enumerate(plain(language)):
            speed = _SPEEDS[number % len(_SPEEDS)]
            samples = _said(engine, text, voices[number % len(voices)], language, speed)
            found.append(Recording(f"{language}-{number}", language, "spoken", text, samples))
    return found


def _said(engine: SynthesisEngine, text: str, voice: str, language: Language, speed: float) -> Samples:
    rate = engine.info.sample_rate
    pieces = [
        piece.samples
        for segment in segments(clean(text))
        for piece in engine.synthesize(segment, voice=voice, language=language, speed=speed, sample_rate=rate)
    ]
    samples = np.asarray(soxr.resample(np.concatenate(pieces), rate, MODEL_SAMPLE_RATE), np.float32)
    return np.pad(samples, round(_PAUSE_S * MODEL_SAMPLE_RATE))


def heard(engine: RecognitionEngine, recordings: Sequence[Recording], line: Line) -> list[str]:
    """What the recogniser makes of each."""
    return [
        engine.open().recognize(line.received(one.samples), language=one.language, final=True).text
        for one in recordings
    ]


def interval(said: Sequence[str], heard: Sequence[str], clean_line: Sequence[str]) -> tuple[float, float]:
    """Of the difference in character error rate to the clean line, in points: 95 % of the bootstraps lie within."""
    references = [comparable(text) for text in said]
    lengths = np.array([len(text) for text in references])
    worse = _letters_wrong(references, heard) - _letters_wrong(references, clean_line)
    drawn = np.random.default_rng(0).integers(len(said), size=(_BOOTSTRAPS, len(said)))
    low, high = np.percentile(100 * worse[drawn].sum(axis=1) / lengths[drawn].sum(axis=1), (2.5, 97.5))
    return float(low), float(high)


def _letters_wrong(references: Sequence[str], heard: Sequence[str]) -> Samples:
    pairs = zip(references, map(comparable, heard), strict=True)
    return np.array([jiwer.cer(said, text) * len(said) for said, text in pairs], np.float32)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python benchmarks/quality/telephony.py recordings --line mu-law",
    )
    parser.add_argument("audio_dir", type=Path, metavar="AUDIO_DIR")
    parser.add_argument("--line", action="append", choices=sorted(LINES), help="only this one; may be repeated")
    return parser.parse_args()


def row(name: str, recordings: Sequence[Recording], texts: Sequence[str], clean_line: Sequence[str]) -> str:
    """Markdown: both rates and the interval, by language."""
    cells = [name]
    for language in LANGUAGES:
        chosen = [number for number, one in enumerate(recordings) if one.language == language]
        said, found, before = (
            [texts[number] for number in chosen] for texts in (_texts(recordings), texts, clean_line)
        )
        rates = error_rates(said, found)
        if rates is None:
            cells += ["-", "-", "-"]
            continue
        low, high = interval(said, found, before)
        cells += [f"{rates.wer:.1f}", f"{rates.cer:.1f}", f"{low:+.1f} to {high:+.1f}"]
    return f"| {' | '.join(cells)} |"


def _texts(recordings: Sequence[Recording]) -> list[str]:
    return [one.text for one in recordings]


def main() -> None:
    chosen = options()
    engines = load_engines()
    settings = load_settings().settings
    synthesis = registry.load_synthesis("hibari", EngineContext(models_dir=settings.models_dir, concurrent_calls=1))
    recordings = [one for one in read_recordings(chosen.audio_dir) if one.language is not None and one.text]
    recordings += spoken_sentences(synthesis)
    info = engines.recognition.info
    print(f"engine {info.name}, model {info.model}, one thread, {len(recordings)} recordings, language given\n")
    print("| line |" + "".join(f" {code} WER | CER | against 16 kHz |" for code in LANGUAGES))
    print(f"|{' --- |' * (1 + 3 * len(LANGUAGES))}")
    clean_line = heard(engines.recognition, recordings, LINES["16 kHz"])
    for name in chosen.line or LINES:
        texts = clean_line if name == "16 kHz" else heard(engines.recognition, recordings, LINES[name])
        print(row(name, recordings, texts, clean_line), flush=True)
    synthesis.close()
    engines.close()


if __name__ == "__main__":
    main()
