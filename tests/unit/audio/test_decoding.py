"""Chunks of a recognition stream to 16 kHz samples."""

import random
import sys

import numpy as np
import pytest
import soxr

from hiwar.audio import g711
from hiwar.audio.decoding import PcmDecoder, check_encoding
from hiwar.audio.pcm import Samples, to_linear16
from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import RECOGNITION_SAMPLE_RATES, AudioEncoding
from support.encoded_files import by_libsndfile, encoded

RAMP = np.linspace(-0.9, 0.9, 1000, dtype=np.float32)
RATE = 48_000
SECONDS = 3
SWEEP = (0.3 * np.sin(2000 * (np.arange(SECONDS * RATE) / RATE) ** 2)).astype(np.float32)
SWEEP += 0.01 * np.random.default_rng(1).standard_normal(SWEEP.size).astype(np.float32)
STEREO = np.stack((SWEEP, SWEEP), axis=1)
OPUS, FLAC = AudioEncoding.OGG_OPUS, AudioEncoding.FLAC

STREAMS = {
    "opus by ffmpeg": (OPUS, encoded(SWEEP, RATE, "ogg", "libopus")),
    "opus by ffmpeg, a packet a page": (OPUS, encoded(SWEEP, RATE, "ogg", "libopus", options={"page_duration": "1"})),
    "opus by libsndfile": (OPUS, by_libsndfile(SWEEP, RATE, "OGG", "OPUS")),
    "opus in stereo": (OPUS, by_libsndfile(STEREO, RATE, "OGG", "OPUS")),
    "flac by ffmpeg": (FLAC, encoded(SWEEP, RATE, "flac", "flac", streamed=True)),
    "flac by libFLAC": (FLAC, by_libsndfile(SWEEP, RATE, "FLAC", "PCM_16")),
    "flac of 24 bits in stereo": (FLAC, by_libsndfile(STEREO, RATE, "FLAC", "PCM_24")),
}
compressed = pytest.mark.parametrize(("encoding", "data"), STREAMS.values(), ids=list(STREAMS))


def decoded(encoding: AudioEncoding, chunks: list[bytes], sample_rate: int = 16_000) -> Samples:
    decoder = PcmDecoder(encoding, sample_rate)
    heard = [piece for chunk in chunks for piece in decoder.decode(chunk)]
    return np.concatenate((*heard, decoder.flush()))


def cut_anywhere(data: bytes, longest: int) -> list[bytes]:
    lengths, chunks, at = random.Random(longest), [], 0  # noqa: S311 - nothing is kept secret
    while at < len(data):
        chunks.append(data[at : at + lengths.randint(1, longest)])
        at += len(chunks[-1])
    return chunks


def refused(encoding: AudioEncoding, *chunks: bytes) -> ErrorCode:
    with pytest.raises(HiwarError) as raised:
        decoded(encoding, list(chunks))
    return raised.value.code


def test_linear16_at_16_khz_is_what_was_sent() -> None:
    assert decoded(AudioEncoding.LINEAR16, [b"\x00\x40\x00\xc0"]).tolist() == [0.5, -0.5]


def test_a_sample_cut_in_two_waits_for_its_other_half() -> None:
    decoder = PcmDecoder(AudioEncoding.LINEAR16, 16000)
    heard = [[x for part in decoder.decode(piece) for x in part] for piece in (b"\x00", b"", b"\x40\x00", b"\xc0")]
    assert heard == [[], [], [0.5], [-0.5]]


def test_half_a_sample_at_the_end_is_dropped() -> None:
    assert decoded(AudioEncoding.LINEAR16, [b"\x00\x40\x7f"]).tolist() == [0.5]


@pytest.mark.parametrize(
    ("encoding", "sent", "expected"),
    [
        (AudioEncoding.MULAW, g711.encode_mulaw(RAMP), g711.decode_mulaw(g711.encode_mulaw(RAMP))),
        (AudioEncoding.ALAW, g711.encode_alaw(RAMP), g711.decode_alaw(g711.encode_alaw(RAMP))),
    ],
)
def test_g711_is_one_byte_a_sample(encoding: AudioEncoding, sent: bytes, expected: Samples) -> None:
    assert (decoded(encoding, [sent]) == expected).all()


@pytest.mark.parametrize("sample_rate", RECOGNITION_SAMPLE_RATES)
def test_a_second_at_any_rate_becomes_a_second_at_16_khz(sample_rate: int) -> None:
    second = to_linear16(np.full(sample_rate, 0.25, dtype=np.float32))
    heard = decoded(AudioEncoding.LINEAR16, [second], sample_rate)
    assert heard.size == 16000
    assert heard[4000:12000] == pytest.approx(0.25, abs=1e-4)


@pytest.mark.parametrize("encoding", AudioEncoding)
def test_finish_without_audio_is_empty(encoding: AudioEncoding) -> None:
    assert PcmDecoder(encoding, 8000).flush().size == 0


@compressed
def test_a_compressed_stream_is_heard_whole_however_it_is_cut(encoding: AudioEncoding, data: bytes) -> None:
    heard = decoded(encoding, [data])
    assert heard.size / 16_000 == pytest.approx(SECONDS, abs=0.025)
    sent = np.asarray(soxr.resample(SWEEP, RATE, 16_000))[4000:40_000]
    assert np.corrcoef(heard[4000:40_000], sent)[0, 1] > 0.99
    for longest in (100, 700, 5000):
        assert (decoded(encoding, cut_anywhere(data, longest)) == heard).all()


