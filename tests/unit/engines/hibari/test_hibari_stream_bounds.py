"""Strings whose sound begins where the frames at hand, or the string itself, end: scripted frames, no model."""

from typing import cast

import numpy as np
import pytest

dsp = pytest.importorskip("hibari.dsp")

from hiwar.engines.contracts import Samples  # noqa: E402
from hiwar.engines.hibari.acoustic import AcousticModel, FrameRun, Timing  # noqa: E402
from hiwar.engines.hibari.graphs import BINS, ROWS, Array  # noqa: E402
from hiwar.engines.hibari.shaping import shaping  # noqa: E402
from hiwar.engines.hibari.stream import Schedule, Stretch, speak  # noqa: E402
from hiwar.engines.hibari.vocoder import TAIL_FRAMES, Vocoder, noise_table, output  # noqa: E402
from support.hibari_reference import AS_IT_IS  # noqa: E402

NOISE = noise_table()


class ScriptedModel:
    """`loud` frames of a string are audible; every frame has a pitch and a spectrum of its own."""

    def __init__(self, loud: set[int]) -> None:
        self._loud = loud

    def frames(self, _: Timing, start: int, stop: int) -> FrameRun:
        frames = np.arange(2 * start, 2 * stop)
        features = np.zeros((1, 130, len(frames)), np.float32)
        features[0, 0] = frames
        features[0, 129] = [1.8 if frame in self._loud else -1.9 for frame in frames]
        return FrameRun(features, (100 + frames % 37).astype(np.float32))

    def spectrum(self, features: Array, start: int, stop: int) -> Array:
        assert start < stop <= features.shape[2]
        rows = np.full((stop - start, ROWS, BINS), -3.0, np.float32)
        rows[:, 0] += (features[0, 0, start:stop, None] % 5).astype(np.float32)
        return rows


def spoken(frame_count: int, loud: set[int], schedule: Schedule) -> list[Stretch]:
    units = np.array([1, frame_count // 2 - 1], np.intp)
    none = np.zeros((1, 0, 0), np.float32)
    timing = Timing(
        speed=1.0,
        durations=units,
        unit_phonemes=np.repeat(np.arange(2), units),
        sound_features=none,
        pitch_features=none,
    )
    to = output(dsp.SR)
    vocoder = Vocoder(to, shaping(AS_IT_IS, to.bins), AS_IT_IS, NOISE)
    return [*speak(cast("AcousticModel", ScriptedModel(loud)), timing, vocoder, schedule)]


def joined(stretches: list[Stretch]) -> Samples:
    return np.concatenate([stretch.samples for stretch in stretches])


@pytest.mark.parametrize("first", range(6))
@pytest.mark.parametrize("frame_count", [6, 80, 1000])
def test_a_sound_at_the_very_end_of_a_string_is_spoken(frame_count: int, first: int) -> None:
    found = spoken(frame_count, {frame_count - 1 - first}, Schedule())
    assert found[-1].stop == frame_count
    samples = joined(found)
    assert np.isfinite(samples).all()
    assert 0 < samples.size <= (1 + 6 + TAIL_FRAMES) * dsp.HOP


@pytest.mark.parametrize("first", [36, 37, 38, 39, 40, 41])
def test_a_sound_that_begins_at_the_end_of_a_block_is_what_it_is_elsewhere(first: int) -> None:
    loud = set(range(first, 900))
    at_once = joined(spoken(1000, loud, Schedule(windows=(1000,))))
    in_blocks = joined(spoken(1000, loud, Schedule(windows=(16, 32, 64), block_frames=20)))
    np.testing.assert_allclose(in_blocks, at_once, atol=2e-5)


def test_windows_that_end_with_the_string_leave_no_empty_one() -> None:
    for size in (1, 2, 3, 7):
        found = spoken(80, set(range(10, 80)), Schedule(windows=(size,)))
        assert found[-1].stop == 80
        assert all(stretch.samples.size for stretch in found if stretch.stop > stretch.start)
