"""Unit tests of the Moonshine engine with its model, on speech that the embedded voice makes."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext, Samples
from hiwar.engines.moonshine import load
from hiwar.engines.moonshine.engine import MoonshineEngine
from hiwar.errors import EngineUnavailableError
from hiwar.vocabulary import MODEL_SAMPLE_RATE
from support.spoken import speak

pytestmark = pytest.mark.models

SENTENCE = "The train to the coast leaves early in the morning."


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MoonshineEngine]:
    loaded = load(EngineContext(models_dir=tmp_path_factory.mktemp("models")))
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return speak(SENTENCE, tmp_path_factory.mktemp("models"))


def test_it_says_that_it_knows_english_and_no_word_times(engine: MoonshineEngine) -> None:
    assert engine.info.languages == ("en",)
    assert not engine.info.word_timestamps
    assert engine.info.model == "moonshine-tiny-en"


@pytest.mark.parametrize("final", [False, True])
def test_speech_becomes_its_text(engine: MoonshineEngine, spoken: Samples, final: bool) -> None:
    heard = engine.open().recognize(spoken, language=None, final=final)
    assert heard.text == SENTENCE
    assert heard.language == "en"
    assert 0.7 <= heard.confidence <= 1.0


def test_settled_words_change_nothing_but_the_cost(engine: MoonshineEngine, spoken: Samples) -> None:
    alone = engine.open().recognize(spoken, language="en", final=False)
    settled = engine.open().recognize(spoken, language="en", settled="The train to the coast", final=False)
    assert settled.text == alone.text
    assert settled.confidence == pytest.approx(alone.confidence, abs=0.02)


def test_calls_at_the_same_time_do_not_mix(engine: MoonshineEngine, spoken: Samples) -> None:
    pieces = [spoken, spoken[: len(spoken) // 2], spoken[len(spoken) // 2 :]]
    alone = [engine.recognize(piece, language="en", final=True) for piece in pieces]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda piece: engine.recognize(piece, language="en", final=True), pieces * 3))
    assert together == alone * 3


def test_noise_tones_and_silence_have_no_text(engine: MoonshineEngine) -> None:
    random = np.random.default_rng(3)
    time = np.arange(2 * MODEL_SAMPLE_RATE) / MODEL_SAMPLE_RATE
    sounds = [np.zeros(length) for length in (1600, 16000, 160_000)]
    sounds += [level * random.standard_normal(48000) for level in (0.002, 0.02, 0.2)]
    sounds += [
        0.2 * (np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time))
        for low, high in ((697, 1209), (350, 440))
    ]
    for sound in sounds:
        assert engine.recognize(sound.astype(np.float32), language=None, final=True).text == ""


def test_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="moonshine"):
        load(EngineContext(tmp_path, model="whisper-base"))


def test_the_package_of_the_model_is_not_imported(engine: MoonshineEngine) -> None:
    program = "import sys, hiwar.engines.moonshine; print({'moonshine_voice', 'tokenizers'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
