"""Voice activity that hears tone pairs and nothing else."""

import numpy as np

from hiwar.engines.contracts import EngineInfo, Samples
from hiwar.engines.tone import code
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE

_WINDOW_SAMPLES = 512
# Of two halves of 16 ms one always lies for 11 ms or more in one symbol: coherent even across a gap.
_HALF_SAMPLES = _WINDOW_SAMPLES // 2
_BASIS = code.analysis_basis(_HALF_SAMPLES, MODEL_SAMPLE_RATE)
_THRESHOLD = 0.4
# Between words at speed 1.0 lie 70 ms of silence, which leave two windows of 32 ms without a clear tone.
_HELD_WINDOWS = 2


class ToneVoiceActivityStream:
    """Says 1.0 while tone pairs sound and for 64 ms after, which bridges characters and words; else 0.0."""

    def __init__(self) -> None:
        self._held_windows = 0

    def probability(self, window: Samples) -> float:
        """`window` is 512 samples at 16 kHz."""
        halves = window.reshape(2, _HALF_SAMPLES)
        energy = np.einsum("ij,ij->i", halves, halves, dtype=np.float64)
        if code.pair_strength(halves @ _BASIS, energy, _HALF_SAMPLES).max() > _THRESHOLD:
            self._held_windows = _HELD_WINDOWS
            return 1.0
        held, self._held_windows = self._held_windows, max(self._held_windows - 1, 0)
        return 1.0 if held else 0.0


class ToneVoiceActivity:
    """Opens streams; holds nothing."""

    @property
    def info(self) -> EngineInfo:
        """What it is; `model` is `none`."""
        return EngineInfo("tone", code.MODEL, code.LICENCE, LANGUAGES, MODEL_SAMPLE_RATE)

    @property
    def window_samples(self) -> int:
        """512: 32 ms at 16 kHz."""
        return _WINDOW_SAMPLES

    def open(self) -> ToneVoiceActivityStream:
        """A stream that has heard nothing."""
        return ToneVoiceActivityStream()

    def close(self) -> None:
        """Nothing is held."""
