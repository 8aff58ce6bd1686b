"""Keeps a voice as loud as the model made it where its pitch is moved: harmonics then meet other parts of the envelope.

Without it, a lowered voice booms where a harmonic falls on a resonance and fades where none does.
"""

import numpy as np

from hiwar.engines.hibari.graphs import Array
from hiwar.engines.hibari.shaping import HZ_PER_BIN, bass
from hiwar.engines.hibari.voices import Shape

_HIGHEST_HZ = 8000
"""Harmonics above it hardly add to the loudness of a vowel."""

_VOICED_HZ = 40.0
_LOUDEST = 7.0
"""Log magnitude that the model's outputs are held to."""


class Levelling:
    """The gains of one text: holds the last of them, so that the cut into windows is not heard."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._last = np.nan

    def __call__(self, envelope: Array, pitch: Array) -> Array:
        """What to add to the log magnitude of the harmonics of the next n frames, shape (n, 1), 0 without voice.

        `envelope` (n, 601) and `pitch` (n) in Hz are as the model gives them. Each gain is the mean of a frame's own
        and that of the frame before it, if that has a voice.
        """
        gains = np.full(1 + len(pitch), np.nan, np.float32)
        gains[0] = self._last
        voiced = np.flatnonzero(pitch * self._shape.pitch > _VOICED_HZ)
        if len(voiced):
            envelope, hertz = envelope[voiced], pitch[voiced]
            made = _power(envelope, hertz, 1.0, 0.0)
            moved = _power(envelope, hertz * self._shape.pitch, self._shape.formants, self._shape.bass_db)
            gains[1 + voiced] = 0.5 * np.log(made / moved)
        self._last = float(gains[-1])
        before, own = gains[:-1], gains[1:]
        smoothed = np.where(np.isnan(before), own, (before + own) / 2)
        return np.nan_to_num(smoothed)[:, None]


def _power(envelope: Array, hertz: Array, formants: float, bass_db: float) -> Array:
    """Of all harmonics of each frame together, with the envelope stretched and its bass changed."""
    counts = (_HIGHEST_HZ / hertz).astype(np.intp)
    starts = np.cumsum(counts) - counts
    harmonics = np.arange(1, counts.sum() + 1) - np.repeat(starts, counts)
    at_hertz = harmonics.astype(np.float32) * np.repeat(hertz, counts)
    positions = at_hertz * np.float32(1 / (HZ_PER_BIN * formants))
    below = positions.astype(np.intp)
    positions -= below
    below += np.repeat(np.arange(len(hertz)) * envelope.shape[1], counts)
    flat = envelope.ravel()
    magnitudes = flat[below]
    positions *= flat[below + 1] - magnitudes
    magnitudes += positions
    if bass_db:
        magnitudes += bass(bass_db, at_hertz)
    power: Array = np.add.reduceat(np.exp(2 * np.minimum(magnitudes, _LOUDEST)), starts)
    return power
