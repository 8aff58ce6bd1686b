"""Unit tests of the CTranslate2 engine with the embedded model, on speech that the embedded voice makes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext, Samples
from hiwar.engines.whisper_ctranslate2 import load
from hiwar.engines.whisper_ctranslate2.engine import CTranslate2Engine
from hiwar.errors import EngineError, EngineUnavailableError, HiwarError
from hiwar.vocabulary import LANGUAGES, Language
from support.spoken import speak

pytestmark = pytest.mark.models

SENTENCE = "The train to the coast leaves at nine in the morning."


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CTranslate2Engine]:
    loaded = load(EngineContext(models_dir=tmp_path_factory.mktemp("models")))
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return speak(SENTENCE, tmp_path_factory.mktemp("models"))


def plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter == " ")


@pytest.mark.parametrize("final", [False, True])
def test_speech_becomes_its_text_and_its_language_is_found(
    engine: CTranslate2Engine, spoken: Samples, final: bool
) -> None:
    heard = engine.open().recognize(spoken, language=None, final=final)
    assert plain(heard.text) in (plain(SENTENCE), plain(SENTENCE).replace("nine", "9"))
    assert heard.language == "en"
    assert heard.confidence > 0.6
    assert heard.words == ()


def test_a_prefix_begins_the_result_even_when_it_was_not_said(engine: CTranslate2Engine, spoken: Samples) -> None:
    heard = engine.open().recognize(spoken, language="en", prefix="A train", final=True)
    assert heard.text.startswith("A train to the coast")


def test_word_times_rise_through_the_audio(engine: CTranslate2Engine, spoken: Samples) -> None:
    heard = engine.open().recognize(spoken, language="en", final=True, words=True)
    assert " ".join(word.text for word in heard.words) == heard.text
    edges = [edge for word in heard.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert len(spoken) // 32 < edges[-1] <= len(spoken) // 16


@pytest.mark.parametrize("language", LANGUAGES)
def test_noise_makes_no_text(engine: CTranslate2Engine, language: Language) -> None:
    rng = np.random.default_rng(11)
    for level in (0.0, 0.003, 0.2):
        noise = (level * rng.standard_normal(32000)).astype(np.float32)
        heard = engine.open().recognize(noise, language=language, final=True)
        assert (heard.text, heard.confidence) == ("", 0.0)


def test_audio_longer_than_the_model_hears_is_refused(engine: CTranslate2Engine) -> None:
    with pytest.raises(EngineError):
        engine.open().recognize(np.zeros(31 * 16000, np.float32), language="en", final=True)


def test_a_model_that_is_not_there_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HiwarError):
        load(EngineContext(models_dir=tmp_path, model="no-such-model"))
    with pytest.raises(EngineUnavailableError, match="hiwar models pull"):
        load(EngineContext(models_dir=tmp_path, model="whisper-small"))
