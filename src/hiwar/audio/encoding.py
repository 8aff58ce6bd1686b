"""Samples of a synthesis engine to the bytes a client asked for. Pacing is left to the pipeline."""

import struct
from collections.abc import Callable
from typing import assert_never

from hiwar.audio.compression import Compressor, compressed_rate
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


def encoded_rate(audio_format: AudioFormat) -> int:
    """The rate in Hz that the audio is encoded at: the one asked for, but where the codec has no such rate."""
    match audio_format.encoding:
        case SpeechFormat.OPUS | SpeechFormat.MP3 | SpeechFormat.AAC | SpeechFormat.FLAC as encoding:
            return compressed_rate(encoding, audio_format.sample_rate)
        case _:
            return audio_format.sample_rate


class SpeechEncoder:
    """One request's audio, from `source_sample_rate` Hz to `audio_format`; a container header appears once.

    The bytes, joined, do not depend on how the samples were cut. The constructor raises HiwarError invalid_format
    for what this installation cannot encode.
    """

    def __init__(self, audio_format: AudioFormat, source_sample_rate: int) -> None:
        self._rate = encoded_rate(audio_format)
        self._resampler = PolyphaseResampler(source_sample_rate, self._rate)
        self._coder = _coder(audio_format)

    @property
    def audio_ms(self) -> int:
        """Whole milliseconds of audio given out so far: what can be decoded from the bytes."""
        return self._coder.given_samples * 1000 // self._rate

    def encode(self, samples: Samples) -> bytes:
        """The bytes that became ready, behind the header if they are the first; may be empty."""
        return self._coder.encode(self._resampler.process(samples))

    def finish(self) -> bytes:
        """What the resampler and the codec held back, and the header of a request without audio. Called once, last."""
        return self._coder.encode(self._resampler.flush()) + self._coder.finish()

    def close(self) -> None:
        """Free what a codec holds, for a request that is not finished. Not while another thread encodes."""
        self._coder.close()


class _Uncompressed:
    """Formats that are the samples themselves, one by one, behind a header or none."""

    def __init__(self, to_bytes: Callable[[Samples], bytes], header: bytes = b"") -> None:
        self._to_bytes = to_bytes
        self._header = header
        self.given_samples = 0

    def encode(self, samples: Samples) -> bytes:
        if not samples.size:
            return b""
        self.given_samples += samples.size
        return self.finish() + self._to_bytes(samples)

    def finish(self) -> bytes:
        """The header, unless it has been given out."""
        header, self._header = self._header, b""
        return header

    def close(self) -> None:
        """There is nothing to free."""


def _coder(audio_format: AudioFormat) -> _Uncompressed | Compressor:
    match audio_format.encoding:
        case SpeechFormat.PCM:
            return _Uncompressed(to_linear16)
        case SpeechFormat.WAV:
            return _Uncompressed(to_linear16, wav_header(audio_format.sample_rate))
        case SpeechFormat.MULAW:
            return _Uncompressed(encode_mulaw)
        case SpeechFormat.ALAW:
            return _Uncompressed(encode_alaw)
        case SpeechFormat.OPUS | SpeechFormat.MP3 | SpeechFormat.AAC | SpeechFormat.FLAC as encoding:
            return Compressor(encoding, audio_format.sample_rate)
        case _:
            assert_never(audio_format.encoding)
