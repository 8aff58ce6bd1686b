"""Cuts a stream of chunks into the fixed windows that a model takes. Holds less than one window."""

import numpy as np

from hiwar.audio.pcm import Samples


class Framer:
    """Windows of exactly `window_samples`, in order and without overlap."""

    def __init__(self, window_samples: int) -> None:
        self._window_samples = window_samples
        self._partial: Samples = np.empty(window_samples, dtype=np.float32)
        self._held = 0

    @property
    def pending_samples(self) -> int:
        """Samples that wait for the rest of their window; fewer than a window."""
        return self._held

    def push(self, samples: Samples) -> list[Samples]:
        """The windows that became complete; those that lie whole in `samples` are views of it."""
        if not self._held:
            return self._slice(samples)
        taken = min(self._window_samples - self._held, samples.size)
        self._partial[self._held : self._held + taken] = samples[:taken]
        self._held += taken
        if self._held < self._window_samples:
            return []
        window, self._partial = self._partial, np.empty_like(self._partial)
        self._held = 0
        return [window, *self._slice(samples[taken:])]

    def _slice(self, samples: Samples) -> list[Samples]:
        size = self._window_samples
        whole = samples.size - samples.size % size
        self._held = samples.size - whole
        self._partial[: self._held] = samples[whole:]
        return [samples[start : start + size] for start in range(0, whole, size)]
