"""Texts as tones in any encoding and rate, and back: what conversations send and what they must hear."""

import numpy as np
import soxr
from numpy.typing import NDArray

from hiwar.audio.g711 import decode_alaw, decode_mulaw, encode_alaw, encode_mulaw
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis

_MODEL_RATE = 16000
_WAV_HEADER_BYTES = 44


def spoken(text: str, *, sample_rate: int, encoding: str, silence_ms: int = 0) -> bytes:
    """The text in tones, with a silence behind it."""
    engine = ToneSynthesis()
    parts = list(engine.synthesize(text, voice="tone", language="en", speed=1.0))
    samples = np.concatenate([np.zeros(0, np.float32), *parts])
    resampled = np.asarray(soxr.resample(samples, engine.info.sample_rate, sample_rate), np.float32)
    padded = np.pad(resampled, (0, silence_ms * sample_rate // 1000))
    if encoding == "mulaw":
        return encode_mulaw(padded)
    if encoding == "alaw":
        return encode_alaw(padded)
    return (np.clip(padded, -1, 1) * 32767).astype("<i2").tobytes()


def heard(audio: bytes, *, sample_rate: int, audio_format: str) -> str:
    """The text that the audio carries; a WAV header is checked and taken off."""
    if audio_format == "wav":
        assert audio[:4] == b"RIFF"
        assert audio[8:16] == b"WAVEfmt "
        assert int.from_bytes(audio[24:28], "little") == sample_rate
        assert audio.count(b"RIFF") == 1
        audio = audio[_WAV_HEADER_BYTES:]
    samples = np.asarray(soxr.resample(_samples(audio, audio_format), sample_rate, _MODEL_RATE), np.float32)
    return ToneRecognition().recognize(samples, language=None, final=True).text


def _samples(audio: bytes, audio_format: str) -> NDArray[np.float32]:
    if audio_format == "mulaw":
        return decode_mulaw(audio)
    if audio_format == "alaw":
        return decode_alaw(audio)
    return (np.frombuffer(audio, "<i2") / 32768).astype(np.float32)
