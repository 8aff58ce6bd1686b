"""What the sherpa engine owes the pipelines, with transducers of a few kilobytes in both layouts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

pytest.importorskip("sherpa_onnx")

from hiwar.engines.contracts import AbandonedError, EngineContext, RecognitionEngine, Samples
from hiwar.engines.sherpa import load
from hiwar.engines.sherpa.engine import SherpaEngine
from hiwar.errors import EngineError
from support.tiny_transducer import SAMPLE_RATE, STEP_MS, sound, write_nemo_transducer, write_transducer

STEPS = [-1, 0, 1, -1, 2, 3, -1]
TEXT = "middle high top"
STEP = SAMPLE_RATE * STEP_MS // 1000


@dataclass(frozen=True)
class Listener:
    engine: RecognitionEngine
    speech: Samples


@pytest.fixture(scope="module", params=["icefall", "nemo"])
def listener(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    write = write_transducer if request.param == "icefall" else write_nemo_transducer
    folder = write(tmp_path_factory.mktemp("models") / "tiny")
    engine = load(EngineContext(folder.parent, model=str(folder)))
    yield Listener(engine, sound(STEPS))
    engine.close()


def test_info_says_what_it_is(listener: Listener) -> None:
    info = listener.engine.info
    assert (info.name, info.model, info.licence) == ("sherpa", "tiny", "not stated")
    assert info.languages == ("ar", "en")
    assert info.sample_rate == SAMPLE_RATE
    assert info.word_timestamps


@pytest.mark.parametrize("final", [False, True])
def test_speech_becomes_its_text(listener: Listener, final: bool) -> None:
    heard = listener.engine.open().recognize(listener.speech, language=None, final=final)
    assert heard.text == TEXT
    assert heard.language == "en"
    assert 0.7 <= heard.confidence <= 1.0
    assert heard.words == ()


def test_partials_only_grow_and_hear_no_more_than_a_chunk_late(listener: Listener) -> None:
    utterance = listener.engine.open()
    texts = [
        utterance.recognize(listener.speech[:end], language=None, final=False).text
        for end in range(0, len(listener.speech) + 1, STEP // 2)
    ]
    assert all(after.startswith(before) for before, after in pairwise(texts))
    late_steps = 2  # a chunk and its look-ahead, in halves of a step, rounded up
    assert texts[2 * 6 + late_steps] == TEXT
    assert len(set(texts)) >= 4


def test_new_audio_alone_is_fed(listener: Listener) -> None:
    utterance = listener.engine.open()
    utterance.recognize(listener.speech[: 5 * STEP], language=None, final=False)
    changed = listener.speech.copy()
    changed[: 5 * STEP] = 0
    assert utterance.recognize(changed, language=None, final=True).text == TEXT


def test_a_final_hears_what_has_no_room_in_a_chunk(listener: Listener) -> None:
    short = listener.speech[: 5 * STEP + SAMPLE_RATE // 5]
    assert listener.engine.open().recognize(short, language=None, final=False).text != TEXT
    assert listener.engine.open().recognize(short, language=None, final=True).text == TEXT


def test_an_utterance_that_goes_on_after_a_final_is_heard_whole(listener: Listener) -> None:
    utterance = listener.engine.open()
    assert utterance.recognize(listener.speech[: 4 * STEP], language=None, final=True).text == "middle"
    assert utterance.recognize(listener.speech, language=None, final=False).text == TEXT
    assert utterance.recognize(listener.speech, language=None, final=True).text == TEXT


def test_a_final_may_leave_out_the_silence_at_its_end(listener: Listener) -> None:
    utterance = listener.engine.open()
    utterance.recognize(listener.speech, language=None, final=False)
    # It is not heard again for that: other audio before it changes nothing.
    shorter = np.zeros(len(listener.speech) - STEP // 2, np.float32)
    heard = utterance.recognize(shorter, language=None, final=True, words=True)
    assert heard.text == TEXT
    assert heard.words[-1].end_ms <= (len(listener.speech) - STEP // 2) * 1000 // SAMPLE_RATE


def test_speech_that_a_final_leaves_out_is_not_in_it(listener: Listener) -> None:
    utterance = listener.engine.open()
    utterance.recognize(listener.speech, language=None, final=False)
    assert utterance.recognize(listener.speech[: 4 * STEP], language=None, final=True).text == "middle"


def test_the_result_begins_with_the_prefix(listener: Listener) -> None:
    for prefix, text in (("middle high", TEXT), ("muddle high", "muddle high top"), ("a b c d", "a b c d")):
        heard = listener.engine.open().recognize(listener.speech, language="en", prefix=prefix, final=True)
        assert heard.text == text


def test_words_are_where_they_sound(listener: Listener) -> None:
    heard = listener.engine.open().recognize(listener.speech, language="en", final=True, words=True)
    assert [word.text for word in heard.words] == TEXT.split()
    begins = [word.start_ms for word in heard.words]
    assert np.allclose(begins, [1 * STEP_MS, 4 * STEP_MS, 5 * STEP_MS], atol=80)
    edges = [edge for word in heard.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert edges[-1] <= len(listener.speech) * 1000 // SAMPLE_RATE
    assert all(0.7 <= word.confidence <= 1.0 for word in heard.words)


@pytest.mark.parametrize("length", [0, 1, 160, 8000, 160_000])
def test_silence_of_any_length_has_no_text(listener: Listener, length: int) -> None:
    for final in (False, True):
        heard = listener.engine.open().recognize(np.zeros(length, np.float32), language=None, final=final, words=True)
        assert (heard.text, heard.words, heard.confidence) == ("", (), 0.0)


def test_an_explicit_language_is_kept(listener: Listener) -> None:
    for language in listener.engine.info.languages:
        heard = listener.engine.open().recognize(listener.speech, language=language, final=False)
        assert heard.language == language


def test_utterances_at_the_same_time_do_not_mix(listener: Listener) -> None:
    audios = [sound([-1, *steps], seed) for seed, steps in enumerate([[0, 1, 2], [3, 2, 3], [2, 0], [0, 1, 0, 3]])]

    def hear(audio: Samples) -> list[str]:
        utterance = listener.engine.open()
        ends = range(1600, len(audio) + 1, 1600)
        partials = [utterance.recognize(audio[:end], language="en", final=False).text for end in ends]
        return [*partials, utterance.recognize(audio, language="en", final=True).text]

    alone = [hear(audio) for audio in audios]
    assert len({texts[-1] for texts in alone}) == len(audios)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(hear, audios * 4)) == alone * 4


def test_nobody_waits_for_a_partial_any_more(listener: Listener) -> None:
    utterance = listener.engine.open()
    answers = iter([True, True, False])
    with pytest.raises(AbandonedError):
        utterance.recognize(listener.speech, language=None, final=False, wanted=lambda: next(answers))
    assert utterance.recognize(listener.speech, language=None, final=True).text == TEXT


def test_a_final_that_was_abandoned_is_begun_again(listener: Listener) -> None:
    utterance = listener.engine.open()
    with pytest.raises(AbandonedError):
        utterance.recognize(listener.speech, language=None, final=True, wanted=lambda: False)
    assert utterance.recognize(listener.speech, language=None, final=True).text == TEXT


class BreaksOnce:
    """A recogniser whose third step fails, after the native library has worked on it."""

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._steps = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recognizer, name)

    def decode_stream(self, stream: object) -> None:
        self._recognizer.decode_stream(stream)
        self._steps += 1
        if self._steps == 3:
            raise RuntimeError


def test_after_a_failure_the_utterance_is_heard_again(listener: Listener) -> None:
    engine = cast("SherpaEngine", listener.engine)
    utterance = SherpaEngine(BreaksOnce(engine._recognizer), engine._files, engine.info).open()
    with pytest.raises(EngineError):
        utterance.recognize(np.zeros(5 * STEP, np.float32), language=None, final=False)
    assert utterance.recognize(listener.speech, language=None, final=False).text == TEXT


def test_the_audio_is_not_changed(listener: Listener) -> None:
    audio = listener.speech.copy()
    audio.flags.writeable = False
    listener.engine.open().recognize(audio, language="en", final=True)
    assert np.array_equal(audio, listener.speech)


def test_a_closed_engine_opens_nothing(tmp_path: Path) -> None:
    engine = load(EngineContext(tmp_path, model=str(write_transducer(tmp_path / "tiny"))))
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.open()


def test_a_model_with_language_prompts_is_told_the_language(tmp_path: Path) -> None:
    engine = load(EngineContext(tmp_path, model=str(write_nemo_transducer(tmp_path / "nemo"))))
    speech = sound(STEPS)
    assert "middle" not in engine.open().recognize(speech, language="ar", final=True).text
    utterance = engine.open()
    assert utterance.recognize(speech, language=None, final=False).text == TEXT
    # Another language than before: the stream begins again.
    assert "middle" not in utterance.recognize(speech, language="ar", final=False).text


def test_the_only_language_of_a_model_is_that_of_its_text(tmp_path: Path) -> None:
    folder = write_transducer(tmp_path / "tiny", settings={"languages": ["ar"], "licence": "MIT"})
    engine = load(EngineContext(tmp_path, model=str(folder)))
    assert engine.info.licence == "MIT"
    assert engine.open().recognize(sound(STEPS), language=None, final=True).language == "ar"


def test_capitals_of_a_model_that_writes_no_others_become_small(tmp_path: Path) -> None:
    folder = write_transducer(tmp_path / "tiny")
    tokens = (folder / "tokens.txt").read_text(encoding="utf-8")
    (folder / "tokens.txt").write_text(tokens.upper().replace("<BLK>", "<blk>"), encoding="utf-8")
    engine = load(EngineContext(tmp_path, model=str(folder)))
    assert engine.open().recognize(sound(STEPS), language=None, final=True).text == TEXT
