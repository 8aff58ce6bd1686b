"""Turns the model's spectrum into another speaker's: stretches the envelope, takes bass away.

Pitch is moved before there is a spectrum, in `vocoder`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.hibari.graphs import BINS, Array
from hiwar.engines.hibari.voices import Shape

HZ_PER_BIN = 20
_BASS_HZ = 300
_DB_PER_NEPER = 20 / np.log(10)


class Spectra(NamedTuple):
    """The parts of the spectrum, each of shape (frames, bins): log magnitudes, and phases as the model gives them."""

    harmonics: Array
    harmonics_phase: Array
    noise: Array
    rest: Array
    rest_phase: Array


@dataclass(frozen=True, slots=True)
class Shaping:
    """A speaker's envelope as tables for `bins` bins; `below` is empty when the envelope stays as it is."""

    bins: int
    below: NDArray[np.intp]
    weight: Array
    nearest: NDArray[np.intp]
    bass: Array

    def __call__(self, rows: Array) -> Spectra:
        """Shape rows (frames, 5, 601). Magnitudes are interpolated; phases, which wrap, are the nearest bin's."""
        if not len(self.below):
            return Spectra(*(rows[:, row, : self.bins] for row in range(5)))
        return Spectra(
            self._stretched(rows[:, 0]) + self.bass,
            rows[:, 1, self.nearest],
            self._stretched(rows[:, 2]),
            self._stretched(rows[:, 3]),
            rows[:, 4, self.nearest],
        )

    def _stretched(self, envelope: Array) -> Array:
        stretched: Array = envelope[:, self.below]
        rise = envelope[:, self.below + 1]
        rise -= stretched
        rise *= self.weight
        stretched += rise
        return stretched


def bass(bass_db: float, hertz: Array) -> Array:
    """What a speaker's bass adds to the log magnitude of harmonics at these frequencies."""
    added: Array = (np.clip(1 - hertz / _BASS_HZ, 0, 1) * (bass_db / _DB_PER_NEPER)).astype(np.float32, copy=False)
    return added


def shaping(shape: Shape, bins: int) -> Shaping:
    """The tables of a speaker for the lowest `bins` of the output, 1 to 601."""
    positions = np.arange(bins)
    source = np.minimum(positions / shape.formants, BINS - 1)
    below = np.minimum(source.astype(np.intp), BINS - 2)
    if shape.formants == 1.0 and not shape.bass_db:
        below = below[:0]
    return Shaping(
        bins,
        below,
        (source - below).astype(np.float32) if len(below) else np.zeros(0, np.float32),
        np.rint(source).astype(np.intp),
        bass(shape.bass_db, positions.astype(np.float32) * HZ_PER_BIN),
    )
