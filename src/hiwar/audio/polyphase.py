"""Streaming sample rate conversion that holds back 1.5 ms, for live streams: what is spoken, and what is heard.

Each output sample is one dot product: the input around its instant, and the phase of a Kaiser-windowed sinc that lies
there (a polyphase filter). Files may wait and go through `hiwar.audio.resample`, which is ten times cheaper.

Measured: the error of a multi-tone up to 0.85 of the lower Nyquist frequency, the strongest alias or image from beyond
1.15 of it, and what a second takes on one thread, pushed in pieces of 200 ms (x86-64, numpy 2.4). At the lower Nyquist
frequency itself the filter is at -6 dB.

    Hz              error    beyond   ms per s
    24000 > 22050   -91 dB   -86 dB   1.0
    24000 > 44100   -92      -85      1.9
    24000 > 48000   -92      -85      2.1
    24000 > 16000   -91      -83      0.8
    24000 > 8000    -67      -59      0.5
    22050 > 24000   -90      -87      1.1
    22050 > 16000   -91      -83      0.8
    22050 > 8000    -67      -59      0.5
    16000 > 22050   -89      -82      0.8
    16000 > 48000   -89      -82      1.6
    48000 > 44100   -99      -91      2.9
    8000 > 16000    -65      -58      0.5

numpy alone is as quick here as scipy.signal.upfirdn, whose import takes half a second and 57 MB.
"""

from functools import lru_cache
from math import gcd, pi
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hiwar.audio.pcm import Samples

_HALF_LENGTH_S = 0.0015
# From the end of the pass band at 0.85 of the lower Nyquist frequency to its mirror image at 1.15.
_WIDEST_TRANSITION = 0.3
_MOST_ATTENUATION_DB = 80.0
# Per block: from 128 kB on malloc asks the system for memory each time, which costs more than the sums.
_BLOCK_WEIGHTS = 24_000
_CACHED_FILTERS = 32


class PolyphaseFilter(NamedTuple):
    """From one output sample to the next, time advances `down` ticks of 1 / `up` input samples.

    An output p ticks after an input sample is `phases[p]`, shape (up, taps), times the `taps` samples around it, of
    which half minus one lie before that sample.
    """

    phases: Samples
    up: int
    down: int

    @property
    def taps(self) -> int:
        """Input samples in one output sample; even."""
        return int(self.phases.shape[1])


@lru_cache(maxsize=_CACHED_FILTERS)
def design_filter(source_rate: int, target_rate: int) -> PolyphaseFilter:
    """A low-pass at the lower Nyquist frequency, made once for a pair of rates (8000 Hz and up, not equal).

    Its length is fixed by the delay; Kaiser's formulas turn it into attenuation until there is enough, then into a
    narrower transition.
    """
    divisor = gcd(source_rate, target_rate)
    up, down = target_rate // divisor, source_rate // divisor
    lower_rate = min(source_rate, target_rate)
    half = round(_HALF_LENGTH_S * source_rate)
    transition_hz = _WIDEST_TRANSITION * lower_rate / 2
    attenuation_db = min(_MOST_ATTENUATION_DB, 7.95 + 2.285 * 2 * pi * transition_hz * 2 * _HALF_LENGTH_S)
    # Holds above 50 dB, which the length gives from 8000 Hz up.
    beta = 0.1102 * (attenuation_db - 8.7)
    distance = np.arange(1 - half, half + 1) - np.arange(up)[:, None] / up
    kaiser = np.i0(beta * np.sqrt(1 - (distance / half) ** 2))
    phases = np.sinc(distance * lower_rate / source_rate) * kaiser
    return PolyphaseFilter((phases / phases.sum(axis=1, keepdims=True)).astype(np.float32), up, down)


class PolyphaseResampler:
    """One stream from `source_rate` to `target_rate` Hz; equal rates pass through untouched.

    n samples in give n * target_rate / source_rate samples out, rounded to a whole number, once flushed. Their values
    do not depend on the cuts.
    """

    def __init__(self, source_rate: int, target_rate: int) -> None:
        self._filter = None if source_rate == target_rate else design_filter(source_rate, target_rate)
        self._taken = self._given = 0
        # Input that outputs still need, and the ticks from its first possible output to the next.
        self._held: Samples = np.zeros(self._filter.taps // 2 - 1 if self._filter else 0, dtype=np.float32)
        self._ticks = 0

    def process(self, samples: Samples) -> Samples:
        """What can be said by now; may be empty."""
        if self._filter is None:
            return samples
        self._taken += samples.size
        resampled = self._advance(self._filter, samples)
        self._given += resampled.size
        return resampled

    def flush(self) -> Samples:
        """What was held back. Called once; no `process` follows."""
        if self._filter is None:
            return np.zeros(0, dtype=np.float32)
        owed = round(self._taken * self._filter.up / self._filter.down) - self._given
        return self._advance(self._filter, np.zeros(self._filter.taps // 2, dtype=np.float32))[:owed]

    def _advance(self, bank: PolyphaseFilter, samples: Samples) -> Samples:
        """Every output whose window is complete; then drops what no later one needs."""
        held = np.concatenate((self._held, samples))
        past_last_tick = (held.size - bank.taps + 1) * bank.up
        count = max(0, -((self._ticks - past_last_tick) // bank.down))
        resampled = _filtered(bank, held, self._ticks + bank.down * np.arange(count))
        used, self._ticks = divmod(self._ticks + bank.down * count, bank.up)
        self._held = held[used:].copy()
        return resampled


def _filtered(bank: PolyphaseFilter, held: Samples, ticks: NDArray[np.int64]) -> Samples:
    """One output at each of `ticks`, counted from the first whose window lies in `held`."""
    resampled = np.empty(ticks.size, dtype=np.float32)
    if ticks.size == 0:
        return resampled
    starts, phases = np.divmod(ticks, bank.up)
    windows = sliding_window_view(held, bank.taps)
    # The phases come round after `up` outputs, so that blocks of whole rounds share their weights.
    rows = bank.up * max(1, _BLOCK_WEIGHTS // bank.phases.size)
    weights = bank.phases[phases[:rows]]
    for begin in range(0, ticks.size, rows):
        block = resampled[begin : begin + rows]
        np.einsum("ij,ij->i", windows[starts[begin : begin + rows]], weights[: block.size], out=block)
    return resampled
