"""Streamed encoding leaves no trace of its seams, at any rates and in any format, beside the signal itself."""

from collections.abc import Iterable
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hiwar.audio.encoding import SpeechEncoder, encoded_rate, wav_header
from hiwar.audio.pcm import Samples
from hiwar.vocabulary import SYNTHESIS_SAMPLE_RATES, AudioFormat, SpeechFormat
from support import glitches
from support.glitches import voice_like
from support.players import PRIMING_SAMPLES, play

NATIVE_RATES = (8000, 16000, 22050, 24000, 48000)
FORMATS = [
    *(AudioFormat(SpeechFormat.PCM, rate) for rate in SYNTHESIS_SAMPLE_RATES),
    AudioFormat(SpeechFormat.WAV, 22050),
    AudioFormat(SpeechFormat.MULAW, 8000),
    AudioFormat(SpeechFormat.ALAW, 8000),
]
# What the codec itself may change: the least signal to error in dB of any 20 ms, and the most of any sample.
COMPRESSION = {
    SpeechFormat.OPUS: (15, 0.1),
    SpeechFormat.MP3: (15, 0.1),
    SpeechFormat.AAC: (25, 0.03),
    SpeechFormat.FLAC: (50, 0.002),
}
COMPRESSED = [AudioFormat(encoding, rate) for encoding in COMPRESSION for rate in SYNTHESIS_SAMPLE_RATES]
SECONDS = 2.0
# Milliseconds of audio in each piece; the last one takes the rest.
SCHEDULES = {"growing": (200, 400, 800), "short": (10, 20, 40, 80, 160, 320), "even": (330,) * 5}


def named(audio_format: AudioFormat) -> str:
    return f"{audio_format.encoding.value}-{audio_format.sample_rate}"


def decoded(data: bytes, encoding: SpeechFormat) -> Samples:
    return play(data, SpeechFormat.PCM if encoding is SpeechFormat.WAV else encoding).samples


def streamed(pieces: Iterable[Samples], audio_format: AudioFormat, source_rate: int) -> tuple[Samples, list[int]]:
    """What a client hears, and the index of the first sample of every chunk that it received."""
    encoder = SpeechEncoder(audio_format, source_rate)
    chunks = [*(encoder.encode(piece) for piece in pieces), encoder.finish()]
    if audio_format.encoding is SpeechFormat.WAV:
        header = wav_header(audio_format.sample_rate)
        sounding = next(index for index, chunk in enumerate(chunks) if chunk)
        chunks[sounding] = chunks[sounding].removeprefix(header)
    heard = [decoded(chunk, audio_format.encoding) for chunk in chunks]
    return np.concatenate(heard), list(accumulate(part.size for part in heard[:-1]))


def heard_faults(cuts_ms: Iterable[float], audio_format: AudioFormat, source_rate: int) -> list[str]:
    """Faults at the borders of the chunks, and where the engine's pieces met."""
    source, rate = voice_like(source_rate, SECONDS), audio_format.sample_rate
    cuts = list(cuts_ms)
    pieces = np.split(source, [round(cut * source_rate / 1000) for cut in cuts])
    audio, borders = streamed(pieces, audio_format, source_rate)
    met = [round(cut * rate / 1000) for cut in cuts]
    found = glitches.faults(audio, voice_like(rate, SECONDS), [*borders, *met], rate)
    # What a codec of eight bits does to faint sound may look like a fault; what is the same without a cut is none.
    in_one_piece, _ = streamed([source], audio_format, source_rate) if found else (audio, ())
    return [] if found and np.array_equal(audio, in_one_piece) else found


@pytest.mark.parametrize("audio_format", FORMATS, ids=named)
@pytest.mark.parametrize("source_rate", NATIVE_RATES)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_no_seam_is_heard(schedule: str, source_rate: int, audio_format: AudioFormat) -> None:
    assert heard_faults(accumulate(SCHEDULES[schedule]), audio_format, source_rate) == []


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.floats(0, SECONDS * 1000), max_size=8).map(sorted),
    st.sampled_from(FORMATS),
    st.sampled_from(NATIVE_RATES),
)
@example([1469.875], AudioFormat(SpeechFormat.ALAW, 8000), 8000)
def test_no_cut_is_heard_anywhere(cuts_ms: list[float], audio_format: AudioFormat, source_rate: int) -> None:
    assert heard_faults(cuts_ms, audio_format, source_rate) == []


