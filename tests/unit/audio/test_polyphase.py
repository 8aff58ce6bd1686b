"""Rate conversion for synthesis: length, fidelity, what is held back, and the same output however it is cut."""

from itertools import pairwise

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from hiwar.audio.pcm import Samples
from hiwar.audio.polyphase import PolyphaseResampler

WIDE_PAIRS = [
    (24000, 22050),
    (24000, 44100),
    (24000, 48000),
    (24000, 16000),
    (22050, 24000),
    (22050, 16000),
    (22050, 44100),
    (22050, 48000),
    (16000, 22050),
    (16000, 24000),
    (16000, 44100),
    (16000, 48000),
    (48000, 44100),
]
TELEPHONE_PAIRS = [(24000, 8000), (22050, 8000), (16000, 8000), (48000, 8000), (8000, 16000)]
PAIRS = WIDE_PAIRS + TELEPHONE_PAIRS
CHUNK_SAMPLES = 97


def tones(hertz: NDArray[np.float64], rate: int) -> Samples:
    """One second of tones of the same level and scattered phases; 1 is the most they reach together."""
    angles = 2 * np.pi * np.outer(hertz, np.arange(rate) / rate) + np.arange(hertz.size)[:, None] ** 2
    together: Samples = np.sin(angles).mean(axis=0).astype(np.float32)
    return together


def level_db(samples: Samples) -> float:
    """Of the inner part, away from the edges."""
    inner = samples[samples.size // 4 : -samples.size // 4]
    return float(10 * np.log10(np.mean(inner.astype(np.float64) ** 2)))


def converted(samples: Samples, source_rate: int, target_rate: int) -> Samples:
    resampler = PolyphaseResampler(source_rate, target_rate)
    return np.concatenate((resampler.process(samples), resampler.flush()))


@pytest.mark.parametrize(("source_rate", "target_rate"), PAIRS)
@pytest.mark.parametrize("sample_count", [0, 1, 2, 100, 12345])
def test_length_is_the_ratio_of_the_rates(source_rate: int, target_rate: int, sample_count: int) -> None:
    produced = converted(np.ones(sample_count, dtype=np.float32), source_rate, target_rate)
    assert abs(produced.size - sample_count * target_rate / source_rate) <= 0.5
    assert produced.dtype == np.float32


@pytest.mark.parametrize(
    ("source_rate", "target_rate", "most_db"),
    [(*pair, -85) for pair in WIDE_PAIRS] + [(*p, -60) for p in TELEPHONE_PAIRS],
)
def test_tones_keep_their_place_and_shape(source_rate: int, target_rate: int, most_db: float) -> None:
    hertz = np.linspace(100, 0.85 * min(source_rate, target_rate) / 2, 20)
    expected = tones(hertz, target_rate)
    produced = converted(tones(hertz, source_rate), source_rate, target_rate)
    assert level_db(produced - expected) - level_db(expected) < most_db


def test_noise_in_the_band_is_as_from_soxr() -> None:
    noise = np.random.default_rng(1).standard_normal(24000).astype(np.float32)
    expected, produced = soxr.resample(noise, 24000, 22050, "VHQ"), converted(noise, 24000, 22050)
    in_band = slice(0, round(0.85 * 22050 / 2))
    inner = np.hanning(22050)
    reference, difference = (np.fft.rfft(signal * inner)[in_band] for signal in (expected, produced - expected))
    assert 20 * np.log10(np.linalg.norm(difference) / np.linalg.norm(reference)) < -70


@pytest.mark.parametrize(
    ("source_rate", "target_rate", "most_db"),
    [(24000, 16000, -80), (22050, 16000, -80), (24000, 8000, -58), (48000, 8000, -58), (16000, 8000, -58)],
)
def test_what_the_lower_rate_cannot_hold_is_filtered_out(source_rate: int, target_rate: int, most_db: float) -> None:
    beyond = tones(np.array([1.17 * target_rate / 2]), source_rate)
    assert level_db(converted(beyond, source_rate, target_rate)) - level_db(beyond) < most_db


@pytest.mark.parametrize(
    ("source_rate", "target_rate", "most_db"),
    [(24000, 48000, -80), (22050, 48000, -80), (16000, 44100, -80), (8000, 16000, -57)],
)
def test_a_higher_rate_hears_no_image_of_the_band(source_rate: int, target_rate: int, most_db: float) -> None:
    produced = converted(tones(np.array([0.83 * source_rate / 2]), source_rate), source_rate, target_rate)
    spectrum_db = 20 * np.log10(np.abs(np.fft.rfft(produced * np.hanning(target_rate))) + 1e-12)
    assert spectrum_db[source_rate // 2 :].max() - spectrum_db.max() < most_db


@pytest.mark.parametrize(("source_rate", "target_rate"), PAIRS)
def test_at_most_a_millisecond_and_a_half_is_held_back(source_rate: int, target_rate: int) -> None:
    resampler = PolyphaseResampler(source_rate, target_rate)
    produced = 0
    for pushed in range(CHUNK_SAMPLES, source_rate, CHUNK_SAMPLES):
        produced += resampler.process(np.zeros(CHUNK_SAMPLES, dtype=np.float32)).size
        assert 0 <= pushed / source_rate - produced / target_rate <= 0.0015 + 1 / source_rate


@pytest.mark.parametrize(("source_rate", "target_rate"), PAIRS)
def test_the_cuts_change_no_bit(source_rate: int, target_rate: int) -> None:
    random = np.random.default_rng(2)
    noise = random.standard_normal(source_rate).astype(np.float32)
    bounds = [0, *np.sort(random.integers(0, noise.size, 60)), noise.size]
    resampler = PolyphaseResampler(source_rate, target_rate)
    pieces = [resampler.process(noise[start:end]) for start, end in pairwise(bounds)]
    produced = np.concatenate((*pieces, resampler.flush()))
    assert np.array_equal(produced, converted(noise, source_rate, target_rate))


@pytest.mark.parametrize(("source_rate", "target_rate"), PAIRS)
def test_a_constant_stays_exactly_as_loud(source_rate: int, target_rate: int) -> None:
    inner = converted(np.full(source_rate, 0.5, dtype=np.float32), source_rate, target_rate)[200:-200]
    assert np.abs(inner - 0.5).max() < 1e-6


def test_samples_one_by_one_are_remembered_no_longer_than_the_filter() -> None:
    resampler = PolyphaseResampler(24000, 22050)
    one = np.zeros(1, dtype=np.float32)
    for _ in range(3000):
        assert resampler.process(one).size <= 1
        assert resampler._held.size <= 72


def test_equal_rates_pass_through_untouched() -> None:
    resampler = PolyphaseResampler(24000, 24000)
    samples = np.ones(100, dtype=np.float32)
    assert resampler.process(samples) is samples
    assert resampler.flush().size == 0
