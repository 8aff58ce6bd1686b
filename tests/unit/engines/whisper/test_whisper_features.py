"""Unit tests of the log-mel features, against their definition."""

import numpy as np
import pytest

from hiwar.engines.whisper.features import HOP, Spectrogram, log_mel, quietest_place


def tone(hertz: float, seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(16000 * seconds)) / 16000)).astype(np.float32)


@pytest.mark.parametrize("bands", [80, 128])
def test_features_have_the_shape_and_layout_that_the_model_takes(bands: int) -> None:
    features = log_mel(tone(440, 1.0), bands=bands, frames=800)
    assert features.shape == (1, bands, 800)
    assert features.dtype == np.float32
    assert features.flags.c_contiguous


def test_values_span_eight_decades_below_the_loudest() -> None:
    features = log_mel(tone(440, 1.0), bands=80, frames=300)
    assert features.max() - features.min() == pytest.approx(2.0)


@pytest.mark.parametrize(("hertz", "band"), [(300, 7), (1000, 24), (4000, 60)])
def test_a_tone_lights_the_band_of_its_pitch(hertz: float, band: int) -> None:
    # 80 bands end at 45.2 mel of Slaney's scale, so that 1000 Hz (15 mel) lies a third of the way up.
    features = log_mel(tone(hertz, 1.0), bands=80, frames=100)
    assert abs(int(features[0, :, 50].argmax()) - band) <= 2


def test_the_tone_ends_where_the_audio_ends() -> None:
    features = log_mel(tone(1000, 0.5), bands=80, frames=200)
    loud = features[0].max(axis=0) > features.min() + 0.5
    assert loud[:50].all()
    assert not loud[53:].any()


def test_audio_past_the_frames_is_cut() -> None:
    audio = tone(700, 3.0)
    frames = 100
    longer = log_mel(audio, bands=80, frames=300)[:, :, : frames - 3]
    np.testing.assert_allclose(log_mel(audio, bands=80, frames=frames)[:, :, : frames - 3], longer, atol=1e-4)


@pytest.mark.parametrize("length", [0, 1, 100, 201, HOP * 3 + 7])
def test_the_shortest_audio_has_features_too(length: int) -> None:
    assert np.isfinite(log_mel(np.ones(length, np.float32), bands=80, frames=800)).all()


def test_it_agrees_with_a_plain_fourier_sum() -> None:
    rng = np.random.default_rng(7)
    audio = rng.standard_normal(4000).astype(np.float32)
    features = log_mel(audio, bands=80, frames=25)
    centre = 10
    window = np.hanning(401)[:-1]
    piece = audio[centre * HOP - 200 : centre * HOP + 200] * window
    bins = np.arange(201)[:, None] * np.arange(400)[None]
    power = np.abs(np.exp(-2j * np.pi * bins / 400) @ piece) ** 2
    # The lowest band is a triangle over one bin (40 Hz) whose peak is 2 / its width in Hz.
    edges = np.linspace(0, 15 + 27 * np.log(8) / np.log(6.4), 82)[:3] * 200 / 3
    weights = np.clip(np.minimum(np.arange(201) * 40 / edges[1], (edges[2] - np.arange(201) * 40) / edges[1]), 0, None)
    lowest = np.log10(np.sum(weights * 2 / edges[2] * power))
    assert features[0, 0, centre] == pytest.approx((lowest + 4) / 4, abs=1e-3)


def test_frames_worked_out_bit_by_bit_are_the_same() -> None:
    audio = np.random.default_rng(3).standard_normal(40_000).astype(np.float32)
    audio[20_000:] *= 0.01
    spectrogram = Spectrogram(80)
    for length in (150, 1000, 1001, 17_333, 40_000, 39_000, 5_000, 40_000):
        expected = log_mel(audio[:length], bands=80, frames=300)
        np.testing.assert_allclose(spectrogram.features(audio[:length], frames=300), expected, atol=1e-5)


def test_a_later_start_has_the_same_frames_against_its_own_loudest() -> None:
    audio = tone(1000, 2.0)
    audio[:16_000] *= 0.001
    spectrogram = Spectrogram(80)
    whole = spectrogram.features(audio, frames=300)
    later = spectrogram.features(audio, frames=200, start=100)
    np.testing.assert_allclose(later, whole[:, :, 100:], atol=1e-6)
    assert (spectrogram.features(audio[:16_000], frames=50, start=20).max()) < whole.max()


def test_the_quietest_place_is_the_middle_of_64_ms() -> None:
    audio = np.ones(16_000, np.float32)
    audio[6400:7424] = 0
    assert quietest_place(audio, 0, 16_000) == 6912
    assert quietest_place(audio, 8000, 16_000) >= 8000
    audio[12_800:13_824] = 0
    assert quietest_place(audio, 8000, 13_000) <= 13_000


def test_before_the_audio_its_beginning_is_mirrored() -> None:
    audio = np.random.default_rng(5).standard_normal(8000).astype(np.float32)
    before = 2 * HOP
    longer = log_mel(np.concatenate((audio[before:0:-1], audio)), bands=80, frames=40)
    np.testing.assert_allclose(log_mel(audio, bands=80, frames=38)[0, :, 0], longer[0, :, 2], atol=1e-4)
