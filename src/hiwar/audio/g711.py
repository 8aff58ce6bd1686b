"""ITU-T G.711 mu-law and A-law, both ways, by table: one byte a sample.

G.711 leaves open which way a value on a decision threshold goes. Positive ones go up and negative ones go to
zero, by the one's complement that the ITU-T G.191 reference software uses.
"""

import numpy as np
from numpy.typing import NDArray

from hiwar.audio.pcm import Samples, to_int16

_Integers = NDArray[np.int64]

_CODES: _Integers = np.arange(256, dtype=np.int64)
_SEGMENT: _Integers = _CODES[:128] >> 4
_STEP: _Integers = _CODES[:128] & 0xF

# Columns of G.711 tables 1a and 2a, scaled to 16 bits: where a step begins, and the value it stands for.
_MULAW_EDGES: _Integers = (((2 * _STEP + 32) << _SEGMENT) - 33) * 4
_MULAW_VALUES: _Integers = (((2 * _STEP + 33) << _SEGMENT) - 33) * 4
_ALAW_LEAD: _Integers = np.where(_SEGMENT > 0, 256, 0)
_ALAW_DOUBLINGS: _Integers = np.maximum(_SEGMENT - 1, 0)
_ALAW_EDGES: _Integers = (16 * _STEP + _ALAW_LEAD) << _ALAW_DOUBLINGS
_ALAW_VALUES: _Integers = (16 * _STEP + _ALAW_LEAD + 8) << _ALAW_DOUBLINGS

# The sign bit is set for positive values; of the other seven mu-law sends all inverted, A-law every other one.
_MULAW_MASK = 0x7F
_ALAW_MASK = 0x55


def _decode_table(values: _Integers, mask: int) -> Samples:
    sent = _CODES ^ mask
    signed = np.where(sent & 0x80, values[sent & 0x7F], -values[sent & 0x7F])
    samples: Samples = (signed / 32768).astype(np.float32)
    return samples


def _encode_table(edges: _Integers, mask: int) -> NDArray[np.uint8]:
    """Indexed by the 16 bits of a sample as an unsigned number."""
    signed = np.arange(65536).astype(np.uint16).view(np.int16)
    magnitude = np.where(signed < 0, ~signed, signed)
    step = np.searchsorted(edges, magnitude, side="right") - 1
    return (np.where(signed < 0, step, step | 0x80) ^ mask).astype(np.uint8)


_MULAW_DECODED = _decode_table(_MULAW_VALUES, _MULAW_MASK)
_MULAW_ENCODED = _encode_table(_MULAW_EDGES, _MULAW_MASK)
_ALAW_DECODED = _decode_table(_ALAW_VALUES, _ALAW_MASK)
_ALAW_ENCODED = _encode_table(_ALAW_EDGES, _ALAW_MASK)


def decode_mulaw(data: bytes) -> Samples:
    """One sample a byte."""
    return _MULAW_DECODED[np.frombuffer(data, dtype=np.uint8)]


def encode_mulaw(samples: Samples) -> bytes:
    """One byte a sample, by way of 16 bits."""
    return _MULAW_ENCODED[to_int16(samples).view(np.uint16)].tobytes()


def decode_alaw(data: bytes) -> Samples:
    """One sample a byte."""
    return _ALAW_DECODED[np.frombuffer(data, dtype=np.uint8)]


def encode_alaw(samples: Samples) -> bytes:
    """One byte a sample, by way of 16 bits."""
    return _ALAW_ENCODED[to_int16(samples).view(np.uint16)].tobytes()
