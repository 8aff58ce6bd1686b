"""Bytes of a recognition stream to the samples that models hear. What they say is left to the pipeline."""

from typing import assert_never

from hiwar.audio.g711 import decode_alaw, decode_mulaw
from hiwar.audio.pcm import Samples, from_linear16
from hiwar.audio.polyphase import PolyphaseResampler
from hiwar.vocabulary import MODEL_SAMPLE_RATE, AudioEncoding


class PcmDecoder:
    """One stream of `encoding` at `sample_rate` Hz to 16 kHz, from chunks of any size.

    A sample that is split between two chunks waits for its other half: the cuts change nothing.
    """

    def __init__(self, encoding: AudioEncoding, sample_rate: int) -> None:
        self._encoding = encoding
        self._sample_rate = sample_rate
        self._resampler = PolyphaseResampler(sample_rate, MODEL_SAMPLE_RATE)
        self._half_sample = b""

    def decode(self, chunk: bytes) -> Samples:
        """The 16 kHz samples that became complete; may be empty."""
        return self._resampler.process(self._to_samples(chunk))

    def flush(self) -> Samples:
        """What the resampler held back. More may follow: it begins anew, but for half a sample that waits."""
        held_back = self._resampler.flush()
        self._resampler = PolyphaseResampler(self._sample_rate, MODEL_SAMPLE_RATE)
        return held_back

    def _to_samples(self, chunk: bytes) -> Samples:
        match self._encoding:
            case AudioEncoding.LINEAR16:
                return from_linear16(self._whole_samples(chunk))
            case AudioEncoding.MULAW:
                return decode_mulaw(chunk)
            case AudioEncoding.ALAW:
                return decode_alaw(chunk)
            case _:
                assert_never(self._encoding)

    def _whole_samples(self, chunk: bytes) -> bytes:
        joined = self._half_sample + chunk if self._half_sample else chunk
        whole = len(joined) & ~1
        self._half_sample = joined[whole:]
        return joined[:whole] if self._half_sample else joined
