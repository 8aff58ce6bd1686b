"""One suite for every recognition engine: what the pipelines rely on, whoever listens."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, RecognitionEngine, Samples
from hiwar.errors import EngineUnavailableError
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE
from support.spoken import speak

MODEL_FREE = {"tone"}
SPEAKER = {"tone": "tone"}
"""Who speaks so that an engine understands it; hibari where nothing is said."""

SENTENCE = "The train to the coast leaves early today."


@dataclass(frozen=True)
class Listener:
    """An engine, and the sentence as it is spoken for it."""

    engine: RecognitionEngine
    spoken: Samples


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in MODEL_FREE else pytest.mark.models)
        for name in registry.names(registry.RECOGNITION)
    ],
)
def listener(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    models_dir = tmp_path_factory.mktemp("models")
    try:
        engine = registry.load_recognition(request.param, EngineContext(models_dir))
    except EngineUnavailableError as error:
        pytest.skip(error.message)
    yield Listener(engine, speak(SENTENCE, models_dir, SPEAKER.get(request.param, "hibari")))
    engine.close()


def plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter == " ")


def test_some_engine_is_registered() -> None:
    assert registry.names(registry.RECOGNITION)


def test_info_says_what_it_is_and_hears_what_pipelines_send(listener: Listener) -> None:
    info = listener.engine.info
    assert info.name
    assert info.licence
    assert info.sample_rate == MODEL_SAMPLE_RATE
    assert info.languages
    assert set(info.languages) <= set(LANGUAGES)


@pytest.mark.parametrize("final", [False, True])
def test_speech_becomes_its_text(listener: Listener, final: bool) -> None:
    heard = listener.engine.open().recognize(listener.spoken, language=None, final=final)
    assert plain(heard.text) == plain(SENTENCE)
    assert heard.language == "en"
    assert 0.4 <= heard.confidence <= 1.0
    assert heard.words == ()


def test_an_explicit_language_is_kept(listener: Listener) -> None:
    for language in listener.engine.info.languages:
        assert listener.engine.open().recognize(listener.spoken, language=language, final=False).language == language


def test_the_result_begins_with_the_prefix(listener: Listener) -> None:
    prefix = " ".join(SENTENCE.split()[:4])
    heard = listener.engine.open().recognize(listener.spoken, language="en", prefix=prefix, final=True)
    assert heard.text.startswith(prefix)
    assert plain(heard.text) == plain(SENTENCE)


def test_words_cover_the_text_in_order(listener: Listener) -> None:
    if not listener.engine.info.word_timestamps:
        pytest.skip("no word times")
    heard = listener.engine.open().recognize(listener.spoken, language="en", final=True, words=True)
    assert " ".join(word.text for word in heard.words) == " ".join(heard.text.split())
    edges = [edge for word in heard.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert 0 <= edges[0] < edges[-1] <= len(listener.spoken) * 1000 // MODEL_SAMPLE_RATE + 1
    assert all(0.0 <= word.confidence <= 1.0 for word in heard.words)


@pytest.mark.parametrize("length", [0, 1, 160, 8000, 160_000])
def test_silence_of_any_length_has_no_text(listener: Listener, length: int) -> None:
    for final in (False, True):
        heard = listener.engine.open().recognize(np.zeros(length, np.float32), language=None, final=final, words=True)
        assert (heard.text, heard.words) == ("", ())


def test_noise_has_no_text(listener: Listener) -> None:
    noise = (0.05 * np.random.default_rng(5).standard_normal(48000)).astype(np.float32)
    assert listener.engine.open().recognize(noise, language=None, final=True).text == ""


def test_calls_at_the_same_time_do_not_mix(listener: Listener) -> None:
    pieces = [listener.spoken, listener.spoken[: len(listener.spoken) // 2]]
    alone = [listener.engine.open().recognize(piece, language="en", final=True) for piece in pieces]
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(listener.engine.open().recognize, piece, language="en", final=True) for piece in pieces * 3
        ]
        assert [call.result() for call in calls] == alone * 3


def test_the_audio_is_not_changed(listener: Listener) -> None:
    audio = listener.spoken.copy()
    audio.flags.writeable = False
    listener.engine.open().recognize(audio, language="en", final=True, words=True)
    assert np.array_equal(audio, listener.spoken)
