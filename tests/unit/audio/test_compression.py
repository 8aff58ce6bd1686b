"""Compressed formats as streams: what a player hears, when it can, and what the server holds meanwhile."""

import io
import sys
from itertools import pairwise

import numpy as np
import pytest
import soundfile

from hiwar.audio.compression import Compressed, Compressor, compressed_rate, preload_codecs
from hiwar.audio.encoding import SpeechEncoder
from hiwar.audio.pcm import Samples, from_linear16, to_linear16
from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import SYNTHESIS_SAMPLE_RATES, AudioFormat, SpeechFormat
from support.glitches import voice_like
from support.memory import needs_resident_memory, resident_kb
from support.players import PRIMING_SAMPLES, play, play_by_ffmpeg

FORMATS: tuple[Compressed, ...] = (SpeechFormat.OPUS, SpeechFormat.MP3, SpeechFormat.AAC, SpeechFormat.FLAC)
every_format = pytest.mark.parametrize("encoding", FORMATS)
every_rate = pytest.mark.parametrize("rate", SYNTHESIS_SAMPLE_RATES)


def compressed(encoding: Compressed, rate: int, samples: Samples) -> bytes:
    compressor = Compressor(encoding, rate)
    return compressor.encode(samples) + compressor.finish()


def packet_samples(encoding: Compressed, rate: int) -> int:
    match encoding:
        case SpeechFormat.OPUS | SpeechFormat.FLAC:
            return compressed_rate(encoding, rate) // 50
        case SpeechFormat.MP3:
            return 576 if rate <= 24000 else 1152
        case SpeechFormat.AAC:
            return 1024


def held_back_samples(encoding: Compressed, rate: int) -> int:
    """At most, by the packet that is not full yet, and by what the codec looks ahead."""
    packet = packet_samples(encoding, rate)
    match encoding:
        case SpeechFormat.OPUS:
            return packet + compressed_rate(encoding, rate) // 400
        case SpeechFormat.FLAC:
            return packet
        case SpeechFormat.MP3:
            return 3 * packet + 529
        case SpeechFormat.AAC:
            return 3 * packet


def most_padding(encoding: Compressed, rate: int) -> int:
    """What a player may hear behind the last sample: LAME ends with up to half a frame more than it fills."""
    match encoding:
        case SpeechFormat.OPUS | SpeechFormat.FLAC:
            return 0
        case SpeechFormat.MP3:
            return packet_samples(encoding, rate) * 3 // 2
        case SpeechFormat.AAC:
            return packet_samples(encoding, rate)


@every_rate
@every_format
def test_a_player_finds_the_format_and_the_length(encoding: Compressed, rate: int) -> None:
    encoded_rate = compressed_rate(encoding, rate)
    spoken = voice_like(encoded_rate, 0.731)
    data = compressed(encoding, rate, spoken)
    played = play(data, encoding)
    padding = played.samples.size - PRIMING_SAMPLES[encoding] - spoken.size
    assert played.sample_rate == encoded_rate
    assert 0 <= padding <= most_padding(encoding, rate)
    again = play_by_ffmpeg(data)
    assert again.sample_rate == (48000 if encoding is SpeechFormat.OPUS else encoded_rate)
    assert again.samples.size * encoded_rate == played.samples.size * again.sample_rate


@pytest.mark.parametrize("rest", [0, 1, 419, 420, 421, 479])
@every_format
def test_the_length_is_right_wherever_the_last_packet_ends(encoding: Compressed, rest: int) -> None:
    spoken = voice_like(24000, 0.2)[: 4 * 480 + rest]
    played = play(compressed(encoding, 24000, spoken), encoding)
    padding = played.samples.size - PRIMING_SAMPLES[encoding] - spoken.size
    assert 0 <= padding <= most_padding(encoding, 24000)


@every_rate
def test_flac_is_the_pcm(rate: int) -> None:
    spoken = voice_like(rate, 0.5)
    assert (
        play(compressed(SpeechFormat.FLAC, rate, spoken), SpeechFormat.FLAC).samples
        == from_linear16(to_linear16(spoken))
    ).all()


@every_rate
@every_format
def test_bytes_leave_with_the_first_packet_and_can_be_played(encoding: Compressed, rate: int) -> None:
    """Pieces of 10 ms: nothing waits for more than its codec needs, and what is counted as given can be decoded."""
    encoded_rate, packet = compressed_rate(encoding, rate), packet_samples(encoding, rate)
    spoken, step = voice_like(encoded_rate, 0.5), encoded_rate // 100
    compressor, sent = Compressor(encoding, rate), b""
    most_held = held_back_samples(encoding, rate)
    looked_ahead = 2 if encoding in {SpeechFormat.MP3, SpeechFormat.AAC} else 1
    for start in range(0, spoken.size, step):
        sent += compressor.encode(spoken[start : start + step])
        taken = min(start + step, spoken.size)
        assert bool(sent) == (taken >= packet * looked_ahead)
        assert taken - compressor.given_samples <= most_held
    played = play_by_ffmpeg(sent)
    heard = played.samples.size * encoded_rate // (played.sample_rate or 1) - PRIMING_SAMPLES[encoding]
    assert heard == compressor.given_samples > 0
    compressor.finish()
    assert compressor.given_samples == spoken.size


