"""Cuts change nothing, and tones carry any text: properties of the audio layer and the tone engines."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hiwar.audio.decoding import PcmDecoder
from hiwar.audio.encoding import SpeechEncoder
from hiwar.audio.pcm import Samples, from_linear16, to_linear16
from hiwar.audio.polyphase import PolyphaseResampler
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import (
    RECOGNITION_SAMPLE_RATES,
    SYNTHESIS_SAMPLE_RATES,
    AudioEncoding,
    AudioFormat,
    SpeechFormat,
)
from support.tones import TONE_RATE, spoken, tones

# A busy machine is no reason to fail.
unhurried = settings(deadline=None)

ENGINE_RATES = (8000, 16000, 22050, 24000, 48000)

recorded = arrays.arrays(np.int16, st.integers(0, 3000)).map(
    lambda values: values.astype(np.float32) / np.float32(32768)
)
octets = st.binary(max_size=3000)
cut_places = st.lists(st.integers(0, 3000), max_size=12).map(sorted)
routes = st.one_of(
    st.tuples(st.just(SpeechFormat.PCM), st.just(AudioEncoding.LINEAR16), st.sampled_from(SYNTHESIS_SAMPLE_RATES)),
    st.sampled_from([(SpeechFormat.MULAW, AudioEncoding.MULAW, 8000), (SpeechFormat.ALAW, AudioEncoding.ALAW, 8000)]),
)
sentences = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


PLAIN = (AudioEncoding.LINEAR16, AudioEncoding.MULAW, AudioEncoding.ALAW)
COMPRESSED = tuple(
    (encoding, spoken("hello", sample_rate=16_000, encoding=encoding))
    for encoding in AudioEncoding
    if encoding not in PLAIN
)


def cut(samples: Samples, places: list[int]) -> list[Samples]:
    return np.split(samples, [min(place, samples.size) for place in places])


def cut_bytes(data: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *places, len(data)]
    return [data[start:end] for start, end in pairwise(bounds)]


@unhurried
@given(octets.map(lambda data: data[: len(data) & ~1]))
def test_16_bit_samples_survive_the_round_trip(data: bytes) -> None:
    assert to_linear16(from_linear16(data)) == data


@unhurried
@given(recorded, cut_places, st.sampled_from(ENGINE_RATES), st.sampled_from(SYNTHESIS_SAMPLE_RATES))
def test_resampling_does_not_depend_on_the_cuts(
    samples: Samples, places: list[int], source_rate: int, target_rate: int
) -> None:
    whole, pieces = PolyphaseResampler(source_rate, target_rate), PolyphaseResampler(source_rate, target_rate)
    expected = np.concatenate((whole.process(samples), whole.flush()))
    produced = [pieces.process(piece) for piece in cut(samples, places)]
    assert (np.concatenate((*produced, pieces.flush())) == expected).all()
    assert abs(expected.size - samples.size * target_rate / source_rate) <= 0.5


@unhurried
@given(octets, cut_places, st.sampled_from(PLAIN), st.sampled_from(RECOGNITION_SAMPLE_RATES))
def test_decoding_does_not_depend_on_the_cuts(
    data: bytes, places: list[int], encoding: AudioEncoding, rate: int
) -> None:
    whole, pieces = PcmDecoder(encoding, rate), PcmDecoder(encoding, rate)
    expected = np.concatenate((*whole.decode(data), whole.flush()))
    heard = [samples for piece in cut_bytes(data, places) for samples in pieces.decode(piece)]
    assert (np.concatenate((*heard, pieces.flush())) == expected).all()
    whole_samples = len(data) // encoding.bytes_per_s(1)
    assert abs(expected.size - whole_samples * 16000 / rate) <= 0.5


@unhurried
@given(st.sampled_from(COMPRESSED), st.lists(st.integers(0, 20_000), max_size=12).map(sorted))
def test_compressed_audio_does_not_depend_on_the_cuts(stream: tuple[AudioEncoding, bytes], places: list[int]) -> None:
    encoding, data = stream
    whole, pieces = PcmDecoder(encoding, 16_000), PcmDecoder(encoding, 16_000)
    expected = np.concatenate((*whole.decode(data), whole.flush()))
    heard = [samples for piece in cut_bytes(data, places) for samples in pieces.decode(piece)]
    assert (np.concatenate((*heard, pieces.flush())) == expected).all()


@unhurried
@given(st.sampled_from(COMPRESSED), st.integers(0, 20_000), octets, cut_places)
def test_damaged_audio_is_refused_or_heard_and_never_too_much_at_a_time(
    stream: tuple[AudioEncoding, bytes], place: int, damage: bytes, places: list[int]
) -> None:
    encoding, data = stream
    decoder, refused = PcmDecoder(encoding, 16_000), None
    try:
        for piece in cut_bytes(data[:place] + damage + data[place + len(damage) :], places):
            assert all(samples.size <= 1600 for samples in decoder.decode(piece))
    except HiwarError as error:
        refused = error.code
    assert refused in {None, ErrorCode.CORRUPT_AUDIO, ErrorCode.UNSUPPORTED_FORMAT}


@unhurried
@given(
    recorded,
    cut_places,
    st.sampled_from(SpeechFormat),
    st.sampled_from(ENGINE_RATES),
    st.sampled_from(SYNTHESIS_SAMPLE_RATES),
)
def test_encoding_does_not_depend_on_the_cuts(
    samples: Samples, places: list[int], encoding: SpeechFormat, source_rate: int, rate: int
) -> None:
    whole = SpeechEncoder(AudioFormat(encoding, rate), source_rate)
    pieces = SpeechEncoder(AudioFormat(encoding, rate), source_rate)
    expected = whole.encode(samples) + whole.finish()
    assert b"".join(pieces.encode(piece) for piece in cut(samples, places)) + pieces.finish() == expected
    assert pieces.audio_ms == whole.audio_ms


@unhurried
@given(
    sentences,
    routes,
    st.floats(0.5, 2.0),
    st.floats(10, 40),
    st.integers(0, 4000),
    st.integers(0, 2**32 - 1),
)
def test_any_text_comes_back_through_any_route_and_noise(
    text: str,
    route: tuple[SpeechFormat, AudioEncoding, int],
    speed: float,
    snr_db: float,
    silence_samples: int,
    seed: int,
) -> None:
    synthesis, recognition, rate = route
    encoder, decoder = SpeechEncoder(AudioFormat(synthesis, rate), TONE_RATE), PcmDecoder(recognition, rate)
    sent = (encoder.encode(tones(text, speed)), encoder.finish())
    arrived = [samples for chunk in sent for samples in decoder.decode(chunk)]
    audio = np.concatenate((np.zeros(silence_samples, np.float32), *arrived, decoder.flush()))
    level = np.sqrt(np.mean(audio**2) / 10 ** (snr_db / 10)) if audio.any() else 0.01
    noise = np.random.default_rng(seed).standard_normal(audio.size) * level
    heard = ToneRecognition().recognize((audio + noise).astype(np.float32), language=None, final=True)
    assert heard.text == text.strip()
