"""Unit tests of the Whisper engine with its embedded model, on speech that the embedded voice makes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext, Samples
from hiwar.engines.whisper import load
from hiwar.engines.whisper.engine import WhisperEngine
from hiwar.errors import EngineError, EngineUnavailableError, HiwarError
from hiwar.vocabulary import LANGUAGES, Language
from support.spoken import speak

pytestmark = pytest.mark.models

SENTENCE = "The train to the coast leaves at nine in the morning."


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhisperEngine]:
    loaded = load(EngineContext(models_dir=tmp_path_factory.mktemp("models")))
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return speak(SENTENCE, tmp_path_factory.mktemp("models"))


def plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter == " ")


def test_speech_becomes_its_text_and_its_language_is_found(engine: WhisperEngine, spoken: Samples) -> None:
    heard = engine.open().recognize(spoken, language=None, final=True)
    assert plain(heard.text) in (plain(SENTENCE), plain(SENTENCE).replace("nine", "9"))
    assert heard.language == "en"
    assert heard.confidence > 0.6
    assert heard.words == ()


def test_partial_and_final_agree_on_clear_speech(engine: WhisperEngine, spoken: Samples) -> None:
    partial = engine.open().recognize(spoken, language="en", final=False)
    assert plain(partial.text) == plain(engine.open().recognize(spoken, language="en", final=True).text)


def test_a_prefix_begins_the_result_even_when_it_was_not_said(engine: WhisperEngine, spoken: Samples) -> None:
    heard = engine.open().recognize(spoken, language="en", prefix="A train", final=True)
    assert heard.text.startswith("A train to the coast")


def test_a_prefix_that_is_all_there_is_stays(engine: WhisperEngine) -> None:
    quiet = np.zeros(16000, np.float32)
    assert engine.open().recognize(quiet, language="en", prefix="Hello there", final=True).text == "Hello there"


def test_word_times_rise_through_the_audio(engine: WhisperEngine, spoken: Samples) -> None:
    heard = engine.open().recognize(spoken, language="en", final=True, words=True)
    assert " ".join(word.text for word in heard.words) == heard.text
    edges = [edge for word in heard.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert edges[-1] <= len(spoken) // 16
    assert heard.words[-1].start_ms > len(spoken) // 32
    assert all(0.0 <= word.confidence <= 1.0 for word in heard.words)


def noises() -> Iterator[Samples]:
    rng = np.random.default_rng(11)
    yield np.zeros(32000, np.float32)
    for level, seconds in ((0.003, 3), (0.03, 1), (0.2, 2)):
        yield (level * rng.standard_normal(16000 * seconds)).astype(np.float32)
    yield (0.2 * np.sign(np.sin(2 * np.pi * 100 * np.arange(32000) / 16000))).astype(np.float32)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("final", [False, True])
def test_noise_makes_no_text(engine: WhisperEngine, language: Language, final: bool) -> None:
    for noise in noises():
        heard = engine.open().recognize(noise, language=language, final=final)
        assert (heard.text, heard.confidence) == ("", 0.0)


@pytest.mark.parametrize("length", [0, 1, 200, 1600])
def test_the_shortest_audio_is_answered(engine: WhisperEngine, length: int) -> None:
    assert engine.open().recognize(np.zeros(length, np.float32), language=None, final=True, words=True).text == ""


def test_audio_longer_than_the_model_hears_is_refused(engine: WhisperEngine) -> None:
    with pytest.raises(EngineError):
        engine.open().recognize(np.zeros(31 * 16000, np.float32), language="en", final=True)


def test_calls_at_the_same_time_do_not_mix(engine: WhisperEngine, spoken: Samples) -> None:
    half = spoken[: len(spoken) // 2]
    alone = [engine.open().recognize(audio, language="en", final=True) for audio in (spoken, half)]
    with ThreadPoolExecutor(2) as pool:
        together = list(
            pool.map(lambda audio: engine.open().recognize(audio, language="en", final=True), [spoken, half] * 4)
        )
    assert together == alone * 4


def test_an_unknown_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HiwarError):
        load(EngineContext(models_dir=tmp_path, model="no-such-model"))


def test_a_broken_model_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="hiwar models pull"):
        load(EngineContext(models_dir=tmp_path, model="whisper-small"))


LONGER = "Produced the block books, which were the immediate predecessors of the true printed book."


SHORTER = "Please tell me the number of your order."


@pytest.mark.parametrize("sentences", [(SHORTER, LONGER), (LONGER, SHORTER)])
def test_no_sentence_is_lost_when_another_speaker_follows_at_once(
    engine: WhisperEngine, tmp_path: Path, sentences: tuple[str, str]
) -> None:
    first = speak(sentences[0], tmp_path, voice="male")
    second = speak(sentences[1], tmp_path, voice="english-female")
    between = np.zeros(1600, np.float32)
    heard = engine.open().recognize(np.concatenate((first, between, second)), language="en", final=True, words=True)
    for sentence in sentences:
        assert set(plain(sentence).split()[-3:]) <= set(plain(heard.text).split())
    assert [word.text for word in heard.words] == heard.text.split()
    times = [time for word in heard.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
