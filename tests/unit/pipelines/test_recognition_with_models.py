"""One recognition stream over the embedded models: spoken text comes back, noise and silence say nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import jiwer
import numpy as np
import pytest
import soxr

from hiwar.engines import silero, whisper
from hiwar.engines.contracts import EngineContext, RecognitionEngine, Samples, VoiceActivityEngine
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.vocabulary import LanguageChoice, RecognitionConfig, SpeechStarted, Transcript
from support.scripted_recognition import finals, stream
from support.spoken import speak

pytestmark = pytest.mark.models

SENTENCES = ("The train to the coast leaves early today.", "Please bring a warm coat and some bread.")
FRAME_BYTES = 2048


@dataclass(frozen=True)
class Engines:
    recognizer: RecognitionEngine
    voice_activity: VoiceActivityEngine


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    context = EngineContext(models_dir=tmp_path_factory.mktemp("models"))
    loaded = Engines(whisper.load(context), silero.load(context))
    yield loaded
    loaded.recognizer.close()
    loaded.voice_activity.close()


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> list[Samples]:
    """Each sentence at 16 kHz, with a second of silence behind it."""
    models_dir = tmp_path_factory.mktemp("models")
    return [np.concatenate([speak(text, models_dir), np.zeros(16000, np.float32)]) for text in SENTENCES]


@pytest.fixture
def spoken(sentences: list[Samples]) -> Samples:
    return np.concatenate(sentences)


def pcm(samples: Samples, rate: int = 16000) -> bytes:
    resampled = soxr.resample(samples, 16000, rate)
    return bytes((np.clip(resampled, -1, 1) * 32767).astype("<i2").tobytes())


def open_stream(engines: Engines, language: LanguageChoice = "auto", rate: int = 16000) -> RecognitionPipeline:
    config = RecognitionConfig("test", language=language, sample_rate=rate)
    return RecognitionPipeline(config, engines.recognizer, engines.voice_activity)


def errors(texts: list[str]) -> float:
    return float(jiwer.wer(plain(" ".join(SENTENCES)), plain(" ".join(texts))))


def plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter == " ")


@pytest.mark.parametrize("rate", [8000, 48000])
def test_spoken_text_comes_back(engines: Engines, spoken: Samples, rate: int) -> None:
    events = stream(open_stream(engines, rate=rate), pcm(spoken, rate), FRAME_BYTES)
    assert len(finals(events)) == len(SENTENCES)
    assert errors(finals(events)) <= 0.1
    assert {event.language for event in events if isinstance(event, Transcript)} == {"en"}


def test_stable_text_never_changes(engines: Engines, spoken: Samples) -> None:
    stable = ("", 0)
    for event in stream(open_stream(engines, "en"), pcm(spoken), FRAME_BYTES):
        if isinstance(event, Transcript):
            before = stable[0] if event.segment == stable[1] else ""
            assert event.stable.startswith(before)
            assert event.text.startswith(event.stable)
            stable = (event.stable, event.segment)
    assert stable[0]


def test_a_file_sent_at_once_says_the_same(engines: Engines, spoken: Samples) -> None:
    audio = pcm(spoken)
    events = stream(open_stream(engines, "en"), audio, len(audio))
    assert errors(finals(events)) <= 0.1


def test_a_stream_that_ends_in_mid_word_still_gets_its_final(engines: Engines, spoken: Samples) -> None:
    events = stream(open_stream(engines, "en"), pcm(spoken[: 16000 * 3 // 2]), FRAME_BYTES)
    assert "train" in finals(events)[0].lower()


def test_two_streams_at_the_same_time_do_not_mix(engines: Engines, sentences: list[Samples]) -> None:
    recordings = [pcm(sentence) for sentence in sentences]

    def recognise(audio: bytes) -> list[str]:
        return finals(stream(open_stream(engines, "en"), audio, len(audio)))

    with ThreadPoolExecutor(2) as pool:
        heard = list(pool.map(recognise, recordings * 2))
    assert heard[:2] == heard[2:]
    assert errors([*heard[0], *heard[1]]) <= 0.1


def noises() -> Iterator[Samples]:
    rng = np.random.default_rng(23)
    time = np.arange(16000 * 4) / 16000
    white = rng.standard_normal(len(time))
    yield np.zeros(len(time), np.float32)
    for level in (0.01, 0.1, 0.3):
        yield (level * white).astype(np.float32)
    yield (0.2 * white * (np.sin(2 * np.pi * 3 * time) > 0)).astype(np.float32)
    yield (0.1 * np.cumsum(white) / np.abs(np.cumsum(white)).max()).astype(np.float32)
    yield (0.3 * np.sign(np.sin(2 * np.pi * 50 * time))).astype(np.float32)


@pytest.mark.parametrize("language", ["auto", "en", "ar"])
def test_silence_and_noise_say_nothing(engines: Engines, language: LanguageChoice) -> None:
    for noise in noises():
        events = stream(open_stream(engines, language), pcm(noise), FRAME_BYTES)
        assert [event for event in events if isinstance(event, Transcript)] == []
        assert sum(isinstance(event, SpeechStarted) for event in events) <= 1
