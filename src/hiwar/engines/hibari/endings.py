"""How a phoneme string ends: with the fade that the model gives it, or a short one where the sentence goes on."""

import math

import numpy as np

from hiwar.engines.contracts import Samples
from hiwar.engines.hibari.stream import fade_ms
from hiwar.engines.pauses import pause_ms
from hiwar.engines.reading.phonemizer import Phonemes

_OPEN_FADE_MS = 20
_AUDIBLE = 0.004
"""Root mean square of what can be heard, -48 dB below full scale."""

_BLOCKS_PER_S = 200


def ended(samples: Samples, phonemes: Phonemes, speed: float, sample_rate: int, at_least_ms: float) -> Samples:
    """The last samples of a string with the pause that follows it, together no shorter than asked.

    `samples` end as `stream.speak` ends them.
    """
    faded_ms = fade_ms(speed)
    if phonemes.continues:
        samples, faded_ms = _cut_short(samples, sample_rate), _OPEN_FADE_MS
    rest_ms = pause_ms(phonemes.text, continues=phonemes.continues, speed=speed) - faded_ms
    missing = math.ceil(at_least_ms * sample_rate / 1000) - len(samples)
    return np.concatenate((samples, np.zeros(max(0, missing, round(rest_ms * sample_rate / 1000)), np.float32)))


def _cut_short(samples: Samples, sample_rate: int) -> Samples:
    """Up to the last block that can be heard, and what follows it for the length of the short fade."""
    block = sample_rate // _BLOCKS_PER_S
    power = np.square(samples[: len(samples) // block * block]).reshape(-1, block).mean(axis=1)
    heard = block * (int(np.flatnonzero(power > _AUDIBLE**2).max(initial=-1)) + 1)
    kept = samples[: heard + sample_rate * _OPEN_FADE_MS // 1000].copy()
    kept[heard:] *= np.linspace(1, 0, len(kept) - heard, dtype=np.float32)
    return kept
