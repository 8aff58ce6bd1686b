"""Samples and their 16-bit form. Every other module of audio imports `Samples` from here."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono audio, shape (n,), full scale -1.0 to 1.0."""

_FULL_SCALE = 32768.0


def from_linear16(data: bytes) -> Samples:
    """Signed 16-bit little-endian bytes, a whole number of samples, as floats; exact."""
    return np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(_FULL_SCALE)


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """Finite samples rounded to the nearest step (ties to even); what lies outside full scale is clipped.

    The inverse of `from_linear16`: what came from 16 bits goes back unchanged.
    """
    steps = np.rint(samples * np.float32(_FULL_SCALE))
    clipped: NDArray[np.int16] = np.clip(steps, -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
    return clipped


def to_linear16(samples: Samples) -> bytes:
    """`to_int16` as little-endian bytes."""
    return to_int16(samples).astype("<i2", copy=False).tobytes()
