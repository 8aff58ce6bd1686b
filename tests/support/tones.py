"""Texts as tones in any encoding and rate, and back: what conversations send and what they must hear."""

import numpy as np
import soxr

from hiwar.audio.g711 import encode_alaw, encode_mulaw
from hiwar.audio.pcm import Samples
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.vocabulary import SpeechFormat
from support.encoded_files import encoded
from support.players import play

TONE_RATE = 24000
_MODEL_RATE = 16000
_WAV_HEADER_BYTES = 44
_CODECS = {"ogg_opus": ("ogg", "libopus"), "flac": ("flac", "flac")}


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
    if encoding in _CODECS:
        return encoded(padded, sample_rate, *_CODECS[encoding])
    return (np.clip(padded, -1, 1) * 32767).astype("<i2").tobytes()


def heard(audio: bytes, *, sample_rate: int, audio_format: str) -> str:
    """The text that the audio carries; a WAV header is checked and taken off."""
    if audio_format == "wav":
        assert audio[:4] == b"RIFF"
        assert audio[8:16] == b"WAVEfmt "
        assert int.from_bytes(audio[24:28], "little") == sample_rate
        assert audio.count(b"RIFF") == 1
        audio = audio[_WAV_HEADER_BYTES:]
    played = play(audio, SpeechFormat.PCM if audio_format == "wav" else SpeechFormat(audio_format))
    samples = np.asarray(soxr.resample(played.samples, played.sample_rate or sample_rate, _MODEL_RATE), np.float32)
    return ToneRecognition().recognize(samples, language=None, final=True).text
