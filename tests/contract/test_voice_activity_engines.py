"""One suite for every voice activity engine: what the pipelines rely on, whoever listens."""

from collections.abc import Iterator

import numpy as np
import pytest

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, Samples, VoiceActivityEngine
from hiwar.errors import EngineUnavailableError
from hiwar.vocabulary import MODEL_SAMPLE_RATE

MODEL_FREE = {"tone"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=() if name in MODEL_FREE else pytest.mark.models)
        for name in registry.names(registry.VOICE_ACTIVITY)
    ],
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoiceActivityEngine]:
    context = EngineContext(models_dir=tmp_path_factory.mktemp("models"))
    try:
        loaded = registry.load_voice_activity(request.param, context)
    except EngineUnavailableError as error:
        pytest.skip(error.message)
    yield loaded
    loaded.close()


def windows(engine: VoiceActivityEngine, count: int, seed: int) -> list[Samples]:
    rng = np.random.default_rng(seed)
    return [(0.1 * rng.standard_normal(engine.window_samples)).astype(np.float32) for _ in range(count)]


def test_some_engine_is_registered() -> None:
    assert registry.names(registry.VOICE_ACTIVITY)


def test_info_says_what_it_is_and_hears_what_pipelines_send(engine: VoiceActivityEngine) -> None:
    assert engine.info.name
    assert engine.info.licence
    assert engine.info.sample_rate == MODEL_SAMPLE_RATE
    assert 10 <= engine.window_samples * 1000 // MODEL_SAMPLE_RATE <= 100


def test_probabilities_lie_between_0_and_1(engine: VoiceActivityEngine) -> None:
    stream = engine.open()
    assert all(0.0 <= stream.probability(window) <= 1.0 for window in windows(engine, 50, seed=1))


def test_silence_is_not_voice(engine: VoiceActivityEngine) -> None:
    stream = engine.open()
    quiet = np.zeros(engine.window_samples, np.float32)
    assert max(stream.probability(quiet) for _ in range(50)) < 0.35


def test_a_stream_repeats_itself_whatever_others_hear(engine: VoiceActivityEngine) -> None:
    audio = windows(engine, 30, seed=2)
    stream = engine.open()
    alone = [stream.probability(window) for window in audio]
    first, second = engine.open(), engine.open()
    together = []
    for window, other in zip(audio, windows(engine, 30, seed=3), strict=True):
        together.append(first.probability(window))
        second.probability(other)
    assert together == alone


def test_windows_are_not_kept_or_changed(engine: VoiceActivityEngine) -> None:
    window = windows(engine, 1, seed=4)[0]
    before = window.copy()
    window.flags.writeable = False
    engine.open().probability(window)
    assert np.array_equal(window, before)
