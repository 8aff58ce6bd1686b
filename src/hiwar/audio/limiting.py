"""Holds what is too loud below full scale. Each sample is pressed for itself, so that pieces join without a seam."""

import numpy as np

from hiwar.audio.pcm import Samples

_FROM, _TO = 0.7, 0.95
"""Samples fainter than the first stay as they are; louder ones are pressed together between the two."""


def limited(samples: Samples) -> Samples:
    """Samples of any height within -0.95 to 0.95."""
    loudness = np.abs(samples)
    if loudness.max(initial=0.0) > _FROM:
        room = _TO - _FROM
        pressed = _FROM + room * np.tanh((loudness - _FROM) / room)
        samples = np.where(loudness > _FROM, np.copysign(pressed, samples), samples)
    return samples
