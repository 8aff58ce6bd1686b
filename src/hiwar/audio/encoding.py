"""Samples of a synthesis engine to the bytes a client asked for. Pacing is left to the pipeline."""

import struct
from typing import assert_never

from hiwar.audio.g711 import encode_alaw, encode_mulaw
from hiwar.audio.pcm import Samples, to_linear16
from hiwar.audio.polyphase import PolyphaseResampler
from hiwar.vocabulary import AudioFormat, SpeechFormat

_UNKNOWN_SIZE = 0xFFFFFFFF
_WAVE_FORMAT_PCM = 1


def wav_header(sample_rate: int) -> bytes:
    """44 bytes in front of 16-bit mono PCM whose length is not known yet: both sizes are 0xFFFFFFFF.

    Readers of streamed WAV, libsndfile and ffmpeg among them, take that as "until the end".
    """
    byte_rate, block_bytes, bits = sample_rate * 2, 2, 16
    form = struct.pack("<4sI4s", b"RIFF", _UNKNOWN_SIZE, b"WAVE")
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, _WAVE_FORMAT_PCM, 1, sample_rate, byte_rate, block_bytes, bits)
    return form + layout + struct.pack("<4sI", b"data", _UNKNOWN_SIZE)


class SpeechEncoder:
    """One request's audio, from `source_sample_rate` Hz to `audio_format`; a container header appears once.

    The bytes, joined, do not depend on how the samples were cut.
    """

    def __init__(self, audio_format: AudioFormat, source_sample_rate: int) -> None:
        self._format = audio_format
        self._resampler = PolyphaseResampler(source_sample_rate, audio_format.sample_rate)
        self._header = wav_header(audio_format.sample_rate) if audio_format.encoding is SpeechFormat.WAV else b""
        self._encoded_samples = 0

    @property
    def audio_ms(self) -> int:
        """Whole milliseconds of audio given out so far."""
        return self._encoded_samples * 1000 // self._format.sample_rate

    def encode(self, samples: Samples) -> bytes:
        """The bytes that became ready, behind the header if they are the first; may be empty."""
        resampled = self._resampler.process(samples)
        return self._with_header(self._to_bytes(resampled)) if resampled.size else b""

    def finish(self) -> bytes:
        """What the resampler held back, and the header of a request without audio. Called once, last."""
        return self._with_header(self._to_bytes(self._resampler.flush()))

    def _with_header(self, audio: bytes) -> bytes:
        header, self._header = self._header, b""
        return header + audio if header else audio

    def _to_bytes(self, samples: Samples) -> bytes:
        self._encoded_samples += samples.size
        match self._format.encoding:
            case SpeechFormat.PCM | SpeechFormat.WAV:
                return to_linear16(samples)
            case SpeechFormat.MULAW:
                return encode_mulaw(samples)
            case SpeechFormat.ALAW:
                return encode_alaw(samples)
            case _:
                assert_never(self._format.encoding)
