"""Unit tests of the end-of-turn engine, on speech that the embedded voice makes."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext, Samples
from hiwar.engines.smart_turn import SmartTurnEngine, _features, _normalized, load
from hiwar.errors import EngineError
from support.spoken import speak

pytestmark = pytest.mark.models

HEARD = 8 * 16000


@pytest.fixture(scope="module")
def engine() -> SmartTurnEngine:
    return load(EngineContext(models_dir=Path("unused")))


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return pausing(speak("I would like to change the address on my account.", tmp_path_factory.mktemp("models")))


def pausing(voice: Samples) -> Samples:
    """The voice up to its end, and 200 ms of silence."""
    end = int(np.flatnonzero(np.abs(voice) > 0.01)[-1])
    return np.concatenate((voice[:end], np.zeros(3200, np.float32)))


def package_features() -> ModuleType:
    """The one file of the package that says what the model hears; the package itself is not imported."""
    package = importlib.util.find_spec("pipecat")
    assert package is not None
    assert package.submodule_search_locations is not None
    path = Path(package.submodule_search_locations[0], "audio/turn/smart_turn/_whisper_features.py")
    spec = importlib.util.spec_from_file_location("package_features", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_package_that_carries_the_model_is_never_imported(engine: SmartTurnEngine) -> None:
    assert "pipecat" not in sys.modules


@pytest.mark.parametrize("seconds", [0.5, 2.0, 8.0, 11.0])
def test_the_model_hears_what_its_own_package_gives_it(seconds: float) -> None:
    audio = (0.1 * np.random.default_rng(5).standard_normal(int(seconds * 16000)) + 0.05).astype(np.float32)
    # A pause that still sounds at its last sample, so that what is assumed beyond the end shows.
    audio[-3200:] *= 0.1
    recent = audio[-HEARD:]
    expected = package_features().compute_whisper_log_mel_features(np.pad(recent, (HEARD - len(recent), 0)))
    features = _features(_normalized(audio))
    assert features.shape == (1, 80, 800)
    np.testing.assert_allclose(features[0], expected, atol=1e-3)


def test_a_whole_sentence_sounds_more_finished_than_its_beginning(
    engine: SmartTurnEngine, spoken: Samples, tmp_path_factory: pytest.TempPathFactory
) -> None:
    begun = pausing(speak("I would like to change the address on, uh,", tmp_path_factory.mktemp("models")))
    assert engine.probability(spoken) > 0.9
    assert engine.probability(begun) < engine.probability(spoken) - 0.2


def test_only_the_last_8_s_count(engine: SmartTurnEngine, spoken: Samples) -> None:
    recent = np.concatenate((np.zeros(HEARD, np.float32), spoken))[-HEARD:]
    before = np.random.default_rng(1).standard_normal(16000).astype(np.float32)
    assert engine.probability(np.concatenate((before, recent))) == engine.probability(recent)


def test_silence_before_it_changes_nothing(engine: SmartTurnEngine, spoken: Samples) -> None:
    later = np.concatenate((np.zeros(16000, np.float32), spoken))
    assert engine.probability(later) == engine.probability(spoken)


@pytest.mark.parametrize("samples", [0, 1, 160])
def test_next_to_no_audio_has_a_probability_too(engine: SmartTurnEngine, samples: int) -> None:
    assert 0.0 <= engine.probability(np.zeros(samples, np.float32)) <= 1.0


def test_audio_is_not_changed(engine: SmartTurnEngine, spoken: Samples) -> None:
    before = spoken.copy()
    engine.probability(spoken)
    assert np.array_equal(spoken, before)


def test_a_closed_engine_says_so() -> None:
    closed = load(EngineContext(models_dir=Path("unused")))
    closed.close()
    with pytest.raises(EngineError, match="closed"):
        closed.probability(np.zeros(16000, np.float32))
