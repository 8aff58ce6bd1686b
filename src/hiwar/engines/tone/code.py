"""How text is written in tones: the one home of the frequencies and times that both directions agree on.

A character is its UTF-8 half-bytes, high one first, each a DTMF pair (ITU-T Q.23) of 30 ms and 10 ms of silence.
20 ms of silence more end a character, so that a decoder finds its place again after any cut; 40 ms more end a word.
"""

import numpy as np
from numpy.typing import NDArray

LOW_HZ = (697, 770, 852, 941)
HIGH_HZ = (1209, 1336, 1477, 1633)
"""Half-byte h sounds as `LOW_HZ[h // 4]` and `HIGH_HZ[h % 4]`, equally loud."""

TONE_MS = 30
SYMBOL_MS = 40
CHARACTER_PAUSE_MS = 20
WORD_PAUSE_MS = 40
"""At speed 1.0; the only time that speed changes, so that decoding stays exact."""

LICENCE = "Apache-2.0"
MODEL = "none"


def half_bytes(character: str) -> NDArray[np.uint8]:
    """Values 0 to 15, two to eight of them; what UTF-8 cannot say (a lone surrogate) becomes a question mark."""
    octets = np.frombuffer(character.encode("utf-8", "replace"), dtype=np.uint8)
    return np.stack((octets >> 4, octets & 0xF), axis=1).ravel()


def character_of(symbols: NDArray[np.uint8]) -> str | None:
    """The inverse of `half_bytes`; None when the symbols are not one whole character.

    What is left of a character after a cut at its start or its end is never a character: UTF-8 and the count of
    half-bytes forbid it.
    """
    if symbols.size % 2:
        return None
    octets = (symbols[0::2] << 4 | symbols[1::2]).astype(np.uint8)
    try:
        text = octets.tobytes().decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 else None


def analysis_basis(sample_count: int, sample_rate: int) -> NDArray[np.complex64]:
    """Goertzel's algorithm as a matrix, shape (sample_count, 8): samples @ basis is the sum at each frequency."""
    time_s = np.arange(sample_count) / sample_rate
    turns = np.outer(time_s, np.array(LOW_HZ + HIGH_HZ))
    return np.exp(-2j * np.pi * turns).astype(np.complex64)


def pair_strength(
    sums: NDArray[np.complexfloating], energy: NDArray[np.floating], sample_count: int
) -> NDArray[np.float64]:
    """How much of `sample_count` samples is one pair: 1.0 is nothing else, white noise is near 0.

    `sums` has shape (..., 8); `energy` is the sum of squares, shape (...). The weaker tone of the pair counts, so a
    single tone scores 0. Under -100 dB of full scale all is silence.
    """
    power = np.abs(sums) ** 2
    weaker = np.minimum(power[..., :4].max(axis=-1), power[..., 4:].max(axis=-1))
    floor = sample_count * 1e-10
    strength: NDArray[np.float64] = 4 * weaker / (sample_count * (energy + floor))
    return strength
