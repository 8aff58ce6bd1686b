"""What a listener would hear of audio that arrives in chunks: whether it plays through, and how loud it begins."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_BEGINNING_S = 0.1


@dataclass(frozen=True, slots=True)
class Playback:
    """Times that the audio ran out before the next chunk, and the longest silence of those."""

    underruns: int
    longest_stall_ms: float


def play(chunks: Iterable[tuple[float, float]]) -> Playback:
    """Play chunks of (arrival in s, length in s) in real time from the first on; after a stall it goes on at once."""
    stalls_s: list[float] = []
    runs_out_s: float | None = None
    for arrived_s, length_s in chunks:
        if runs_out_s is not None and arrived_s > runs_out_s:
            stalls_s.append(arrived_s - runs_out_s)
        runs_out_s = max(arrived_s, runs_out_s or arrived_s) + length_s
    return Playback(len(stalls_s), max(stalls_s, default=0.0) * 1000)


def level_dbfs(pcm: bytes, sample_rate: int) -> float:
    """RMS level of the first 100 ms of 16-bit mono PCM; digital silence and no audio at all are -120."""
    samples = np.frombuffer(pcm, "<i2")[: int(_BEGINNING_S * sample_rate)].astype(np.float64) / 32768
    power = float(np.mean(samples**2)) if len(samples) else 0.0
    return max(-120.0, 10 * float(np.log10(power + 1e-12)))
