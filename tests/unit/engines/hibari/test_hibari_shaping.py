"""Shaping: pitch scales f0, formants move the envelope, the identity changes nothing."""

import numpy as np
import pytest

from hiwar.engines.hibari.shaping import Array, Frames, shape_frames
from hiwar.engines.hibari.voices import SHAPES, VOICES, Shape

BINS, COUNT = 601, 4


def frames(peak: int = 200) -> Frames:
    envelope: Array = np.repeat(
        -(((np.arange(BINS, dtype=np.float32) - peak) / 20) ** 2)[:, None], COUNT, axis=1
    ).astype(np.float32)
    phase: Array = np.repeat(np.arange(BINS, dtype=np.float32)[:, None], COUNT, axis=1)
    return Frames(envelope, phase, envelope, envelope, phase, np.array([0, 100, 200, 0], np.float32))


def test_pitch_scales_the_fundamental_and_keeps_unvoiced_frames() -> None:
    shaped = shape_frames(frames(), Shape(pitch=0.5, formants=1.0, bass_db=0.0, pace=1.0, gain=1.0))
    assert shaped.f0.tolist() == [0, 50, 100, 0]
    np.testing.assert_array_equal(shaped.harmonics, frames().harmonics)


@pytest.mark.parametrize("formants", [0.8, 0.93, 1.1])
def test_formants_move_by_their_factor(formants: float) -> None:
    shaped = shape_frames(frames(), Shape(pitch=1.0, formants=formants, bass_db=0.0, pace=1.0, gain=1.0))
    for rows in (shaped.harmonics, shaped.noise, shaped.rest):
        assert rows.shape == (BINS, COUNT)
        assert rows.dtype == np.float32
        assert int(rows[:, 0].argmax()) == pytest.approx(200 * formants, abs=1)
    assert set(shaped.rest_phase[:, 0].tolist()) <= set(range(BINS))


def test_bass_fades_out_at_300_hz() -> None:
    shaped = shape_frames(frames(), Shape(pitch=1.0, formants=1.0, bass_db=-20.0, pace=1.0, gain=1.0))
    change = (shaped.harmonics - frames().harmonics)[:, 0]
    assert change[0] == pytest.approx(-np.log(10), rel=1e-4)
    assert -np.log(10) < change[7] < 0
    np.testing.assert_array_equal(change[15:], 0)


def test_every_voice_has_a_shape_of_its_own() -> None:
    assert {voice.name for voice in VOICES} == set(SHAPES)
    assert len({(shape.pitch, shape.formants) for shape in SHAPES.values()}) == len(SHAPES)
