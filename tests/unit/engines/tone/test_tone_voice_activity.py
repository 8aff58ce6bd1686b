"""Voice activity on tones."""

import numpy as np
import pytest

from hiwar.audio.pcm import Samples
from hiwar.audio.resample import Resampler
from hiwar.engines.tone.voice_activity import ToneVoiceActivity
from support.tones import tones

WINDOW = 512


def spoken(text: str, speed: float = 1.0) -> Samples:
    resampler = Resampler(24000, 16000)
    return np.concatenate((resampler.process(tones(text, speed)), resampler.flush()))


def probabilities(audio: Samples) -> list[float]:
    stream = ToneVoiceActivity().open()
    return [stream.probability(window) for window in audio[: audio.size // WINDOW * WINDOW].reshape(-1, WINDOW)]


def surrounded(audio: Samples, before: int, snr_db: float) -> Samples:
    padded = np.concatenate((np.zeros(before, np.float32), audio, np.zeros(8 * WINDOW, np.float32)))
    level = np.sqrt(np.mean(audio**2) / 10 ** (snr_db / 10))
    noise = level * np.random.default_rng(2).standard_normal(padded.size)
    mixed: Samples = (padded + noise).astype(np.float32)
    return mixed


@pytest.mark.parametrize("snr_db", [np.inf, 10])
@pytest.mark.parametrize("offset", range(0, WINDOW, 31))
def test_speech_is_one_stretch_whatever_its_offset(offset: int, snr_db: float) -> None:
    audio = spoken("aaa bb مرحبا 000")
    begin = 4 * WINDOW + offset
    voiced = np.flatnonzero(probabilities(surrounded(audio, begin, snr_db)))
    assert (np.diff(voiced) == 1).all()
    assert abs(voiced[0] - begin / WINDOW) <= 1
    # The pause behind the last character is 90 ms; two windows are held after it was last heard.
    assert abs(voiced[-1] + 1 - (begin + audio.size) / WINDOW) <= 2


def test_the_longest_pause_between_words_is_under_three_windows() -> None:
    voiced = np.flatnonzero(probabilities(spoken("a b c d e f g h", speed=0.5)))
    assert np.diff(voiced).max() <= 3


def test_a_single_character_is_voice_for_at_least_96_ms() -> None:
    for offset in range(0, WINDOW, 31):
        assert sum(probabilities(surrounded(spoken("a"), offset, np.inf))) * 32 >= 96


@pytest.mark.parametrize("level", [0.001, 0.1, 0.5])
def test_white_noise_is_not_voice(level: float) -> None:
    noise = np.random.default_rng(3).standard_normal(60 * 16000).astype(np.float32)
    assert sum(probabilities(noise * np.float32(level))) == 0


def test_silence_is_not_voice() -> None:
    assert sum(probabilities(np.zeros(16000, np.float32))) == 0


def test_streams_share_nothing() -> None:
    engine = ToneVoiceActivity()
    speaking, silent = engine.open(), engine.open()
    tone = spoken("a")[:WINDOW]
    assert [speaking.probability(tone), silent.probability(np.zeros(WINDOW, np.float32))] == [1.0, 0.0]


def test_it_describes_itself() -> None:
    engine = ToneVoiceActivity()
    assert (engine.info.name, engine.info.sample_rate, engine.window_samples) == ("tone", 16000, 512)
    engine.close()
