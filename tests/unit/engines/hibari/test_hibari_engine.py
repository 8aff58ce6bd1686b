"""The real voice model: voices that differ, mixed text, bounded steps."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext, Samples, SynthesisEngine
from hiwar.vocabulary import Language

pytestmark = pytest.mark.models

pytest.importorskip("hibari")

from hiwar.engines.hibari import load  # noqa: E402

STEP_MAX_S = 40


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SynthesisEngine]:
    lines: list[str] = []
    loaded = load(EngineContext(models_dir=Path(tmp_path_factory.mktemp("models")), report=lines.append))
    assert lines
    yield loaded
    loaded.close()


def speak(engine: SynthesisEngine, text: str, voice: str = "female", language: Language = "ar") -> Samples:
    pieces = engine.synthesize(text, voice=voice, language=language, speed=1.0)
    return np.concatenate([np.zeros(0, np.float32), *pieces])


def median_pitch_hz(samples: Samples, sample_rate: int) -> float:
    """Of windows of 50 ms that are periodic: the shortest lag that correlates nearly as well as the best one."""
    window, shortest, longest = sample_rate // 20, sample_rate // 350, sample_rate // 60
    found: list[float] = []
    for start in range(0, len(samples) - window - longest, window // 2):
        piece = samples[start : start + window]
        later = np.lib.stride_tricks.sliding_window_view(samples[start : start + window + longest], window)[shortest:]
        likeness = later @ piece / (np.linalg.norm(later, axis=1) * np.linalg.norm(piece) + 1e-6)
        if likeness.max() > 0.8:
            found.append(sample_rate / (shortest + int(np.argmax(likeness > 0.9 * likeness.max()))))
    return float(np.median(found))


def test_the_male_voice_is_deeper_than_the_second_and_that_than_the_first(engine: SynthesisEngine) -> None:
    text = "الاسم الكامل وتاريخ الميلاد"
    male, low, high = (
        median_pitch_hz(speak(engine, text, voice), engine.info.sample_rate)
        for voice in ("male", "female-low", "female")
    )
    assert male < 0.8 * low
    assert low < 0.93 * high
    assert 85 < male < 150


@pytest.mark.parametrize("text", ["...", "؟!", "🙂", "—", "«»"])
def test_marks_alone_are_silent(engine: SynthesisEngine, text: str) -> None:
    assert speak(engine, text).size == 0


def test_mixed_text_is_one_piece_of_audio(engine: SynthesisEngine) -> None:
    pieces = [*engine.synthesize("افتح Settings ثم Wi-Fi", voice="female", language="ar", speed=1.0)]
    assert len(pieces) == 1


@pytest.mark.parametrize("text", ["٣" * 200, "1/" * 100, "1a" * 100, "aA" * 100, "$5 " * 66])
def test_a_full_segment_of_anything_is_spoken_in_bounded_steps(engine: SynthesisEngine, text: str) -> None:
    for piece in engine.synthesize(text, voice="female", language="en", speed=1.0):
        assert 0 < len(piece) < STEP_MAX_S * engine.info.sample_rate


@pytest.mark.parametrize("text", ["①Press one.", "Figure ①b", "①:30", "½ ² ⅷ a"])
def test_signs_that_the_package_cannot_read_do_not_stop_the_rest(engine: SynthesisEngine, text: str) -> None:
    assert speak(engine, text, voice="english-female", language="en").size > 0
