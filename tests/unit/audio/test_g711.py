"""G.711 against its published values, its own properties, and the standard library's implementation."""

import importlib
import warnings
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from hiwar.audio import g711
from hiwar.audio.pcm import Samples, from_linear16, to_int16

EVERY_CODE = bytes(range(256))
EVERY_VALUE = np.arange(-32768, 32768).astype("<i2")

LAWS = [
    pytest.param(g711.decode_mulaw, g711.encode_mulaw, id="mulaw"),
    pytest.param(g711.decode_alaw, g711.encode_alaw, id="alaw"),
]
Decode = Callable[[bytes], Samples]
Encode = Callable[[Samples], bytes]


@pytest.fixture(scope="module")
def audioop() -> ModuleType:
    """Deprecated, and gone from Python 3.13 on; here it is only a second opinion."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("audioop")


def every_value() -> Samples:
    return from_linear16(EVERY_VALUE.tobytes())


def as_int16(data: bytes) -> NDArray[np.int64]:
    return np.frombuffer(data, dtype="<i2").astype(np.int64)


@pytest.mark.parametrize(
    ("code", "value"),
    [(0xFF, 0), (0x7F, 0), (0xFE, 8), (0x7E, -8), (0xF0, 120), (0xEF, 132), (0x80, 32124), (0x00, -32124)],
)
def test_mulaw_codes_have_their_published_values(code: int, value: int) -> None:
    assert g711.decode_mulaw(bytes([code])).tolist() == [value / 32768]


@pytest.mark.parametrize(
    ("code", "value"),
    [(0xD5, 8), (0x55, -8), (0xD4, 24), (0xC5, 264), (0xF5, 528), (0xAA, 32256), (0x2A, -32256)],
)
def test_alaw_codes_have_their_published_values(code: int, value: int) -> None:
    assert g711.decode_alaw(bytes([code])).tolist() == [value / 32768]


@pytest.mark.parametrize(("decode", "encode"), LAWS)
def test_a_decoded_code_encodes_to_itself(decode: Decode, encode: Encode) -> None:
    again = encode(decode(EVERY_CODE))
    # Mu-law has two zeros; the positive one is sent.
    assert again == EVERY_CODE.replace(b"\x7f", b"\xff" if decode is g711.decode_mulaw else b"\x7f")


@pytest.mark.parametrize(("decode", "encode"), LAWS)
def test_encoding_is_monotone_and_its_error_is_half_a_step(decode: Decode, encode: Encode) -> None:
    heard = to_int16(decode(encode(every_value()))).astype(np.int64)
    assert (np.diff(heard) >= 0).all()
    magnitude = np.abs(EVERY_VALUE.astype(np.int64))
    # A step is at most 1/16 of the values it holds (mu-law adds a bias of 132 first), and the smallest is 8 or 16.
    half_step = np.maximum((magnitude + 132) / 32, 8)
    assert (np.abs(heard - EVERY_VALUE) <= half_step)[magnitude <= 32124].all()


def test_decoding_agrees_with_the_standard_library(audioop: ModuleType) -> None:
    assert (to_int16(g711.decode_mulaw(EVERY_CODE)) == as_int16(audioop.ulaw2lin(EVERY_CODE, 2))).all()
    assert (to_int16(g711.decode_alaw(EVERY_CODE)) == as_int16(audioop.alaw2lin(EVERY_CODE, 2))).all()


def test_alaw_encoding_agrees_with_the_standard_library(audioop: ModuleType) -> None:
    assert g711.encode_alaw(every_value()) == audioop.lin2alaw(EVERY_VALUE.tobytes(), 2)


def test_mulaw_encoding_agrees_with_the_standard_library_or_is_nearer(audioop: ModuleType) -> None:
    ours, theirs = g711.encode_mulaw(every_value()), audioop.lin2ulaw(EVERY_VALUE.tobytes(), 2)
    assert ours[32768:] == theirs[32768:]
    # It rounds negative values away from zero before it looks for the step.
    our_error = np.abs(as_int16(audioop.ulaw2lin(ours, 2)) - EVERY_VALUE)
    their_error = np.abs(as_int16(audioop.ulaw2lin(theirs, 2)) - EVERY_VALUE)
    assert (our_error <= their_error).all()
