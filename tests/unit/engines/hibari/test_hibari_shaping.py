"""Shaping: formants move the envelope, bass goes where the fundamental is lowered, the identity changes nothing."""

import numpy as np
import pytest

from hiwar.engines.hibari.graphs import BINS, ROWS, Array
from hiwar.engines.hibari.shaping import shaping
from hiwar.engines.hibari.voices import SHAPES, VOICES, Shape

COUNT = 4
NARROW_BINS = 201


def shape(formants: float = 1.0, bass_db: float = 0.0) -> Shape:
    return Shape(pitch=1.0, formants=formants, bass_db=bass_db, pace=1.0, gain=1.0)


def rows(peak: int = 120) -> Array:
    """Envelopes with one peak; phases that number the bins."""
    bins = np.arange(BINS, dtype=np.float32)
    envelope = -(((bins - peak) / 20) ** 2)
    frame = np.stack((envelope, bins, envelope, envelope, bins))
    made: Array = np.repeat(frame[None], COUNT, axis=0).astype(np.float32)
    assert made.shape == (COUNT, ROWS, BINS)
    return made


@pytest.mark.parametrize("bins", [NARROW_BINS, BINS])
def test_the_model_s_own_voice_stays_as_it_is(bins: int) -> None:
    for row, part in enumerate(shaping(shape(), bins)(rows())):
        np.testing.assert_array_equal(part, rows()[:, row, :bins])


@pytest.mark.parametrize("bins", [NARROW_BINS, BINS])
@pytest.mark.parametrize("formants", [0.8, 0.93, 1.1])
def test_formants_move_by_their_factor(formants: float, bins: int) -> None:
    shaped = shaping(shape(formants), bins)(rows())
    for envelope in (shaped.harmonics, shaped.noise, shaped.rest):
        assert envelope.shape == (COUNT, bins)
        assert envelope.dtype == np.float32
        assert int(envelope[0].argmax()) == pytest.approx(120 * formants, abs=1)
    for phases in (shaped.harmonics_phase, shaped.rest_phase):
        np.testing.assert_allclose(phases[0], np.minimum(np.arange(bins) / formants, BINS - 1), atol=0.51)
        assert set(phases[0].tolist()) <= set(range(BINS))


def test_fewer_bins_are_the_lowest_of_all() -> None:
    for shape_of_voice in SHAPES.values():
        wide, narrow = (shaping(shape_of_voice, bins)(rows()) for bins in (BINS, NARROW_BINS))
        for all_bins, low_bins in zip(wide, narrow, strict=True):
            np.testing.assert_array_equal(all_bins[:, :NARROW_BINS], low_bins)


def test_bass_fades_out_at_300_hz() -> None:
    change = (shaping(shape(bass_db=-20.0), BINS)(rows()).harmonics - rows()[:, 0])[0]
    assert change[0] == pytest.approx(-np.log(10), rel=1e-4)
    assert -np.log(10) < change[7] < 0
    np.testing.assert_array_equal(change[15:], 0)


def test_every_voice_has_a_shape_of_its_own() -> None:
    assert {voice.name for voice in VOICES} == set(SHAPES)
    assert len({(shape.pitch, shape.formants) for shape in SHAPES.values()}) == len(SHAPES)
