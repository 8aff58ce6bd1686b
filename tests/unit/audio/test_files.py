"""Files of every container to 16 kHz: what is whole is read, what is cut short or damaged is told."""

import io
import random
import struct
import sys
from itertools import count

import numpy as np
import pytest
import soxr

from hiwar.audio.containers import AudioPart
from hiwar.audio.encoding import wav_header
from hiwar.audio.files import read_recording, recording_blocks
from hiwar.audio.pcm import Samples, from_linear16, to_linear16
from hiwar.errors import ErrorCode, HiwarError
from support.encoded_files import by_libsndfile, encoded

RATE = 44_100
SECONDS = 1.5
SWEEP = (0.3 * np.sin(2500 * (np.arange(int(SECONDS * RATE)) / RATE) ** 2)).astype(np.float32)
SWEEP += 0.01 * np.random.default_rng(1).standard_normal(SWEEP.size).astype(np.float32)
STEREO = np.stack((SWEEP, SWEEP), axis=1)

PLAIN = {
    **{f"wav {subtype}": by_libsndfile(SWEEP, RATE, "WAV", subtype)
       for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW")},
    "wav extensible, stereo": by_libsndfile(STEREO, RATE, "WAVEX", "PCM_24"),
    "wav of 64 bits": by_libsndfile(SWEEP, RATE, "RF64", "PCM_16"),
}  # fmt: skip
WHOLE = {
    **PLAIN,
    "wav of adpcm": by_libsndfile(SWEEP, RATE, "WAV", "IMA_ADPCM"),
    "flac": encoded(SWEEP, RATE, "flac", "flac"),
    "flac of libFLAC, stereo": by_libsndfile(STEREO, RATE, "FLAC", "PCM_24"),
    "flac, streamed": encoded(SWEEP, RATE, "flac", "flac", streamed=True),
    "mp3": encoded(SWEEP, RATE, "mp3", "libmp3lame"),
    "mp3 of libsndfile": by_libsndfile(SWEEP, RATE, "MP3", "MPEG_LAYER_III"),
    "mp3, streamed, 22050 Hz": encoded(SWEEP[::2], RATE // 2, "mp3", "libmp3lame", streamed=True),
    "ogg opus": encoded(SWEEP, RATE, "ogg", "libopus"),
    "ogg vorbis": by_libsndfile(SWEEP, RATE, "OGG", "VORBIS"),
    "webm": encoded(SWEEP, RATE, "webm", "libopus"),
    "webm, streamed": encoded(SWEEP, RATE, "webm", "libopus", options={"live": "1"}, streamed=True),
    "m4a": encoded(SWEEP, RATE, "mp4", "aac"),
    "m4a in fragments": encoded(SWEEP, RATE, "mp4", "aac", options={"movflags": "frag_keyframe+empty_moov"}),
    "m4a, lossless": encoded(SWEEP, RATE, "mov", "alac"),
    "mp4 with pictures": encoded(SWEEP, RATE, "mp4", "aac", video=True),
    "mkv with pictures": encoded(SWEEP, RATE, "matroska", "flac", video=True),
    "adts": encoded(SWEEP, RATE, "adts", "aac"),
}
every = pytest.mark.parametrize("data", WHOLE.values(), ids=list(WHOLE))


def read(data: bytes, max_s: float = 300) -> Samples:
    recording = read_recording(io.BytesIO(data), max_s)
    assert recording is not None
    assert recording.duration_s == len(recording.pcm) / 32_000
    return from_linear16(recording.pcm)


def refused(data: bytes, max_s: float = 300) -> HiwarError:
    with pytest.raises(HiwarError) as raised:
        read_recording(io.BytesIO(data), max_s)
    return raised.value


def outcome(data: bytes) -> ErrorCode | None:
    try:
        read(data)
    except HiwarError as error:
        return error.code
    return None


@every
def test_a_whole_file_is_read_whatever_holds_it(data: bytes) -> None:
    heard = read(data)
    # AAC and MP3 begin before the audio when nothing beside them says how much.
    assert heard.size / 16_000 == pytest.approx(SECONDS, abs=0.09)
    sent = np.asarray(soxr.resample(SWEEP, RATE, 16_000), np.float32)[4000:16_000]
    alike = np.correlate(heard, sent, "valid").max() / (np.linalg.norm(sent) * np.linalg.norm(heard[4000:16_000]))
    assert alike > 0.95


@every
def test_a_file_cut_short_is_corrupt(data: bytes) -> None:
    for share in (0.3, 0.75, 0.999):
        assert refused(data[: int(len(data) * share)]).code is ErrorCode.CORRUPT_AUDIO


def test_frames_that_the_header_of_an_mp3_counts_are_missed() -> None:
    frames = WHOLE["mp3"].split(b"\xff\xfb")
    assert outcome(b"\xff\xfb".join(frames)) is None
    assert refused(b"\xff\xfb".join(frames[:-2])).code is ErrorCode.CORRUPT_AUDIO


@every
def test_a_damaged_file_is_refused_or_read(data: bytes) -> None:
    chance = random.Random(1)  # noqa: S311 - nothing is kept secret
    for _ in range(20):
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 3, 30))):
            damaged[chance.randrange(chance.choice((100, len(data))))] = chance.randrange(256)
        assert outcome(bytes(damaged)) in {None, ErrorCode.CORRUPT_AUDIO, ErrorCode.UNSUPPORTED_FORMAT}


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000])
def test_a_streamed_wav_is_read_to_its_end(size: int) -> None:
    header = wav_header(16_000)[:40] + struct.pack("<I", size)
    assert read(header + to_linear16(SWEEP[:5001]) + b"\0").size == 5001


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", bytes(5000), b"%PDF-1.7 and so on", b"\x89PNG\r\n\x1a\n" + bytes(100), b"GIF89a" + bytes(50)],
)
def test_what_is_no_audio_is_unsupported(data: bytes) -> None:
    error = refused(data)
    assert error.code is ErrorCode.UNSUPPORTED_FORMAT
    assert "WAV, FLAC, MP3, OGG, WebM, M4A or AAC" in error.message


