"""The audio of one stream that may still be needed, addressed by stream position: one thread adds, others may look."""

import numpy as np

from hiwar.engines.contracts import Samples


class UtteranceBuffer:
    """Samples from `begin` to `end`, positions counted from the start of the stream. Holds at most `capacity`.

    What a view shows never changes: audio is only added behind it, and moves to a fresh array when there is no room.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        # Set in one piece, for those who look meanwhile: an array, and the position of its first sample.
        self._held: tuple[Samples, int] = (np.empty(2 * capacity, np.float32), 0)
        self._begin = 0
        self._end = 0

    @property
    def begin(self) -> int:
        """Position of the oldest sample that is held."""
        return self._begin

    @property
    def end(self) -> int:
        """Position after the newest sample."""
        return self._end

    def append(self, samples: Samples) -> None:
        """Add the next samples of the stream. Raises ValueError past the capacity: the caller drops in time."""
        end = self._end + len(samples)
        if end - self._begin > self._capacity:
            raise ValueError("the utterance buffer is full")
        array, origin = self._held
        if end - origin > len(array):
            fresh = np.empty(len(array), np.float32)
            fresh[: self._end - self._begin] = array[self._begin - origin : self._end - origin]
            array, origin = self._held = (fresh, self._begin)
        array[self._end - origin : end - origin] = samples
        self._end = end

    def view(self, start: int, stop: int) -> Samples:
        """The samples from `start` to `stop`, not copied."""
        array, origin = self._held
        if not self._begin <= start <= stop <= self._end:
            raise ValueError("the utterance buffer does not hold these positions")
        return array[start - origin : stop - origin]

    def drop_before(self, position: int) -> None:
        """Let go of everything before `position`; positions that are already gone change nothing."""
        self._begin = max(self._begin, min(position, self._end))
