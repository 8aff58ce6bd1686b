"""Samples to the bytes of each format."""

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from hiwar.audio import g711
from hiwar.audio.encoding import SpeechEncoder, wav_header
from hiwar.audio.pcm import Samples, to_linear16
from hiwar.vocabulary import SYNTHESIS_SAMPLE_RATES, AudioFormat, SpeechFormat

SECOND = (0.5 * np.sin(2 * np.pi * 440 * np.arange(24000) / 24000)).astype(np.float32)


def test_pcm_at_the_rate_of_the_engine_is_the_samples() -> None:
    encoder = SpeechEncoder(AudioFormat(SpeechFormat.PCM, 24000), 24000)
    assert encoder.encode(SECOND) + encoder.finish() == to_linear16(SECOND)


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [(SpeechFormat.MULAW, g711.encode_mulaw), (SpeechFormat.ALAW, g711.encode_alaw)],
)
def test_g711_is_one_byte_a_sample(encoding: SpeechFormat, encode: Callable[[Samples], bytes]) -> None:
    encoder = SpeechEncoder(AudioFormat(encoding, 8000), 8000)
    assert encoder.encode(SECOND) + encoder.finish() == encode(SECOND)


@pytest.mark.parametrize("sample_rate", SYNTHESIS_SAMPLE_RATES)
def test_a_second_stays_a_second(sample_rate: int) -> None:
    encoder = SpeechEncoder(AudioFormat(SpeechFormat.PCM, sample_rate), 24000)
    sent = encoder.encode(SECOND) + encoder.finish()
    assert len(sent) == sample_rate * 2
    assert encoder.audio_ms == 1000


@pytest.mark.parametrize("sample_rate", SYNTHESIS_SAMPLE_RATES)
def test_a_first_piece_is_sent_at_once_but_for_its_last_millisecond_and_a_half(sample_rate: int) -> None:
    encoder = SpeechEncoder(AudioFormat(SpeechFormat.PCM, sample_rate), 24000)
    assert len(encoder.encode(SECOND[:2400])) / (sample_rate * 2) > 0.0984


def test_audio_ms_counts_what_was_given_out() -> None:
    encoder = SpeechEncoder(AudioFormat(SpeechFormat.WAV, 24000), 24000)
    assert encoder.audio_ms == 0
    encoder.encode(SECOND[:6000])
    assert encoder.audio_ms == 250


def test_the_wav_header_says_what_follows_and_leaves_the_sizes_open() -> None:
    header = wav_header(22050)
    assert len(header) == 44
    assert struct.unpack("<4sI4s4sIHHIIHH4sI", header) == (
        *(b"RIFF", 0xFFFFFFFF, b"WAVE", b"fmt ", 16),
        *(1, 1, 22050, 44100, 2, 16),
        *(b"data", 0xFFFFFFFF),
    )


def test_the_wav_header_comes_once_in_front_of_the_first_audio() -> None:
    encoder = SpeechEncoder(AudioFormat(SpeechFormat.WAV, 24000), 24000)
    sent = [encoder.encode(SECOND[:0]), encoder.encode(SECOND[:10]), encoder.encode(SECOND[10:20]), encoder.finish()]
    assert sent == [b"", wav_header(24000) + to_linear16(SECOND[:10]), to_linear16(SECOND[10:20]), b""]


def test_a_wav_without_audio_is_its_header() -> None:
    encoder = SpeechEncoder(AudioFormat(SpeechFormat.WAV, 8000), 24000)
    assert encoder.finish() == wav_header(8000)


def test_a_streamed_wav_is_read_to_its_end() -> None:
    encoder = SpeechEncoder(AudioFormat(SpeechFormat.WAV, 22050), 24000)
    heard, sample_rate = soundfile.read(io.BytesIO(encoder.encode(SECOND) + encoder.finish()))
    assert (heard.size, sample_rate) == (22050, 22050)
