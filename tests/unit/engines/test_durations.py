"""Durations at another speed: whole units, as long in all as asked for, no sound lost, no error piling up."""

import numpy as np
import pytest

from hiwar.engines.durations import spread

DURATIONS = np.random.default_rng(5).uniform(0.9, 4.0, 200)


@pytest.mark.parametrize("speed", [0.5, 0.73, 1.0, 1.1, 1.3, 1.4, 1.7])
def test_each_stretch_lasts_as_long_as_asked(speed: float) -> None:
    ends, expected = np.cumsum(spread(DURATIONS, speed)), np.cumsum(DURATIONS) / speed
    assert np.abs(ends - expected).max() < 2
    assert abs(ends[-1] - expected[-1]) <= 1


def test_equal_sounds_take_turns_in_being_longer() -> None:
    assert spread(np.full(6, 3), 2.0).tolist() == [2, 1, 2, 1, 2, 1]


def test_no_sound_is_lost_and_a_long_one_gives_back_what_short_ones_took() -> None:
    assert spread(np.array([1, 1, 1, 1, 9]), 2.0).tolist() == [1, 1, 1, 1, 2]
    assert spread(np.array([0.1] * 5), 2.0).tolist() == [1] * 5


def test_whole_durations_stay_as_they_are_at_normal_speed() -> None:
    durations = np.array([14, 1, 2, 7, 1])
    np.testing.assert_array_equal(spread(durations, 1.0), durations)
    assert spread(durations[:0], 0.5).size == 0
