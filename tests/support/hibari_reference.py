"""What the hibari engine is compared with: the package's own signal processing, with the same noise."""

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import Samples
from hiwar.engines.hibari.voices import Shape

AS_IT_IS = Shape(pitch=1.0, formants=1.0, bass_db=0.0, pace=1.0, gain=1.0)
"""The model's voice, unshaped."""


class TableNoise:
    """Stands in for the generator that `hibari.dsp.synth` draws from: the engine's noise, from its first frame on."""

    def __init__(self, table: NDArray[np.complex64]) -> None:
        self._table = table

    def standard_normal(self, shape: tuple[int, int], dtype: type[np.float32]) -> NDArray[np.float32]:
        bins, columns = shape
        frames = self._table.take(np.arange(columns // 2), axis=0, mode="wrap")[:, :bins]
        return np.ascontiguousarray(frames.T).view(dtype)


def ratio_db(found: Samples, expected: Samples) -> float:
    """Level of `expected` over that of the difference."""
    return float(10 * np.log10(np.sum(expected.astype(np.float64) ** 2) / np.sum((found - expected) ** 2.0)))
