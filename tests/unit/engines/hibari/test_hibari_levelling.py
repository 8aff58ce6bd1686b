"""Levelling: the harmonics of a moved pitch have the power of the model's own, whatever the windows."""

from dataclasses import replace

import numpy as np
import pytest

from hiwar.engines.hibari.graphs import BINS, Array
from hiwar.engines.hibari.levelling import Levelling
from hiwar.engines.hibari.shaping import shaping
from hiwar.engines.hibari.voices import SHAPES, Shape

FRAMES = 30
HIGHEST_HZ = 8000
_RANDOM = np.random.default_rng(3)
ROWS: Array = np.cumsum(_RANDOM.uniform(-0.3, 0.28, (FRAMES, 5, BINS)), axis=2, dtype=np.float32)
PITCH: Array = np.linspace(150, 260, FRAMES, dtype=np.float32)


def power(envelope: Array, hertz: float) -> float:
    harmonics = np.arange(hertz, HIGHEST_HZ, hertz)
    return float(np.exp(2 * np.minimum(np.interp(harmonics / 20, np.arange(BINS), envelope), 7)).sum())


@pytest.mark.parametrize("voice", ["male", "female-low", "english-female"])
def test_a_steady_frame_keeps_the_power_of_its_harmonics(voice: str) -> None:
    shape = SHAPES[voice]
    for frame in range(FRAMES):
        rows, pitch = np.repeat(ROWS[frame : frame + 1], 3, axis=0), np.repeat(PITCH[frame], 3)
        shaped = shaping(shape, BINS)(rows).harmonics + Levelling(shape)(rows[:, 0], pitch)
        made, moved = power(rows[2, 0], pitch[2]), power(shaped[2], pitch[2] * shape.pitch)
        assert 10 * np.log10(moved / made) == pytest.approx(0, abs=0.5)


def test_the_gain_of_a_frame_is_the_mean_with_the_frame_before() -> None:
    gains = Levelling(SHAPES["male"])(ROWS[:, 0], PITCH)[:, 0]
    alone = [Levelling(SHAPES["male"])(ROWS[frame : frame + 1, 0], PITCH[frame : frame + 1]) for frame in range(FRAMES)]
    own = np.concatenate(alone)[:, 0]
    np.testing.assert_allclose(gains[1:], (own[1:] + own[:-1]) / 2, atol=1e-5)
    assert np.ptp(own) > 0.1
    assert gains[0] == own[0]


def test_frames_without_voice_stay_as_they_are_and_lend_nothing() -> None:
    pitch = np.where(np.arange(FRAMES) % 5 < 2, 1e-3, PITCH).astype(np.float32)
    gains = Levelling(SHAPES["male"])(ROWS[:, 0], pitch)[:, 0]
    np.testing.assert_array_equal(gains[np.arange(FRAMES) % 5 < 2], 0)
    np.testing.assert_array_equal(gains[2], Levelling(SHAPES["male"])(ROWS[2:3, 0], pitch[2:3])[0, 0])
    assert not Levelling(SHAPES["male"])(ROWS[:, 0], np.zeros_like(PITCH)).any()


def test_the_windows_are_not_heard() -> None:
    whole = Levelling(SHAPES["male"])(ROWS[:, 0], PITCH)
    levelling = Levelling(SHAPES["male"])
    windows = [levelling(ROWS[cut, 0], PITCH[cut]) for cut in (slice(0, 1), slice(1, 12), slice(12, FRAMES))]
    np.testing.assert_allclose(np.concatenate(windows), whole, atol=1e-6)


def test_a_pitch_that_stays_needs_no_gain() -> None:
    still: Shape = replace(SHAPES["male"], pitch=1.0, formants=1.0, bass_db=0.0)
    np.testing.assert_array_equal(Levelling(still)(ROWS[:, 0], PITCH), 0)
