"""When words sound: from durations alone, and as a recogniser hears it."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("hibari")
pytest.importorskip("onnxruntime")

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, RecognitionEngine, SynthesisEngine
from hiwar.engines.hibari.acoustic import Timing
from hiwar.engines.hibari.word_times import WordTimes
from hiwar.engines.reading.phonemizer import WordSpan
from hiwar.vocabulary import MODEL_SAMPLE_RATE

LEAD_FRAMES = 5
TEXTS = (
    "The train to the coast leaves at nine and breakfast is served on board until ten.",
    "Your order left our warehouse on Monday and should be with you before the end of the week.",
    "Please press one for sales or stay on the line to speak with someone.",
)


def timing(*durations: int, speed: float) -> Timing:
    return Timing(
        speed,
        np.array(durations),
        np.repeat(np.arange(len(durations)), durations),
        np.zeros(0, np.float32),
        np.zeros(0, np.float32),
    )


def times(words: tuple[WordSpan, ...], start: int = 15, speed: float = 1.0, from_ms: float = 0.0) -> WordTimes:
    # Silence of 10 units, "ab cd, ef" with 2 units a sound, 4 for the comma, 8 for the last, silence of 10.
    return WordTimes(words, timing(10, 2, 2, 2, 2, 2, 4, 2, 2, 8, 10, speed=speed), start, from_ms)


AB, CD, EF = WordSpan(0, 2, 0, 2), WordSpan(3, 6, 3, 5), WordSpan(7, 9, 7, 9)


def test_a_word_lasts_as_long_as_its_sounds_and_takes_the_space_before_it() -> None:
    words = times((AB, CD, EF)).before(1000)
    assert [(word.start, word.end) for word in words] == [(0, 2), (3, 6), (7, 9)]
    assert [(word.start_ms, word.end_ms) for word in words] == [(0, 100), (100, 250), (400, 550)]


def test_times_count_from_the_first_sample() -> None:
    (word,) = times((CD,), start=19, from_ms=1000.0).before(1000)
    assert (word.start_ms, word.end_ms) == (1100, 1200)


def test_the_pause_that_the_last_sound_before_it_holds_is_not_of_the_word() -> None:
    spoken = times((AB, CD, EF)).before(1000)
    assert spoken[-1].end_ms == 450 + 4 * 25
    hasty = times((AB, CD, EF), speed=2.0).before(1000)
    assert hasty[-1].end_ms - hasty[-1].start_ms == 50 + 2 * 25


def test_slow_speech_leads_by_more() -> None:
    (word,) = times((CD,), speed=0.5).before(1000)
    assert word.start_ms == 150 - LEAD_FRAMES * 12.5


def test_words_are_given_once_and_when_they_begin() -> None:
    words = times((AB, CD, EF))
    assert [word.start for word in words.before(16)] == [0]
    assert words.before(16) == ()
    assert [word.start for word in words.before(23)] == []
    assert [word.start for word in words.before(24)] == [3]
    assert [word.start for word in words.before(48)] == [7]


def test_the_rest_ends_with_the_sound() -> None:
    words = times((AB, CD, EF))
    assert words.given_until_ms == 0
    assert len(words.before(23)) == 1
    assert words.given_until_ms == 100
    cd, ef = words.rest(500)
    assert (cd.start_ms, cd.end_ms) == (100, 250)
    assert (ef.start_ms, ef.end_ms) == (400, 500)
    assert words.rest(500) == words.before(1000) == ()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SynthesisEngine]:
    loaded = registry.load_synthesis("hibari", EngineContext(Path(tmp_path_factory.mktemp("models"))))
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecognitionEngine]:
    pytest.importorskip("ctranslate2")
    loaded = registry.load_recognition("whisper", EngineContext(Path(tmp_path_factory.mktemp("models"))))
    yield loaded
    loaded.close()


@pytest.mark.models
@pytest.mark.parametrize("speed", [0.8, 1.0, 1.4])
def test_words_sound_when_a_recogniser_hears_them(
    engine: SynthesisEngine, recogniser: RecognitionEngine, speed: float
) -> None:
    differences_ms: list[float] = []
    for text in TEXTS:
        found = [*engine.synthesize(text, voice="female", language="en", speed=speed, sample_rate=MODEL_SAMPLE_RATE)]
        spoken = [word for piece in found for word in piece.words]
        samples = np.concatenate([piece.samples for piece in found])
        heard = recogniser.open().recognize(samples, language="en", final=True, words=True).words
        said, understood = [plain(text[w.start : w.end]) for w in spoken], [plain(word.text) for word in heard]
        for block in SequenceMatcher(None, said, understood, autojunk=False).get_matching_blocks():
            pairs = zip(spoken[block.a :][: block.size], heard[block.b :][: block.size], strict=True)
            differences_ms.extend(abs(ours.start_ms - theirs.start_ms) for ours, theirs in pairs)
    assert len(differences_ms) > 30
    assert np.mean(differences_ms) < 80


def plain(word: str) -> str:
    return re.sub(r"\W", "", word.lower())
