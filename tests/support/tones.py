"""Texts as tones in any encoding and rate, and back: what conversations send and what they must hear."""

import numpy as np
import soxr
from numpy.typing import NDArray

from hiwar.audio.g711 import decode_alaw, decode_mulaw, encode_alaw, encode_mulaw
from hiwar.audio.pcm import Samples
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis

TONE_RATE = 24000
_MODEL_RATE = 16000
_WAV_HEADER_BYTES = 44


def tones(text: str, speed: float = 1.0) -> Samples:
    """The text as the tone engine speaks it, at TONE_RATE."""
    pieces = ToneSynthesis().synthesize(text, voice="tone", language="en", speed=speed, sample_rate=TONE_RATE)
    return np.concatenate([np.zeros(0, np.float32), *(piece.samples for piece in pieces)])


def spoken(text: str, *, sample_rate: int, encoding: str, silence_ms: int = 0) -> bytes:
    """The text in tones, with a silence behind it."""
    resampled = np.asarray(soxr.resample(tones(text), TONE_RATE, sample_rate), np.float32)
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
