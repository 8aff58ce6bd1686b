"""16-bit samples and floats."""

import numpy as np

from hiwar.audio.pcm import from_linear16, to_int16, to_linear16


def test_every_16_bit_value_survives_the_round_trip() -> None:
    every_value = np.arange(-32768, 32768).astype("<i2").tobytes()
    assert to_linear16(from_linear16(every_value)) == every_value


def test_bytes_are_little_endian_and_full_scale_is_one() -> None:
    assert from_linear16(b"\x00\x80\x00\x40\xff\x7f").tolist() == [-1.0, 0.5, 1 - 2**-15]
    assert to_linear16(np.array([0.5], dtype=np.float32)) == b"\x00\x40"


def test_what_lies_outside_full_scale_is_clipped() -> None:
    loud = np.array([-3.0, -1.0, 1.0, 3.0, np.inf], dtype=np.float32)
    assert to_int16(loud).tolist() == [-32768, -32768, 32767, 32767, 32767]


def test_rounding_is_to_the_nearest_step_and_ties_go_to_even() -> None:
    steps = np.array([0.4, 0.5, 0.6, 1.5, -0.5, -1.5]) / 32768
    assert to_int16(steps.astype(np.float32)).tolist() == [0, 0, 1, 2, 0, -2]
