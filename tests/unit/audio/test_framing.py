"""Fixed windows out of chunks."""

import numpy as np

from hiwar.audio.framing import Framer
from hiwar.audio.pcm import Samples


def numbers(start: int, stop: int) -> Samples:
    return np.arange(start, stop, dtype=np.float32)


def test_windows_are_whole_and_in_order() -> None:
    framer = Framer(4)
    pushed = [framer.push(numbers(0, 3)), framer.push(numbers(3, 10)), framer.push(numbers(10, 12))]
    assert [[window.tolist() for window in windows] for windows in pushed] == [
        [],
        [[0, 1, 2, 3], [4, 5, 6, 7]],
        [[8, 9, 10, 11]],
    ]


def test_what_waits_is_counted() -> None:
    framer = Framer(4)
    counts = []
    for chunk in (numbers(0, 3), numbers(3, 3), numbers(3, 4), numbers(4, 9)):
        framer.push(chunk)
        counts.append(framer.pending_samples)
    assert counts == [3, 3, 0, 1]


def test_whole_windows_are_not_copied() -> None:
    chunk = numbers(0, 8)
    assert all(np.shares_memory(window, chunk) for window in Framer(4).push(chunk))


def test_a_window_given_out_is_never_written_again() -> None:
    framer = Framer(4)
    framer.push(numbers(0, 2))
    [first] = framer.push(numbers(2, 6))
    framer.push(numbers(6, 8))
    assert first.tolist() == [0, 1, 2, 3]