def compression_faults(sent: bytes, audio_format: AudioFormat) -> list[str]:
    """Where the audio of a player is further from the voice than the codec alone takes it, anywhere."""
    rate, encoding = encoded_rate(audio_format), audio_format.encoding
    least_db, most_error = COMPRESSION[encoding]
    voice = voice_like(rate, SECONDS)
    heard = play(sent, encoding).samples[PRIMING_SAMPLES[encoding] :][: voice.size]
    if heard.size < voice.size:
        return ["samples missing"]
    windows = np.reshape([voice, heard - voice], (2, -1, rate // 50)).astype(np.float64)
    power, error_power = np.square(windows).mean(axis=2)
    # A codec spreads what it changes by some windows, so it is held against the loudest of these.
    near = np.array([power[max(0, index - 3) : index + 4].max() for index in range(power.size)])
    worst_db = 10 * np.log10(near / (error_power + 1e-12)).min()
    worst_error = np.abs(heard - voice).max()
    faults = [f"{worst_db:.1f} dB"] if worst_db < least_db else []
    return faults + ([f"off by {worst_error:.3f}"] if worst_error > most_error else [])


def sent_in_pieces(pieces: Iterable[Samples], audio_format: AudioFormat, source_rate: int) -> bytes:
    encoder = SpeechEncoder(audio_format, source_rate)
    return b"".join(encoder.encode(piece) for piece in pieces) + encoder.finish()


@pytest.mark.parametrize("audio_format", COMPRESSED, ids=named)
@pytest.mark.parametrize("schedule", ["growing", "short"])
def test_no_seam_is_heard_in_compressed_audio(schedule: str, audio_format: AudioFormat) -> None:
    source = voice_like(24000, SECONDS)
    pieces = np.split(source, [cut * 24 for cut in accumulate(SCHEDULES[schedule])])
    sent = sent_in_pieces(pieces, audio_format, 24000)
    assert compression_faults(sent, audio_format) == []
    assert sent == sent_in_pieces([source], audio_format, 24000)


@pytest.mark.parametrize("audio_format", [form for form in COMPRESSED if form.sample_rate in {8000, 24000}], ids=named)
def test_a_faulty_compressed_stream_is_heard(audio_format: AudioFormat) -> None:
    """A sample lost, and one that is half of full scale off."""
    source = voice_like(24000, SECONDS)
    lost = sent_in_pieces([source[:9000], source[9001:], source[:1]], audio_format, 24000)
    assert compression_faults(lost, audio_format) != []
    clicking = source.copy()
    clicking[9000] += 0.5
    assert compression_faults(sent_in_pieces([clicking], audio_format, 24000), audio_format) != []


@pytest.mark.parametrize("audio_format", FORMATS, ids=named)
@pytest.mark.parametrize("source_rate", NATIVE_RATES)
def test_the_pause_between_two_segments_is_nothing_but_silence(source_rate: int, audio_format: AudioFormat) -> None:
    rate = audio_format.sample_rate
    voice, expected_voice = voice_like(source_rate, 0.5), voice_like(rate, 0.5)
    pause, expected_pause = np.zeros(source_rate // 5, np.float32), np.zeros(rate // 5, np.float32)
    audio, borders = streamed((voice, pause, voice, pause), audio_format, source_rate)
    expected = np.concatenate((expected_voice, expected_pause) * 2)
    assert glitches.faults(audio, expected, borders, rate) == []
    for begin_ms, end_ms in ((500, 700), (1200, 1400)):
        assert np.abs(audio[begin_ms * rate // 1000 : end_ms * rate // 1000]).max() < 3e-4


def test_a_faulty_stream_is_heard() -> None:
    """The measures look where this test does: a sample lost at one border of many is found."""
    source = voice_like(24000, SECONDS)
    pieces = np.split(source, [4800, 14400, 33600])
    pieces[2] = pieces[2][1:]
    audio, borders = streamed(pieces, AudioFormat(), 24000)
    found = glitches.faults(audio, voice_like(22050, SECONDS), borders, 22050)
    assert "-1 samples displaced" in found
