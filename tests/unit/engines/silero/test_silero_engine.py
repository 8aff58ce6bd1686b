"""Unit tests of the Silero engine, on speech that the embedded voice makes."""

import sys
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext, Samples
from hiwar.engines.silero import SileroEngine, load
from hiwar.errors import EngineError
from support.spoken import speak

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def engine() -> SileroEngine:
    return load(EngineContext(models_dir=Path("unused")))


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return speak("Hello there, how are you today?", tmp_path_factory.mktemp("models"))


def probabilities(engine: SileroEngine, samples: Samples) -> list[float]:
    stream = engine.open()
    return [stream.probability(samples[start : start + 512]) for start in range(0, len(samples) - 511, 512)]


def test_the_package_that_carries_the_model_is_never_imported(engine: SileroEngine) -> None:
    assert "silero_vad" not in sys.modules


def test_speech_is_voice_and_noise_is_not(engine: SileroEngine, spoken: Samples) -> None:
    assert np.mean(np.array(probabilities(engine, spoken)) > 0.5) > 0.6
    noise = (0.05 * np.random.default_rng(3).standard_normal(48000)).astype(np.float32)
    assert max(probabilities(engine, np.zeros(48000, np.float32))) < 0.2
    assert np.mean(np.array(probabilities(engine, noise)) > 0.5) < 0.05


def test_streams_share_nothing(engine: SileroEngine, spoken: Samples) -> None:
    alone = probabilities(engine, spoken)
    first, second = engine.open(), engine.open()
    interleaved = []
    for start in range(0, len(spoken) - 511, 512):
        interleaved.append(first.probability(spoken[start : start + 512]))
        second.probability(np.zeros(512, np.float32))
    assert interleaved == alone


@pytest.mark.parametrize("length", [0, 256, 511, 1024])
def test_a_window_of_another_length_is_refused(engine: SileroEngine, length: int) -> None:
    with pytest.raises(EngineError):
        engine.open().probability(np.zeros(length, np.float32))
