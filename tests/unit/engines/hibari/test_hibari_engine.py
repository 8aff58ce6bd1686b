"""The real voice model: voices that differ and are equally loud, mixed text, speed, pauses, words, bounded steps."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext, Samples, SpeechPiece, SynthesisEngine
from hiwar.vocabulary import Language

pytestmark = pytest.mark.models

pytest.importorskip("hibari")

from hiwar.engines.hibari import load  # noqa: E402
from hiwar.engines.hibari.voices import SHAPES  # noqa: E402
from hiwar.errors import EngineError  # noqa: E402

STEP_MAX_S = 2.0
"""One second of sound, and the pause at half the speed."""
SENTENCES: dict[Language, tuple[str, ...]] = {
    "en": (
        "The train to the coast leaves at nine.",
        "Please press one for sales, or stay on the line.",
        "How may I help you?",
        "Apples and lemons are on sale this week.",
    ),
    "ar": (
        "يغادر القطار إلى الساحل في التاسعة.",
        "اضغط واحد للمبيعات، أو انتظر على الخط.",
        "كيف يمكنني مساعدتك؟",
        "الرجاء إدخال رقم هاتفك.",
    ),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SynthesisEngine]:
    lines: list[str] = []
    loaded = load(EngineContext(models_dir=Path(tmp_path_factory.mktemp("models")), report=lines.append))
    assert lines
    yield loaded
    loaded.close()


def pieces(
    engine: SynthesisEngine,
    text: str,
    voice: str = "female",
    language: Language = "ar",
    speed: float = 1.0,
    sample_rate: int = 24000,
) -> list[SpeechPiece]:
    return [*engine.synthesize(text, voice=voice, language=language, speed=speed, sample_rate=sample_rate)]


def joined(found: list[SpeechPiece]) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *(piece.samples for piece in found)])


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
        median_pitch_hz(joined(pieces(engine, text, voice)), engine.info.sample_rate)
        for voice in ("male", "female-low", "female")
    )
    assert male < 0.8 * low
    assert low < 0.93 * high
    assert 85 < male < 150


@pytest.mark.parametrize("text", ["...", "؟!", "🙂", "—", "«»"])
def test_marks_alone_are_silent(engine: SynthesisEngine, text: str) -> None:
    assert joined(pieces(engine, text)).size == 0


def test_mixed_text_is_one_flow_of_words(engine: SynthesisEngine) -> None:
    text = "افتح Settings ثم Wi-Fi"
    found = pieces(engine, text)
    assert [text[word.start : word.end] for piece in found for word in piece.words] == text.split()


@pytest.mark.parametrize("text", ["٣" * 200, "1/" * 100, "1a" * 100, "aA" * 100, "$5 " * 66])
def test_a_full_segment_of_anything_is_spoken_in_bounded_steps(engine: SynthesisEngine, text: str) -> None:
    for speed in (0.5, 2.0):
        found = pieces(engine, text, language="en", speed=speed)
        assert sum(len(piece.samples) for piece in found) > 0
        assert max(len(piece.samples) for piece in found) < STEP_MAX_S * engine.info.sample_rate


@pytest.mark.parametrize("text", ["①Press one.", "Figure ①b", "①:30", "½ ² ⅷ a"])
def test_signs_that_the_package_cannot_read_do_not_stop_the_rest(engine: SynthesisEngine, text: str) -> None:
    assert joined(pieces(engine, text, voice="english-female", language="en")).size > 0


@pytest.mark.parametrize("voice", list(SHAPES))
def test_speed_changes_the_duration_and_not_the_pitch(engine: SynthesisEngine, voice: str) -> None:
    text = "Many more animals are running along the river every morning."
    normal = joined(pieces(engine, text, voice, "en"))
    for speed in (0.5, 0.8, 1.5, 2.0):
        samples = joined(pieces(engine, text, voice, "en", speed))
        assert len(normal) / len(samples) == pytest.approx(speed, rel=0.08)
        pitch, normal_pitch = (median_pitch_hz(found, engine.info.sample_rate) for found in (samples, normal))
        assert pitch == pytest.approx(normal_pitch, rel=0.18)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_tenth_of_speed_is_heard(engine: SynthesisEngine, language: Language) -> None:
    def spoken_s(speed: float) -> float:
        found = [np.abs(joined(pieces(engine, text, "female", language, speed))) for text in SENTENCES[language]]
        return sum(float(np.ptp(np.flatnonzero(samples > 0.01))) for samples in found) / engine.info.sample_rate

    speeds = [tenths / 10 for tenths in range(5, 21)]
    lengths_s = [spoken_s(speed) for speed in speeds]
    assert all(slower > faster for slower, faster in pairwise(lengths_s))
    normal_s = lengths_s[speeds.index(1.0)]
    assert [normal_s / length_s for length_s in lengths_s] == pytest.approx(speeds, rel=0.08)


def level_db(samples: Samples) -> float:
    """Of the blocks of 50 ms that are within 20 dB of the loudest."""
    power = np.square(samples[: len(samples) // 1200 * 1200]).reshape(-1, 1200).mean(axis=1)
    return float(10 * np.log10(power[power > power.max() / 100].mean()))


def test_all_voices_are_equally_loud_in_both_languages(engine: SynthesisEngine) -> None:
    levels = {
        (voice, language): level_db(np.concatenate([joined(pieces(engine, text, voice, language)) for text in texts]))
        for voice in SHAPES
        for language, texts in SENTENCES.items()
    }
    assert max(levels.values()) - min(levels.values()) < 2.0, levels


@pytest.mark.parametrize(
    ("text", "pause_s"),
    [("Good morning.", 0.43), ("Good morning!", 0.43), ("Good morning", 0.43), ("Good morning,", 0.3)],
)
def test_the_pause_at_the_end_follows_the_mark(engine: SynthesisEngine, text: str, pause_s: float) -> None:
    for speed in (0.6, 1.0, 1.6):
        samples = joined(pieces(engine, text, "female", "en", speed))
        loud = np.flatnonzero(np.abs(samples) > 0.01)
        silence_s = (len(samples) - loud[-1]) / engine.info.sample_rate
        assert silence_s == pytest.approx(pause_s / speed, abs=0.06)


def test_a_sentence_that_goes_on_in_the_next_segment_hardly_pauses(engine: SynthesisEngine) -> None:
    found = engine.synthesize(
        "Good morning", voice="female", language="en", speed=1.0, sample_rate=24000, continues=True
    )
    samples = np.concatenate([piece.samples for piece in found])
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    assert 0.05 < (len(samples) - loud[-1]) / 24000 < 0.085
    assert np.abs(np.diff(samples[loud[-1] :])).max() < 0.01


def test_the_words_of_a_sentence_that_goes_on_end_within_its_sound(engine: SynthesisEngine) -> None:
    for text in (
        "هل يمكنني مساعدتك",
        "الاسم الكامل وتاريخ الميلاد",
        "تعلم اللغات يفتح الأبواب",
        "تم استلام طلبك بنجاح",
    ):
        for speed in (1.0, 1.5, 2.0):
            found = [
                *engine.synthesize(text, voice="female", language="ar", speed=speed, sample_rate=24000, continues=True)
            ]
            words = [word for piece in found for word in piece.words]
            assert [text[word.start : word.end] for word in words] == text.split()
            assert words[-1].end_ms <= len(joined(found)) / 24 + 1e-6


def test_a_rate_that_is_not_native_is_refused(engine: SynthesisEngine) -> None:
    with pytest.raises(EngineError, match="sample rate"):
        joined(pieces(engine, "yes", sample_rate=22050))


def test_words_of_a_segment_that_is_longer_than_one_string_go_on_in_time(engine: SynthesisEngine) -> None:
    text = "seventeen wonderful elephants " * 12
    found = pieces(engine, text, "female", "en")
    words = [word for piece in found for word in piece.words]
    assert [text[word.start : word.end] for word in words] == text.split()
    assert all(0 < after.start_ms - before.start_ms < 2500 for before, after in pairwise(words))
    total_ms = sum(len(piece.samples) for piece in found) * 1000 / engine.info.sample_rate
    assert words[-1].end_ms == pytest.approx(total_ms, abs=600)
