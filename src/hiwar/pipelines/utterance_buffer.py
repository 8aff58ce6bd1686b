"""The audio of one stream that may still be needed, in one array of fixed size, addressed by stream position."""

import numpy as np

from hiwar.engines.contracts import Samples


class UtteranceBuffer:
    """Samples from `begin` to `end`, positions counted from the start of the stream. Holds at most `capacity`."""

    def __init__(self, capacity: int) -> None:
        self._samples = np.zeros(capacity, np.float32)
        self._begin = 0
        self._length = 0

    @property
    def begin(self) -> int:
        """Position of the oldest sample that is held."""
        return self._begin

    @property
    def end(self) -> int:
        """Position after the newest sample."""
        return self._begin + self._length

    def append(self, samples: Samples) -> None:
        """Add the next samples of the stream. Raises ValueError past the capacity: the caller drops in time."""
        if self._length + len(samples) > len(self._samples):
            raise ValueError("the utterance buffer is full")
        self._samples[self._length : self._length + len(samples)] = samples
        self._length += len(samples)

    def view(self, start: int, stop: int) -> Samples:
        """The samples from `start` to `stop`, not copied: valid until the next `append` or `drop_before`."""
        if not self._begin <= start <= stop <= self.end:
            raise ValueError("the utterance buffer does not hold these positions")
        return self._samples[start - self._begin : stop - self._begin]

    def drop_before(self, position: int) -> None:
        """Let go of everything before `position`; positions that are already gone change nothing."""
        dropped = min(position, self.end) - self._begin
        if dropped <= 0:
            return
        kept = self._length - dropped
        self._samples[:kept] = self._samples[dropped : self._length]
        self._begin, self._length = self._begin + dropped, kept
