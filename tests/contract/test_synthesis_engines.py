"""One suite for every synthesis engine: what the pipelines rely on, whoever speaks."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import numpy as np
import pytest

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, Samples, SynthesisEngine
from hiwar.errors import EngineError, EngineUnavailableError
from hiwar.vocabulary import LANGUAGES, Language

SENTENCES: dict[Language, str] = {
    "en": "The train to the coast leaves at nine.",
    "ar": "يغادر القطار إلى الساحل في التاسعة.",
}
MODEL_FREE = {"tone"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in MODEL_FREE else pytest.mark.models)
        for name in registry.names(registry.SYNTHESIS)
    ],
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SynthesisEngine]:
    context = EngineContext(models_dir=tmp_path_factory.mktemp("models"))
    try:
        loaded = registry.load_synthesis(request.param, context)
    except EngineUnavailableError as error:
        pytest.skip(error.message)
    yield loaded
    loaded.close()


def speak(
    engine: SynthesisEngine, text: str, voice: str | None = None, language: Language = "en", speed: float = 1.0
) -> Samples:
    pieces = [*engine.synthesize(text, voice=voice or engine.voices[0].name, language=language, speed=speed)]
    assert all(piece.dtype == np.float32 and piece.ndim == 1 and piece.size for piece in pieces)
    return np.concatenate([np.zeros(0, np.float32), *pieces])


def test_some_engine_is_registered() -> None:
    assert registry.names(registry.SYNTHESIS)


def test_info_and_voices_agree(engine: SynthesisEngine) -> None:
    assert engine.info.name
    assert engine.info.licence
    assert 8000 <= engine.info.sample_rate <= 48000
    names = [voice.name for voice in engine.voices]
    assert names
    assert len(set(names)) == len(names)
    for voice in engine.voices:
        assert voice.language in voice.languages
        assert set(voice.languages) <= set(engine.info.languages) <= set(LANGUAGES)
        assert voice.gender in ("female", "male")
        assert voice.quality in ("basic", "good", "exact")
        assert voice.description.endswith(".")


def test_every_voice_speaks_every_language_it_names(engine: SynthesisEngine) -> None:
    for voice in engine.voices:
        for language in voice.languages:
            samples = speak(engine, SENTENCES[language], voice.name, language)
            seconds = len(samples) / engine.info.sample_rate
            assert 1.0 < seconds < 20.0
            assert np.isfinite(samples).all()
            assert 0.05 < np.abs(samples).max() <= 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_voices_differ(engine: SynthesisEngine, language: Language) -> None:
    names = [voice.name for voice in engine.voices if language in voice.languages]
    spoken = {speak(engine, SENTENCES[language], name, language).tobytes() for name in names}
    assert len(spoken) == len(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_request_gives_the_same_samples(engine: SynthesisEngine, language: Language) -> None:
    first, second = (speak(engine, SENTENCES[language], language=language) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("language", LANGUAGES)
def test_faster_is_shorter(engine: SynthesisEngine, language: Language) -> None:
    slow, normal, fast = (
        len(speak(engine, SENTENCES[language], language=language, speed=speed)) for speed in (0.5, 1.0, 2.0)
    )
    assert slow > normal > fast


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_text_without_anything_to_say_gives_nothing(engine: SynthesisEngine, text: str) -> None:
    assert speak(engine, text).size == 0


@pytest.mark.parametrize(
    "text",
    [
        "Call أحمد at 5",
        "a" * 200,
        "ب" * 200,
        "1" * 200,
        "١,٢,٣",
        "\u064b\u0651",
        "a@b.co/x?y=1&z",
        "漢字 é 🙂 ok",
        "\x00 no",
    ],
)
def test_odd_text_is_spoken_or_passed_over(engine: SynthesisEngine, text: str) -> None:
    for language in engine.info.languages:
        assert np.isfinite(speak(engine, text, language=language)).all()


def test_an_iterator_closed_early_leaves_the_engine_usable(engine: SynthesisEngine) -> None:
    voice = engine.voices[0].name
    pieces = engine.synthesize(SENTENCES["en"], voice=voice, language="en", speed=1.0)
    assert next(pieces).size
    cast("Generator[Samples, None, None]", pieces).close()
    assert next(pieces, None) is None
    assert speak(engine, SENTENCES["en"]).size


def test_an_unknown_voice_is_an_engine_error(engine: SynthesisEngine) -> None:
    with pytest.raises(EngineError):
        speak(engine, "Hello", voice="nobody")


def test_concurrent_calls_give_what_serial_ones_give(engine: SynthesisEngine) -> None:
    requests = [(text, voice.name, language) for voice in engine.voices for language, text in SENTENCES.items()]
    serial = [speak(engine, *request).tobytes() for request in requests]
    with ThreadPoolExecutor(4) as workers:
        concurrent = [samples.tobytes() for samples in workers.map(lambda request: speak(engine, *request), requests)]
    assert concurrent == serial
