"""The soft limit: faint samples untouched, loud ones in order below full scale, pieces without a seam."""

import numpy as np

from hiwar.audio.limiting import limited


def test_faint_samples_stay_as_they_are() -> None:
    faint = np.linspace(-0.7, 0.7, 1001, dtype=np.float32)
    np.testing.assert_array_equal(limited(faint), faint)
    assert limited(np.zeros(0, np.float32)).size == 0


def test_loud_samples_are_pressed_below_full_scale_and_keep_their_sign_and_order() -> None:
    rising = np.linspace(0.7, 2.0, 500, dtype=np.float32)
    pressed = limited(rising)
    assert pressed.dtype == np.float32
    assert (np.diff(pressed) > 0).all()
    assert pressed.max() < 0.95
    np.testing.assert_array_equal(limited(-rising), -pressed)
    assert np.abs(limited(np.array([-1e6, 1e6], np.float32))).max() <= 0.951


def test_the_limit_begins_without_a_corner() -> None:
    around = np.array([0.69, 0.70, 0.71], np.float32)
    below, above = np.diff(limited(around))
    assert abs(above - below) < 1e-4


def test_pieces_are_what_the_whole_is() -> None:
    loud = (np.random.default_rng(1).standard_normal(1000)).astype(np.float32)
    pieces = [limited(loud[start : start + 37]) for start in range(0, 1000, 37)]
    np.testing.assert_allclose(np.concatenate(pieces), limited(loud), atol=1e-6)
