"""Signal processing of made-up frames: equal to the package's, whatever the windows; every rate, voice and level."""

import numpy as np
import pytest

dsp = pytest.importorskip("hibari.dsp")

from hiwar.engines.contracts import Samples  # noqa: E402
from hiwar.engines.hibari.graphs import BINS, ROWS, Array  # noqa: E402
from hiwar.engines.hibari.shaping import shaping  # noqa: E402
from hiwar.engines.hibari.vocoder import RATES, TAIL_FRAMES, Vocoder, noise_table, output  # noqa: E402
from hiwar.engines.hibari.voices import SHAPES, Shape  # noqa: E402
from support.hibari_reference import AS_IT_IS, TableNoise, ratio_db  # noqa: E402

FRAMES = 40
NOISE = noise_table()
_RANDOM = np.random.default_rng(7)
ROWS_OF_FRAMES: Array = (_RANDOM.standard_normal((FRAMES, ROWS, BINS)) - [[[0.5], [0], [2.5], [2.5], [0]]]).astype(
    np.float32
)
"""Quiet enough that nothing is limited."""
PITCH: Array = np.where(np.arange(FRAMES) % 20 < 4, 0.0, 180 + 2 * np.arange(FRAMES)).astype(np.float32)


def spoken(
    cuts: list[int], rate: int = 24000, shape: Shape = AS_IT_IS, rows: Array = ROWS_OF_FRAMES, first: int = 2
) -> Samples:
    """Frames `first` to the last but two in windows that end at `cuts`; begins two hops before `first`."""
    to = output(rate)
    vocoder = Vocoder(to, shaping(shape, to.bins), shape, NOISE)
    vocoder.begin(PITCH[: first + 2])
    pieces = []
    for start, stop in zip([first, *cuts], [*cuts, FRAMES - 2], strict=True):
        pieces.append(vocoder.push(rows[start:stop], PITCH[start : stop + 2]))
        assert len(pieces[-1]) == (stop - start) * vocoder.hop
    return np.concatenate([*pieces, vocoder.finish()])


def test_windows_give_what_the_package_gives_for_the_whole() -> None:
    lh, theta, ln, lr, phi = ROWS_OF_FRAMES.transpose(1, 2, 0)
    whole = dsp.synth(lh, theta, ln, lr, phi, PITCH, TableNoise(NOISE))
    windows = spoken([3, 10, 11, 30])
    # Where all four frames that meet in a sample were given: from three hops after the begin to three before the end.
    inner = slice(TAIL_FRAMES * dsp.HOP, -TAIL_FRAMES * dsp.HOP)
    assert ratio_db(windows[inner], whole[: len(windows)][inner]) > 100


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("voice", list(SHAPES))
def test_the_windows_are_not_heard(rate: int, voice: str) -> None:
    whole = spoken([], rate, SHAPES[voice])
    for cuts in ([3], [20], [3, 4, 5, 6], [*range(3, FRAMES - 2)]):
        np.testing.assert_allclose(spoken(cuts, rate, SHAPES[voice]), whole, atol=2e-5)


@pytest.mark.parametrize("rate", RATES)
def test_every_rate_has_its_own_length(rate: int) -> None:
    assert len(spoken([20], rate)) == (FRAMES - 4 + TAIL_FRAMES) * rate // 80


def test_frames_are_silent_before_the_very_first() -> None:
    assert np.isfinite(spoken([10], first=0)).all()


def test_loud_frames_are_held_below_full_scale_and_others_left_alone() -> None:
    quiet = spoken([])
    assert 0.01 < np.abs(quiet).max() < 0.7
    loud = spoken([], rows=ROWS_OF_FRAMES + np.array([[[3], [0], [3], [3], [0]]], np.float32))
    assert 0.9 < np.abs(loud).max() < 0.96
    within = np.abs(loud) < 0.7
    np.testing.assert_allclose(loud[within], quiet[within] * np.exp(3), rtol=1e-3, atol=1e-4)


def test_noise_does_not_repeat_from_frame_to_frame_or_change_from_run_to_run() -> None:
    assert len({row.tobytes() for row in NOISE}) == len(NOISE)
    np.testing.assert_array_equal(NOISE, noise_table())
    assert np.mean(np.abs(NOISE) ** 2) == pytest.approx(2, rel=0.01)