def test_playlists_and_lists_of_files_are_not_followed() -> None:
    for text in (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", b"ffconcat version 1.0\nfile /etc/hostname\n"):
        assert refused(text).code is ErrorCode.UNSUPPORTED_FORMAT


def test_a_video_without_a_sound_track_is_unsupported() -> None:
    silent = WHOLE["mp4 with pictures"].replace(b"soun", b"vide")
    assert refused(silent).code is ErrorCode.UNSUPPORTED_FORMAT


@every
def test_what_is_too_long_is_refused_with_the_limit(data: bytes) -> None:
    error = refused(data, max_s=1.25)
    assert error.code is ErrorCode.FILE_TOO_LARGE
    assert "1.25 s" in error.message


@every
def test_what_nobody_wants_any_more_is_not_read_on(data: bytes) -> None:
    asked = count()
    assert read_recording(io.BytesIO(data), 300, lambda: next(asked) < 1) is None
    assert next(asked) == 2


@pytest.mark.parametrize("kind", ["mp3", "flac", "adts"])
def test_tags_around_the_audio_are_no_audio(kind: str) -> None:
    before = b"ID3\x04\x00\x00" + bytes([0, 0, 3, 16]) + bytes(400)
    ape = b"APETAGEX" + struct.pack("<III", 2000, 40, 0) + bytes(12)
    after = b"a title." + ape + b"TAG" + bytes(125)
    heard = read(before + WHOLE[kind] + after)
    assert heard.size == read(WHOLE[kind]).size


def test_a_video_as_long_as_its_sound_needs_no_pictures() -> None:
    assert read(WHOLE["mkv with pictures"]).size == pytest.approx(SECONDS * 16_000, abs=20)


@pytest.mark.parametrize("data", PLAIN.values(), ids=list(PLAIN))
def test_plain_wav_needs_no_codecs(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    assert read(data).size == SECONDS * 16_000


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg opus", "wav of adpcm"])
def test_without_the_codecs_the_sentence_names_them(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    error = refused(WHOLE[kind])
    assert error.code is ErrorCode.UNSUPPORTED_FORMAT
    assert "hiwar[codecs]" in error.message


@pytest.mark.parametrize("rate", [0, 1, 2**31])
def test_a_rate_that_no_recording_has_is_unsupported(rate: int) -> None:
    header = wav_header(1).replace(struct.pack("<II", 1, 2), struct.pack("<II", rate, 2))
    assert refused(header + bytes(100)).code is ErrorCode.UNSUPPORTED_FORMAT


def test_a_long_file_comes_in_short_blocks() -> None:
    hour = WHOLE["flac, streamed"]
    assert max(block.size for block in recording_blocks(io.BytesIO(hour))) < 5 * 16_000


def test_a_file_of_very_many_parts_is_not_looked_through() -> None:
    part = AudioPart(io.BytesIO(b""), 0, 0)
    looks = (part.read_at(0, 0) for _ in count())
    with pytest.raises(HiwarError) as caught:
        any(looks)
    assert caught.value.code is ErrorCode.FILE_TOO_LARGE
