"""What a client's player makes of the bytes of a request, by decoders that are not the encoders' where it can be."""

import io
from dataclasses import dataclass

import av
import numpy as np
import soundfile

from hiwar.audio.g711 import decode_alaw, decode_mulaw
from hiwar.audio.pcm import Samples, from_linear16
from hiwar.vocabulary import SpeechFormat

PRIMING_SAMPLES = {SpeechFormat.OPUS: 0, SpeechFormat.MP3: 576 + 529, SpeechFormat.AAC: 1024, SpeechFormat.FLAC: 0}
"""What a player puts in front of the first sample: formats without a place to say it cannot have it cut off."""


@dataclass(frozen=True)
class Played:
    """`sample_rate` in Hz is None for formats that do not say it."""

    samples: Samples
    sample_rate: int | None = None


def play(data: bytes, encoding: SpeechFormat) -> Played:
    match encoding:
        case SpeechFormat.PCM:
            return Played(from_linear16(data))
        case SpeechFormat.MULAW:
            return Played(decode_mulaw(data))
        case SpeechFormat.ALAW:
            return Played(decode_alaw(data))
        case SpeechFormat.AAC:
            return play_by_ffmpeg(data)
        case SpeechFormat.FLAC:
            return play_by_libsndfile(_with_length(data, play_by_ffmpeg(data).samples.size))
        case _:
            return play_by_libsndfile(data)


def play_by_libsndfile(data: bytes) -> Played:
    """By libopus, mpg123 and libFLAC in it."""
    samples, sample_rate = soundfile.read(io.BytesIO(data), dtype="float32")
    return Played(samples, sample_rate)


def play_by_ffmpeg(data: bytes) -> Played:
    with av.open(io.BytesIO(data), "r") as file:
        assert len(file.streams) == 1
        frames = list(file.decode(audio=0))
    parts = [frame.to_ndarray().reshape(-1) for frame in frames]
    samples = np.concatenate([part / 32768 if part.dtype == np.int16 else part for part in parts]).astype(np.float32)
    return Played(samples, frames[0].sample_rate)


def _with_length(flac: bytes, samples: int) -> bytes:
    """libsndfile reads no FLAC of unknown length: the last 36 bits in front of the checksum of STREAMINFO are it."""
    assert flac[:4] == b"fLaC"
    assert int.from_bytes(flac[21:26], "big") & (1 << 36) - 1 == 0
    return flac[:21] + (int.from_bytes(flac[21:26], "big") | samples).to_bytes(5, "big") + flac[26:]
