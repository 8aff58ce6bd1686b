"""Files for `hiwar transcribe`: plain WAV as it is, all else by what it holds, in short chunks."""

import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from hiwar.audio.encoding import wav_header
from hiwar.audio.pcm import from_linear16
from hiwar.cli.audio_files import CHUNK_FRAMES, PcmFile, open_audio
from hiwar.errors import ErrorCode, HiwarError
from support.encoded_files import by_libsndfile, encoded

RATE = 22_050
SWEEP = (0.3 * np.sin(2000 * (np.arange(RATE) / RATE) ** 2)).astype(np.float32)


def opened(tmp_path: Path, data: bytes, name: str = "audio") -> PcmFile:
    path = tmp_path / name
    path.write_bytes(data)
    return open_audio(path)


def test_plain_wav_keeps_its_rate_and_needs_no_more_than_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("av", "soxr", "hiwar.audio.files"):
        monkeypatch.setitem(sys.modules, module, None)
    file = opened(tmp_path, by_libsndfile(SWEEP, RATE, "WAV", "PCM_16"))
    assert file.sample_rate == RATE
    chunks = list(file.chunks)
    assert max(map(len, chunks)) <= 2 * CHUNK_FRAMES
    assert from_linear16(b"".join(chunks)) == pytest.approx(SWEEP, abs=1e-4)
    with pytest.raises(HiwarError, match=r"hiwar\[codecs\]") as raised:
        opened(tmp_path, by_libsndfile(SWEEP, RATE, "FLAC", "PCM_16"))
    assert raised.value.code is ErrorCode.UNSUPPORTED_FORMAT


@pytest.mark.parametrize(
    ("container", "codec"),
    [("flac", "flac"), ("mp3", "libmp3lame"), ("ogg", "libopus"), ("webm", "libopus"), ("mp4", "aac"), ("adts", "aac")],
)
def test_other_files_come_at_16_khz_whatever_their_name(tmp_path: Path, container: str, codec: str) -> None:
    file = opened(tmp_path, encoded(SWEEP, RATE, container, codec), "call.wav")
    assert file.sample_rate == 16_000
    chunks = list(file.chunks)
    assert max(map(len, chunks)) <= 2 * CHUNK_FRAMES
    assert len(b"".join(chunks)) / 32_000 == pytest.approx(1, abs=0.15)


def test_a_streamed_wav_and_one_in_stereo_are_read(tmp_path: Path) -> None:
    streamed = opened(tmp_path, wav_header(16_000) + bytes(6400))
    assert len(b"".join(streamed.chunks)) == 6400
    stereo = opened(tmp_path, by_libsndfile(np.stack((SWEEP, SWEEP), 1), RATE, "WAV", "PCM_16"))
    assert (stereo.sample_rate, len(b"".join(stereo.chunks))) == (16_000, 32_000)


def test_what_is_no_audio_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(HiwarError) as raised:
        opened(tmp_path, b"only text", "notes.mp3")
    assert raised.value.code is ErrorCode.UNSUPPORTED_FORMAT


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
def test_a_file_cut_short_is_corrupt(tmp_path: Path, subtype: str) -> None:
    with pytest.raises(HiwarError) as raised:
        opened(tmp_path, by_libsndfile(SWEEP, RATE, "WAV", subtype)[:-1000])
    assert raised.value.code is ErrorCode.CORRUPT_AUDIO


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(HiwarError, match="cannot be read"):
        open_audio(tmp_path / "absent.wav")


def test_a_long_file_is_not_held_in_memory(tmp_path: Path) -> None:
    minutes = encoded(np.tile(SWEEP[:8000], 120), 8000, "ogg", "libopus")
    tracemalloc.start()
    try:
        chunks = sum(1 for _ in opened(tmp_path, minutes).chunks)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert chunks * CHUNK_FRAMES > 110 * 16_000
    assert peak_bytes < len(minutes) + 1_000_000
