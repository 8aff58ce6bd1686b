"""The frames of a phoneme string, computed in blocks as they are asked for; those passed by are dropped."""

import numpy as np

from hiwar.engines.hibari.acoustic import FRAMES_PER_UNIT, AcousticModel, FrameRun, Timing
from hiwar.engines.hibari.graphs import Array

CONTEXT_UNITS = 54
"""Exact receptive field of the prosody part on each side: what a block is computed with and not kept."""

_AUDIBLE_ENERGY = 0.2
"""About 45 dB below full scale."""


class FrameSource:
    """Frames `start` to `stop` of a string are at hand; all of it has been computed when `is_complete`."""

    def __init__(self, model: AcousticModel, timing: Timing) -> None:
        self._model = model
        self._timing = timing
        self._units = 0
        self._start = 0
        self._held = FrameRun(np.zeros((1, 0, 0), np.float32), np.zeros(0, np.float32))

    @property
    def stop(self) -> int:
        """The frame after the last one at hand."""
        return FRAMES_PER_UNIT * self._units

    @property
    def is_complete(self) -> bool:
        """Whether all frames have been computed."""
        return self._units == len(self._timing.unit_phonemes)

    def extend(self, until: int, drop: int = 0) -> None:
        """Compute the block from `stop` to about the frame `until`; what lies before the frame `drop` may go."""
        total = len(self._timing.unit_phonemes)
        stop = -(-until // FRAMES_PER_UNIT)
        # A rest that is hardly longer than its own context is not worth a run.
        if total - stop < CONTEXT_UNITS:
            stop = total
        low, high = max(0, self._units - CONTEXT_UNITS), min(total, stop + CONTEXT_UNITS)
        run = self._model.frames(self._timing, low, high)
        fresh = slice(FRAMES_PER_UNIT * (self._units - low), FRAMES_PER_UNIT * (stop - low))
        if self._units == 0:
            self._held = FrameRun(run.features[:, :, fresh], run.pitch[fresh])
        else:
            kept = slice(max(0, drop - self._start), None)
            self._held = FrameRun(
                np.concatenate((self._held.features[:, :, kept], run.features[:, :, fresh]), axis=2),
                np.concatenate((self._held.pitch[kept], run.pitch[fresh])),
            )
            self._start += kept.start
        self._units = stop

    def features(self, start: int, stop: int) -> Array:
        """The decoder's input for frames at hand, shape (1, 130, stop - start)."""
        return self._held.features[:, :, start - self._start : stop - self._start]

    def pitch(self, start: int, stop: int) -> Array:
        """Pitch in Hz of frames at hand."""
        return self._held.pitch[start - self._start : stop - self._start]

    def audible(self) -> tuple[int, int] | None:
        """The first and the last frame at hand that can be heard."""
        loud = np.flatnonzero(self._held.energy > _AUDIBLE_ENERGY)
        return (self._start + int(loud[0]), self._start + int(loud[-1])) if len(loud) else None
