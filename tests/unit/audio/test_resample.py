"""Streaming rate conversion for recognition: length, fidelity and what is held back."""

import numpy as np
import pytest

from hiwar.audio.pcm import Samples
from hiwar.audio.resample import Resampler

PAIRS = [(8000, 16000), (22050, 16000), (44100, 16000), (48000, 16000), (24000, 16000)]


def sine(hertz: float, rate: int, seconds: float = 1.0) -> Samples:
    return np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate).astype(np.float32)


def level_db(samples: Samples) -> float:
    """Of the inner part, away from the edges; a full-scale sine is 0."""
    inner = samples[samples.size // 4 : -samples.size // 4]
    return float(10 * np.log10(2 * np.mean(inner.astype(np.float64) ** 2)))


def converted(samples: Samples, source_rate: int, target_rate: int) -> Samples:
    resampler = Resampler(source_rate, target_rate)
    return np.concatenate((resampler.process(samples), resampler.flush()))


@pytest.mark.parametrize(("source_rate", "target_rate"), PAIRS)
@pytest.mark.parametrize("sample_count", [0, 1, 2, 100, 12345])
def test_length_is_the_ratio_of_the_rates(source_rate: int, target_rate: int, sample_count: int) -> None:
    samples = np.ones(sample_count, dtype=np.float32)
    produced = converted(samples, source_rate, target_rate)
    assert abs(produced.size - sample_count * target_rate / source_rate) <= 0.5
    assert produced.dtype == np.float32


@pytest.mark.parametrize(("source_rate", "target_rate"), PAIRS)
def test_a_tone_keeps_its_place_and_shape(source_rate: int, target_rate: int) -> None:
    produced = converted(sine(1000, source_rate), source_rate, target_rate)
    expected = sine(1000, target_rate)
    assert level_db(produced - expected) < -80


@pytest.mark.parametrize(("source_rate", "target_rate"), [(48000, 16000), (24000, 16000), (44100, 16000)])
def test_what_the_lower_rate_cannot_hold_is_filtered_out(source_rate: int, target_rate: int) -> None:
    assert level_db(converted(sine(0.55 * target_rate, source_rate), source_rate, target_rate)) < -100


@pytest.mark.parametrize(("source_rate", "target_rate"), PAIRS)
def test_at_most_the_documented_audio_is_held_back(source_rate: int, target_rate: int) -> None:
    resampler = Resampler(source_rate, target_rate)
    most_ms = 120 if source_rate == 8000 else 75
    produced = 0
    for pushed in range(320, 2 * source_rate, 320):
        produced += resampler.process(np.zeros(320, dtype=np.float32)).size
        assert pushed / source_rate - produced / target_rate < most_ms / 1000


def test_equal_rates_pass_through_untouched() -> None:
    resampler = Resampler(16000, 16000)
    samples = sine(440, 16000)
    assert resampler.process(samples) is samples
    assert resampler.flush().size == 0