@compressed
def test_what_is_whole_is_heard_at_once(encoding: AudioEncoding, data: bytes) -> None:
    """Nothing waits for the frame behind it: the end of the stream needs no word that it is one."""
    decoder = PcmDecoder(encoding, 16_000)
    heard = sum(piece.size for chunk in cut_anywhere(data, 700) for piece in decoder.decode(chunk))
    assert decoder.flush().size <= 30
    assert heard / 16_000 == pytest.approx(SECONDS, abs=0.025)


@compressed
def test_a_flush_in_the_middle_loses_nothing(encoding: AudioEncoding, data: bytes) -> None:
    decoder, heard = PcmDecoder(encoding, 16_000), 0
    for chunk in cut_anywhere(data, 5000):
        heard += sum(piece.size for piece in decoder.decode(chunk)) + decoder.flush().size
    assert heard == pytest.approx(decoded(encoding, [data]).size, abs=60)


@compressed
def test_the_end_of_a_stream_in_mid_frame_leaves_what_was_whole(encoding: AudioEncoding, data: bytes) -> None:
    heard = decoded(encoding, [data])
    begun = decoded(encoding, [data[: len(data) * 2 // 3]])
    assert 0.3 * heard.size < begun.size < 0.7 * heard.size
    assert begun[:15_000] == pytest.approx(heard[:15_000])


@compressed
def test_noise_in_the_middle_is_corrupt(encoding: AudioEncoding, data: bytes) -> None:
    middle = len(data) // 2
    damaged = data[:middle] + bytes(value ^ 0x5A for value in data[middle : middle + 3]) + data[middle + 3 :]
    for chunks in ([damaged], cut_anywhere(damaged, 700), [data[:middle] + data[middle + 9 :]]):
        assert refused(encoding, *chunks) is ErrorCode.CORRUPT_AUDIO


def test_damage_is_told_by_the_second_frame_behind_it() -> None:
    """Those of silence are of 14 bytes: many fit into the longest that a damaged one might be."""
    frames = encoded(np.zeros(8 * RATE, np.float32), RATE, "flac", "flac").split(b"\xff\xf8")
    frames[5] = frames[5][:-3] + b"\x5a" + frames[5][-2:]
    assert sum(map(len, frames[6:])) < 2000
    assert decoded(FLAC, [b"\xff\xf8".join(frames[:7])]).size > 0
    assert refused(FLAC, b"\xff\xf8".join(frames[:8]) + b"\xff") is ErrorCode.CORRUPT_AUDIO


@compressed
def test_pieces_are_short_and_decoded_one_by_one(encoding: AudioEncoding, data: bytes) -> None:
    assert max(piece.size for piece in PcmDecoder(encoding, 16_000).decode(data)) <= 1600


def test_a_decompression_bomb_is_decoded_as_it_is_asked_for() -> None:
    """Hours of silence in one chunk: nothing is done that nobody takes."""
    silent = encoded(np.zeros(60 * 8000, np.float32), 8000, "flac", "flac", codec_options={"frame_size": "65535"})
    first, rest = silent.find(b"\xff\xf8"), silent[silent.find(b"\xff\xf8") :]
    frame = rest[: rest.find(b"\xff\xf8", 2)]
    decoder = PcmDecoder(FLAC, 16_000)
    pieces = decoder.decode(silent[:first] + frame * 10_000)
    taken = [next(pieces).size for _ in range(50)]
    assert max(taken) <= 1600


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        (OPUS, b"RIFF0000WAVEfmt "),
        (OPUS, bytes(100)),
        (OPUS, by_libsndfile(SWEEP, RATE, "OGG", "VORBIS")),
        (FLAC, STREAMS["opus by ffmpeg"][1]),
        (FLAC, bytes(100)),
        (FLAC, by_libsndfile(SWEEP, 37_800, "FLAC", "PCM_16")),
    ],
)
def test_what_is_another_format_is_said_to_be_one(encoding: AudioEncoding, data: bytes) -> None:
    assert refused(encoding, data) is ErrorCode.UNSUPPORTED_FORMAT


def test_streams_may_be_chained() -> None:
    once = STREAMS["opus by libsndfile"][1]
    assert decoded(OPUS, [once + once]).size == pytest.approx(2 * SECONDS * 16_000, abs=10)


def test_a_picture_in_the_header_is_skipped() -> None:
    data = STREAMS["flac by libFLAC"][1]
    assert data[4] == 0
    assert data[42] & 0x7F == 4
    picture = b"\x06" + (3 << 20).to_bytes(3, "big") + bytes(3 << 20)
    heard = decoded(FLAC, cut_anywhere(data[:42] + picture + data[42:], 100_000))
    assert heard.size == SECONDS * 16_000


def test_without_the_codecs_the_sentence_says_what_can_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    for encoding in (OPUS, FLAC):
        with pytest.raises(HiwarError, match=r"linear16, mulaw and alaw.*hiwar\[codecs\]") as raised:
            check_encoding(encoding)
        assert raised.value.code is ErrorCode.UNSUPPORTED_FORMAT
    check_encoding(AudioEncoding.MULAW)


def test_closed_it_hears_nothing() -> None:
    decoder = PcmDecoder(OPUS, 16_000)
    decoder.close()
    assert list(decoder.decode(b"")) == []