@every_format
def test_the_header_comes_once_in_front(encoding: Compressed) -> None:
    spoken, encoder = voice_like(24000, 0.6), SpeechEncoder(AudioFormat(encoding, 24000), 24000)
    chunks = [*(encoder.encode(spoken[start : start + 2400]) for start in range(0, 14400, 2400)), encoder.finish()]
    sent = b"".join(chunks)
    match encoding:
        case SpeechFormat.OPUS:
            assert sent.startswith(b"OggS")
            assert [sent.count(mark) for mark in (b"OpusHead", b"OpusTags")] == [1, 1]
        case SpeechFormat.FLAC:
            assert sent.startswith(b"fLaC")
            assert sent.count(b"fLaC") == 1
        case SpeechFormat.MP3:
            assert sent[0] == 0xFF
            assert not any(mark in sent for mark in (b"ID3", b"TAG", b"Xing", b"Info"))
        case SpeechFormat.AAC:
            assert sent[:2] == b"\xff\xf1"


@pytest.mark.parametrize("samples", [0, 1])
@every_rate
@every_format
def test_a_request_of_nothing_or_of_one_sample_can_be_played(encoding: Compressed, rate: int, samples: int) -> None:
    encoder = SpeechEncoder(AudioFormat(encoding, rate), compressed_rate(encoding, rate))
    sent = encoder.encode(np.zeros(samples, np.float32)) + encoder.finish()
    assert play(sent, encoding).samples.size >= 1
    assert not play_by_ffmpeg(sent).samples.any()
    assert encoder.audio_ms == 0


def test_opus_says_what_rate_was_asked_for() -> None:
    data = compressed(SpeechFormat.OPUS, 22050, voice_like(24000, 0.1))
    head = data[data.index(b"OpusHead") :]
    assert int.from_bytes(head[12:16], "little") == 22050


def test_opus_takes_the_next_higher_rate() -> None:
    rates = [compressed_rate(SpeechFormat.OPUS, rate) for rate in SYNTHESIS_SAMPLE_RATES]
    assert rates == [8000, 16000, 24000, 24000, 48000, 48000]
    assert [compressed_rate(SpeechFormat.MP3, rate) for rate in SYNTHESIS_SAMPLE_RATES] == list(SYNTHESIS_SAMPLE_RATES)


def test_a_frame_of_mp3_needs_no_other_one() -> None:
    """From the middle of a stream a player is right after one frame: nothing of it lies in the frames before."""
    spoken = voice_like(24000, 1.0)
    data = compressed(SpeechFormat.MP3, 24000, spoken)
    frame_bytes = 64_000 * 576 // 24_000 // 8
    late, _ = soundfile.read(io.BytesIO(data[20 * frame_bytes :]), dtype="float32")
    whole = play(data, SpeechFormat.MP3).samples[20 * 576 :]
    assert np.abs(late[2 * 576 :] - whole[2 * 576 :]).max() < 1e-4


@every_format
def test_two_requests_are_the_same_bytes(encoding: Compressed) -> None:
    spoken = voice_like(24000, 0.4)
    assert compressed(encoding, 24000, spoken) == compressed(encoding, 24000, spoken)


@every_format
def test_audio_ms_grows_to_the_whole_length(encoding: Compressed) -> None:
    encoder, counted = SpeechEncoder(AudioFormat(encoding, 22050), 24000), [0]
    spoken = voice_like(24000, 1.2)
    for start in range(0, spoken.size, 1000):
        encoder.encode(spoken[start : start + 1000])
        counted.append(encoder.audio_ms)
    encoder.finish()
    assert all(before <= after for before, after in pairwise(counted))
    assert counted[-1] < encoder.audio_ms == 1200


def test_the_bitrates_are_for_speech() -> None:
    spoken = voice_like(24000, 4.0)
    sizes = {encoding: len(compressed(encoding, 24000, spoken)) * 8 / 4000 for encoding in FORMATS}
    assert 40 < sizes[SpeechFormat.OPUS] < 80
    assert 60 < sizes[SpeechFormat.MP3] < 68
    assert 40 < sizes[SpeechFormat.AAC] < 100
    assert sizes[SpeechFormat.FLAC] < 384


@needs_resident_memory
@pytest.mark.parametrize("ending", ["finish", "close", "nothing"])
def test_requests_leave_no_memory_behind(ending: str) -> None:
    """An MP3 encoder is 0.4 MB that Python does not count."""
    spoken = voice_like(24000, 0.1)

    def speak(requests: int) -> None:
        for _ in range(requests):
            encoder = SpeechEncoder(AudioFormat(SpeechFormat.MP3, 24000), 24000)
            encoder.encode(spoken)
            if ending == "finish":
                encoder.finish()
            elif ending == "close":
                encoder.close()

    speak(20)
    before_kb = resident_kb()
    speak(100)
    assert resident_kb() - before_kb < 15_000


@every_format
def test_without_the_library_the_client_learns_what_it_can_have(
    encoding: Compressed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    preload_codecs()
    with pytest.raises(HiwarError, match=r"one of: pcm, wav, mulaw, alaw\. .*hiwar\[codecs\]") as refused:
        SpeechEncoder(AudioFormat(encoding, 24000), 24000)
    assert refused.value.code is ErrorCode.INVALID_FORMAT
    assert SpeechEncoder(AudioFormat(SpeechFormat.WAV, 24000), 24000).finish()


def test_what_the_library_refuses_is_our_error() -> None:
    compressor = Compressor(SpeechFormat.AAC, 12345)
    with pytest.raises(HiwarError, match="could not be encoded as aac") as failed:
        compressor.encode(voice_like(12345, 0.1))
    assert failed.value.code is ErrorCode.INTERNAL
