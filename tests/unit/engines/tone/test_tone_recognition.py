"""Tones to text."""

import numpy as np
import pytest

from hiwar.audio.decoding import PcmDecoder
from hiwar.audio.encoding import SpeechEncoder
from hiwar.audio.pcm import Samples
from hiwar.engines.contracts import Hypothesis
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.vocabulary import MODEL_SAMPLE_RATE, AudioEncoding, AudioFormat, Language, SpeechFormat
from support.tones import tones

TEXT = "Hello, world! مرحبا بالعالم 🎙 x2"

ROUTES = [
    *((SpeechFormat.PCM, AudioEncoding.LINEAR16, rate) for rate in (8000, 16000, 22050, 24000, 44100, 48000)),
    (SpeechFormat.MULAW, AudioEncoding.MULAW, 8000),
    (SpeechFormat.ALAW, AudioEncoding.ALAW, 8000),
]


def spoken(*segments: str, speed: float = 1.0) -> Samples:
    return np.concatenate([tones(segment, speed) for segment in segments])


def carried(
    audio: Samples,
    synthesis: SpeechFormat = SpeechFormat.PCM,
    recognition: AudioEncoding = AudioEncoding.LINEAR16,
    rate: int = MODEL_SAMPLE_RATE,
) -> Samples:
    """The audio as it arrives at the recogniser, by way of bytes."""
    encoder, decoder = SpeechEncoder(AudioFormat(synthesis, rate), 24000), PcmDecoder(recognition, rate)
    sent = encoder.encode(audio) + encoder.finish()
    return np.concatenate((*decoder.decode(sent), decoder.flush()))


def noisy(audio: Samples, snr_db: float, seed: int = 1) -> Samples:
    level = np.sqrt(np.mean(audio**2) / 10 ** (snr_db / 10))
    mixed: Samples = (audio + level * np.random.default_rng(seed).standard_normal(audio.size)).astype(np.float32)
    return mixed


def silence(milliseconds: float) -> Samples:
    return np.zeros(round(milliseconds * 16), dtype=np.float32)


def heard(audio: Samples, *, language: Language | None = None, words: bool = False) -> Hypothesis:
    return ToneRecognition().recognize(audio, language=language, final=True, words=words)


@pytest.mark.parametrize("snr_db", [np.inf, 15, 10])
@pytest.mark.parametrize(("synthesis", "recognition", "rate"), ROUTES)
def test_text_comes_back(synthesis: SpeechFormat, recognition: AudioEncoding, rate: int, snr_db: float) -> None:
    result = heard(noisy(carried(spoken(TEXT), synthesis, recognition, rate), snr_db))
    assert (result.text, result.confidence) == (TEXT, 1.0)


@pytest.mark.parametrize("speed", [0.5, 0.73, 1.0, 1.6, 2.0])
def test_text_comes_back_at_any_speed(speed: float) -> None:
    assert heard(carried(spoken(TEXT, speed=speed))).text == TEXT


@pytest.mark.parametrize("gain", [1.2, 0.1, 0.001])
def test_text_comes_back_at_any_level(gain: float) -> None:
    assert heard(carried(spoken(TEXT)) * np.float32(gain)).text == TEXT


def test_text_comes_back_from_any_offset() -> None:
    audio = carried(spoken("Offset س"))
    texts = {heard(np.concatenate((np.zeros(offset, np.float32), audio))).text for offset in range(0, 700, 7)}
    assert texts == {"Offset س"}


def test_repeated_symbols_are_counted() -> None:
    assert heard(carried(spoken("wwww 3333 \x00\x00"))).text == "wwww 3333 \x00\x00"


def test_a_part_of_the_audio_gives_a_prefix_that_only_grows() -> None:
    audio = noisy(carried(spoken(TEXT)), 12)
    shown = ""
    for end in range(0, audio.size, 173):
        text = heard(audio[:end]).text
        assert text.startswith(shown)
        assert TEXT.startswith(text)
        shown = text
    assert len(shown) >= len(TEXT) - 1


def test_a_character_that_is_cut_at_the_start_is_left_out() -> None:
    audio = carried(spoken("سلام"))
    # A character of two bytes lasts 180 ms; whatever more than 10 ms is missing of it, the rest is read.
    assert {heard(audio[round(cut_ms * 16) :]).text for cut_ms in range(10, 175)} == {"لام"}


def test_segments_that_follow_one_another_are_joined_by_a_space() -> None:
    assert heard(carried(spoken("One.", " Two? ", "ثلاثة"))).text == "One. Two? ثلاثة"


def test_what_was_cut_out_lowers_the_confidence() -> None:
    audio = carried(spoken("abcd"))
    # Each character lasts 100 ms: without the first half-byte of "b" the second stands alone.
    result = heard(np.concatenate((audio[:1600], silence(40), audio[1600 + 640 :])))
    assert result.text == "acd"
    assert result.confidence == pytest.approx(4 / 5)  # the space behind the segment counts


def test_word_times_are_those_of_their_symbols() -> None:
    audio = np.concatenate((silence(200), carried(spoken("hi there"))))
    first, second = heard(audio, words=True).words
    # "hi" is two characters of 100 ms, the space 140 ms; the last symbol of a word ends 70 ms into its character.
    assert (first.text, second.text) == ("hi", "there")
    assert (first.start_ms, first.end_ms) == pytest.approx((200, 370), abs=2)
    assert (second.start_ms, second.end_ms) == pytest.approx((540, 1010), abs=2)
    assert (first.confidence, second.confidence) == (1.0, 1.0)


def test_words_are_given_only_when_asked() -> None:
    assert heard(carried(spoken("hi there"))).words == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [("hello", "en"), ("مرحبا", "ar"), ("مرحبا بكم في Wi-Fi", "ar"), ("say مرحبا to them all", "en"), ("42", "en")],
)
def test_language_is_that_of_most_letters(text: str, language: Language) -> None:
    assert heard(carried(spoken(text))).language == language


def test_a_language_that_is_given_is_kept() -> None:
    assert heard(carried(spoken("hello")), language="ar").language == "ar"


@pytest.mark.parametrize(
    "audio",
    [
        pytest.param(silence(0), id="nothing"),
        pytest.param(silence(1), id="less than a symbol"),
        pytest.param(silence(2000), id="silence"),
        pytest.param(noisy(np.ones(64000, np.float32), -20), id="noise"),
    ],
)
def test_no_text_where_nothing_was_said(audio: Samples) -> None:
    result = heard(audio, words=True)
    assert (result.text, result.confidence, result.words) == ("", 0.0, ())


def test_it_describes_itself() -> None:
    engine = ToneRecognition()
    assert (engine.info.name, engine.info.sample_rate, engine.info.word_timestamps) == ("tone", 16000, True)
    engine.close()
