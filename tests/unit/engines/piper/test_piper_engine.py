"""The engine over a tiny model and scripted phonemes: pieces, words, levels, speakers, errors."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")
pytest.importorskip("hibari")

from hiwar.audio.limiting import limited
from hiwar.engines.contracts import SpeechPiece
from hiwar.engines.onnx_sessions import open_session
from hiwar.engines.piper import graphs
from hiwar.engines.piper.engine import LoadedVoice, PiperEngine
from hiwar.engines.piper.model import VitsModel
from hiwar.engines.piper.streaming import Delivery, Schedule, UtteranceStream
from hiwar.engines.piper.utterance import compose
from hiwar.engines.piper.voice_file import read_voice
from hiwar.engines.reading.phonemizer import Phonemes, WordSpan
from hiwar.errors import EngineError
from hiwar.vocabulary import Language
from support.tiny_vits import HOP, SAMPLE_RATE, tiny_vits, write_voice

TEXT = "one or two, three"


def letters(text: str, language: Language, *, continues: bool = False) -> tuple[Phonemes, ...]:
    """Each letter as its own phoneme; two strings when there is a bar in the text."""
    said = []
    start = 0
    for part in text.split("|"):
        words = []
        for word in part.split():
            first = part.index(word)
            words.append(WordSpan(start + first, start + first + len(word), first, first + len(word.rstrip(".,"))))
        said += [Phonemes(part, tuple(words), continues)] if words else []
        start += len(part) + 1
    return tuple(said)


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> LoadedVoice:
    speakers = {"ann": 0, "bob": 2}
    path = write_voice(
        Path(tmp_path_factory.mktemp("voices")), model=tiny_vits(speakers=3), num_speakers=3, speaker_id_map=speakers
    )
    parts = graphs.split(tiny_vits(speakers=3))
    model = VitsModel({name: open_session(part.SerializeToString()) for name, part in parts.items()})
    return LoadedVoice("tiny/ann", 0, read_voice(path), model, letters, lambda _text, _language: ())


@pytest.fixture(scope="module")
def engine(voice: LoadedVoice) -> PiperEngine:
    return PiperEngine({"tiny/ann": voice, "tiny/bob": replace(voice, name="tiny/bob", speaker=2)})


def speak(engine: PiperEngine, text: str, voice: str = "tiny/ann", speed: float = 1.0) -> list[SpeechPiece]:
    return [*engine.synthesize(text, voice=voice, language="en", speed=speed, sample_rate=SAMPLE_RATE)]


def joined(pieces: list[SpeechPiece]) -> np.ndarray:
    return np.concatenate([piece.samples for piece in pieces])


def test_info_is_that_of_the_voices(engine: PiperEngine) -> None:
    assert (engine.info.name, engine.info.model, engine.info.sample_rate) == ("piper", "tiny", SAMPLE_RATE)
    assert engine.info.word_timestamps
    assert engine.info.streams == "pieces"
    assert [voice.name for voice in engine.voices] == ["tiny/ann", "tiny/bob"]
    assert engine.voices[0].languages == ("en", "ar")


def test_words_come_with_the_audio_that_they_begin_in(engine: PiperEngine) -> None:
    heard_ms = 0.0
    spoken = []
    for piece in speak(engine, TEXT):
        until_ms = heard_ms + 1000 * piece.samples.size / SAMPLE_RATE
        for word in piece.words:
            assert heard_ms <= word.start_ms < until_ms
            assert word.start_ms < word.end_ms
            spoken.append(TEXT[word.start : word.end])
        heard_ms = until_ms
    assert spoken == TEXT.split()


def test_a_word_that_has_no_frame_of_its_own_comes_with_the_last_piece(voice: LoadedVoice) -> None:
    def with_a_late_word(text: str, language: Language, *, continues: bool = False) -> tuple[Phonemes, ...]:
        (said,) = letters(text, language, continues=continues)
        end = said.words[-1].last
        return (replace(said, words=(*said.words, WordSpan(9, 10, end, end))),)

    pieces = speak(PiperEngine({"tiny/ann": replace(voice, phonemize=with_a_late_word)}), "one two.", speed=10_000)
    words = [word for piece in pieces for word in piece.words]
    assert [word.start for word in words] == [0, 4, 9]
    assert words[-1] in pieces[-1].words
    assert words[-1].start_ms <= 1000 * joined(pieces).size / SAMPLE_RATE


def test_words_of_a_second_string_are_timed_behind_the_first(engine: PiperEngine) -> None:
    first = joined(speak(engine, "one."))
    pieces = speak(engine, "one.|two.")
    one, two = (word for piece in pieces for word in piece.words)
    np.testing.assert_array_equal(joined(pieces)[: first.size], first)
    assert one.start_ms < one.end_ms < 1000 * first.size / SAMPLE_RATE <= two.start_ms
    assert (two.start, two.end) == (5, 9)


def test_the_last_mark_decides_on_the_pause(engine: PiperEngine) -> None:
    def silence_s(text: str, speed: float = 1.0) -> float:
        pieces = speak(engine, text, speed=speed)
        end_ms = [word.end_ms for piece in pieces for word in piece.words][-1]
        return joined(pieces).size / SAMPLE_RATE - end_ms / 1000

    frame_s = HOP / SAMPLE_RATE
    assert silence_s("one.") == pytest.approx(0.43, abs=frame_s)
    assert silence_s("one,") == pytest.approx(0.3, abs=frame_s)
    assert silence_s("one") == pytest.approx(0.43, abs=frame_s)
    assert silence_s("one.", speed=2.0) == pytest.approx(0.215, abs=frame_s)


def test_a_sentence_that_goes_on_hardly_pauses(engine: PiperEngine) -> None:
    def size(**asked: bool) -> int:
        pieces = engine.synthesize("one", voice="tiny/ann", language="en", speed=1.0, sample_rate=SAMPLE_RATE, **asked)
        return joined(list(pieces)).size

    assert size() - size(continues=True) == pytest.approx(0.37 * SAMPLE_RATE, abs=HOP)


def test_speakers_of_one_file_differ(engine: PiperEngine) -> None:
    assert joined(speak(engine, TEXT)).tobytes() != joined(speak(engine, TEXT, "tiny/bob")).tobytes()


def test_faster_is_shorter(engine: PiperEngine) -> None:
    slow, normal, fast = (joined(speak(engine, TEXT, speed=speed)).size for speed in (0.5, 1.0, 2.0))
    assert slow > normal > fast


def test_gain_is_applied_and_bounded(voice: LoadedVoice, engine: PiperEngine) -> None:
    plain = joined(speak(engine, TEXT))
    soft, loud = (joined(speak(PiperEngine({"tiny/ann": replace(voice, gain=gain)}), TEXT)) for gain in (0.5, 8.5))
    peak = np.abs(plain).max()
    assert peak < 0.7 < 8.5 * peak
    np.testing.assert_allclose(soft, plain * 0.5, rtol=1e-5)
    np.testing.assert_allclose(loud, limited(plain * np.float32(8.5)), rtol=1e-5)


def test_the_first_samples_of_a_string_fade_in(voice: LoadedVoice, engine: PiperEngine) -> None:
    spoken = joined(speak(engine, "one.|two."))
    stream = UtteranceStream(
        voice.model,
        compose(letters("one.", "en")[0], voice.file),
        Delivery(scales=(0.667, 1.0, 0.8), speed=1.0, speaker=0, pause_frames=0),
        Schedule(),
    )
    while (plain := stream.step()) is not None and not plain.size:
        pass
    assert plain is not None
    fade = SAMPLE_RATE // 500
    np.testing.assert_allclose(spoken[:fade], plain[:fade] * np.arange(fade) / fade, atol=1e-6)
    np.testing.assert_array_equal(spoken[fade : plain.size], plain[fade:])
    assert spoken[joined(speak(engine, "one.")).size] == 0


def test_nothing_to_say_gives_nothing(engine: PiperEngine) -> None:
    assert speak(engine, " ") == []


def test_an_iterator_closed_early_leaves_the_engine_usable(engine: PiperEngine) -> None:
    pieces = engine.synthesize(TEXT, voice="tiny/ann", language="en", speed=1.0, sample_rate=SAMPLE_RATE)
    assert next(pieces).samples.size == 0
    cast("Generator[SpeechPiece, None, None]", pieces).close()
    assert joined(speak(engine, TEXT)).size


def test_an_unknown_voice_or_rate_is_an_engine_error(engine: PiperEngine) -> None:
    with pytest.raises(EngineError, match="no such voice"):
        speak(engine, TEXT, "nobody")
    with pytest.raises(EngineError, match="sample rate"):
        next(engine.synthesize(TEXT, voice="tiny/ann", language="en", speed=1.0, sample_rate=24000))


def test_what_the_runtime_refuses_is_an_engine_error(voice: LoadedVoice) -> None:
    unknown = replace(voice.file, symbols={**voice.file.symbols, "o": (9999,)})
    with pytest.raises(EngineError):
        speak(PiperEngine({"tiny/ann": replace(voice, file=unknown)}), TEXT)
