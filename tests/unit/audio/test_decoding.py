"""Chunks of a recognition stream to 16 kHz samples."""

import numpy as np
import pytest

from hiwar.audio import g711
from hiwar.audio.decoding import PcmDecoder
from hiwar.audio.pcm import Samples, to_linear16
from hiwar.vocabulary import RECOGNITION_SAMPLE_RATES, AudioEncoding

RAMP = np.linspace(-0.9, 0.9, 1000, dtype=np.float32)


def test_linear16_at_16_khz_is_what_was_sent() -> None:
    decoder = PcmDecoder(AudioEncoding.LINEAR16, 16000)
    assert decoder.decode(b"\x00\x40\x00\xc0").tolist() == [0.5, -0.5]
    assert decoder.flush().size == 0


def test_a_sample_cut_in_two_waits_for_its_other_half() -> None:
    decoder = PcmDecoder(AudioEncoding.LINEAR16, 16000)
    heard = [decoder.decode(piece).tolist() for piece in (b"\x00", b"", b"\x40\x00", b"\xc0")]
    assert heard == [[], [], [0.5], [-0.5]]


def test_half_a_sample_at_the_end_is_dropped() -> None:
    decoder = PcmDecoder(AudioEncoding.LINEAR16, 16000)
    assert decoder.decode(b"\x00\x40\x7f").tolist() == [0.5]
    assert decoder.flush().size == 0


@pytest.mark.parametrize(
    ("encoding", "sent", "expected"),
    [
        (AudioEncoding.MULAW, g711.encode_mulaw(RAMP), g711.decode_mulaw(g711.encode_mulaw(RAMP))),
        (AudioEncoding.ALAW, g711.encode_alaw(RAMP), g711.decode_alaw(g711.encode_alaw(RAMP))),
    ],
)
def test_g711_is_one_byte_a_sample(encoding: AudioEncoding, sent: bytes, expected: Samples) -> None:
    assert (PcmDecoder(encoding, 16000).decode(sent) == expected).all()


@pytest.mark.parametrize("sample_rate", RECOGNITION_SAMPLE_RATES)
def test_a_second_at_any_rate_becomes_a_second_at_16_khz(sample_rate: int) -> None:
    decoder = PcmDecoder(AudioEncoding.LINEAR16, sample_rate)
    second = to_linear16(np.full(sample_rate, 0.25, dtype=np.float32))
    heard = np.concatenate((decoder.decode(second), decoder.flush()))
    assert heard.size == 16000
    assert heard[4000:12000] == pytest.approx(0.25, abs=1e-4)


def test_finish_without_audio_is_empty() -> None:
    assert PcmDecoder(AudioEncoding.MULAW, 8000).flush().size == 0
