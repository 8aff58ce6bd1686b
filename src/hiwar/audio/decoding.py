"""Bytes of a recognition stream to the samples that models hear. What they say is left to the pipeline."""

from collections.abc import Iterator
from typing import Protocol, assert_never

import numpy as np

from hiwar.audio.codecs import have_codecs
from hiwar.audio.g711 import decode_alaw, decode_mulaw
from hiwar.audio.pcm import Samples, from_linear16
from hiwar.audio.polyphase import PolyphaseResampler
from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import MODEL_SAMPLE_RATE, AudioEncoding

_PIECES_PER_S = 10


def check_encoding(encoding: AudioEncoding) -> None:
    """Raise HiwarError unsupported_format for one that needs codecs which are not installed."""
    if encoding in {AudioEncoding.OGG_OPUS, AudioEncoding.FLAC} and not have_codecs():
        message = (
            "This server hears linear16, mulaw and alaw only; send one of these, "
            "or have its operator run: pip install 'hiwar[codecs]'"
        )
        raise HiwarError(ErrorCode.UNSUPPORTED_FORMAT, message)


class _Source(Protocol):
    """One stream of bytes to mono samples at its own rate, which is known once samples come."""

    @property
    def sample_rate(self) -> int: ...

    def decode(self, chunk: bytes) -> Iterator[Samples]: ...


class PcmDecoder:
    """One stream of `encoding` to 16 kHz, from chunks that are cut anywhere: the cuts change nothing.

    `sample_rate` in Hz is that of linear16 and G.711; the others have a header that says it. Raises HiwarError
    unsupported_format for an encoding whose codec is not installed.
    """

    def __init__(self, encoding: AudioEncoding, sample_rate: int) -> None:
        check_encoding(encoding)
        self._source = _source(encoding, sample_rate)
        self._resampler: PolyphaseResampler | None = None

    def decode(self, chunk: bytes) -> Iterator[Samples]:
        """The 16 kHz samples that became complete, at most 100 ms at a time, decoded as they are asked for.

        To be drained before the next call. Raises HiwarError corrupt_audio or unsupported_format.
        """
        for samples in self._source.decode(chunk):
            if self._resampler is None:
                self._resampler = PolyphaseResampler(self._source.sample_rate, MODEL_SAMPLE_RATE)
            piece = self._source.sample_rate // _PIECES_PER_S
            for start in range(0, samples.size, piece):
                yield self._resampler.process(samples[start : start + piece])

    def close(self) -> None:
        """Free what a codec holds; nothing is decoded afterwards."""
        self._source = _PlainSource(AudioEncoding.LINEAR16, MODEL_SAMPLE_RATE)

    def flush(self) -> Samples:
        """What the resampler held back. More may follow: what waits for its other half goes on waiting."""
        if self._resampler is None:
            return np.zeros(0, dtype=np.float32)
        held_back, self._resampler = self._resampler.flush(), None
        return held_back


def _source(encoding: AudioEncoding, sample_rate: int) -> _Source:
    match encoding:
        case AudioEncoding.LINEAR16 | AudioEncoding.MULAW | AudioEncoding.ALAW:
            return _PlainSource(encoding, sample_rate)
        case AudioEncoding.OGG_OPUS:
            from hiwar.audio.ogg_opus import OggOpusDecoder

            return OggOpusDecoder()
        case AudioEncoding.FLAC:
            from hiwar.audio.flac_stream import FlacDecoder

            return FlacDecoder()
        case _:
            assert_never(encoding)


class _PlainSource:
    """Samples of a fixed size. One that is split between two chunks waits for its other half."""

    def __init__(self, encoding: AudioEncoding, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._encoding = encoding
        self._half_sample = b""

    def decode(self, chunk: bytes) -> Iterator[Samples]:
        match self._encoding:
            case AudioEncoding.MULAW:
                yield decode_mulaw(chunk)
            case AudioEncoding.ALAW:
                yield decode_alaw(chunk)
            case _:
                yield from_linear16(self._whole_samples(chunk))

    def _whole_samples(self, chunk: bytes) -> bytes:
        joined = self._half_sample + chunk if self._half_sample else chunk
        whole = len(joined) & ~1
        self._half_sample = joined[whole:]
        return joined[:whole] if self._half_sample else joined
