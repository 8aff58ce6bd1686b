"""Turns the model's frames into another speaker's: moves the pitch and stretches the spectral envelope."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.hibari.voices import Shape

Array = NDArray[np.float32]

_HZ_PER_BIN = 20
_BASS_HZ = 300
_DB_PER_NEPER = 20 / np.log(10)


class Frames(NamedTuple):
    """The model's outputs, one column per frame of 12.5 ms, 601 bins up to 12 kHz; `f0` in Hz, 0 where unvoiced.

    Log magnitude and phase of the harmonic part, log magnitude of the noise, log magnitude and phase of the rest.
    """

    harmonics: Array
    harmonics_phase: Array
    noise: Array
    rest: Array
    rest_phase: Array
    f0: Array


def shape_frames(frames: Frames, shape: Shape) -> Frames:
    """The frames of the shaped speaker. Magnitudes are interpolated, phases, which wrap, taken from the nearest bin."""
    f0 = frames.f0 * np.float32(shape.pitch)
    if shape.formants == 1.0 and not shape.bass_db:
        return frames._replace(f0=f0)
    bins = len(frames.harmonics)
    bass = shape.bass_db / _DB_PER_NEPER * np.clip(1 - np.arange(bins) * _HZ_PER_BIN / _BASS_HZ, 0, 1)
    source = np.minimum(np.arange(bins) / shape.formants, bins - 1)
    nearest = np.rint(source).astype(np.intp)
    return Frames(
        _interpolated(frames.harmonics, source) + bass.astype(np.float32)[:, None],
        frames.harmonics_phase[nearest],
        _interpolated(frames.noise, source),
        _interpolated(frames.rest, source),
        frames.rest_phase[nearest],
        f0,
    )


def _interpolated(rows: Array, source: NDArray[np.float64]) -> Array:
    below = np.minimum(source.astype(np.intp), len(rows) - 2)
    weight = (source - below).astype(np.float32)[:, None]
    mixed: Array = rows[below] * (1 - weight) + rows[below + 1] * weight
    return mixed
