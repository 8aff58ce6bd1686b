"""Unit tests of the buffer of one stream: positions, views and its fixed size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.pipelines.utterance_buffer import UtteranceBuffer


def ramp(start: int, stop: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.arange(start, stop, dtype=np.float32)


def test_positions_count_from_the_start_of_the_stream() -> None:
    buffer = UtteranceBuffer(10)
    buffer.append(ramp(0, 8))
    buffer.drop_before(5)
    buffer.append(ramp(8, 15))
    assert (buffer.begin, buffer.end) == (5, 15)
    assert buffer.view(7, 12).tolist() == [7, 8, 9, 10, 11]


def test_a_view_is_no_copy() -> None:
    buffer = UtteranceBuffer(10)
    buffer.append(ramp(0, 8))
    assert np.shares_memory(buffer.view(0, 4), buffer.view(2, 8))


def test_more_than_the_capacity_is_refused() -> None:
    buffer = UtteranceBuffer(10)
    buffer.append(ramp(0, 10))
    with pytest.raises(ValueError, match="full"):
        buffer.append(ramp(10, 11))


@pytest.mark.parametrize(("start", "stop"), [(4, 8), (5, 16), (9, 8)])
def test_a_view_of_what_is_not_held_is_refused(start: int, stop: int) -> None:
    buffer = UtteranceBuffer(10)
    buffer.append(ramp(0, 10))
    buffer.drop_before(5)
    with pytest.raises(ValueError, match="does not hold"):
        buffer.view(start, stop)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(-5, 40)), max_size=30))
def test_whatever_is_dropped_the_rest_stays_in_place(moves: list[tuple[int, int]]) -> None:
    buffer = UtteranceBuffer(1000)
    for count, drop in moves:
        buffer.append(ramp(buffer.end, buffer.end + count))
        buffer.drop_before(buffer.begin + drop)
        assert buffer.view(buffer.begin, buffer.end).tolist() == list(range(buffer.begin, buffer.end))
