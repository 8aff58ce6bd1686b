"""Log-mel features as Whisper was trained on them, in numpy. How much context to give is left to the engine.

Follows https://github.com/openai/whisper (whisper/audio.py): 25 ms Hann windows every 10 ms, Slaney mel scale.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import Samples
from hiwar.vocabulary import MODEL_SAMPLE_RATE

HOP = 160
"""Samples from one frame to the next: a frame is 10 ms."""

_FFT = 400
_QUIET = 1024
_FLOOR = 1e-10
_RANGE = 8.0
"""Everything this many decades below the loudest value is flattened."""


def log_mel(samples: Samples, *, bands: int, frames: int) -> NDArray[np.float32]:
    """Features of shape (1, bands, frames), C-contiguous. Audio past `frames` is cut, missing audio is silence."""
    heard = samples[: frames * HOP]
    # Frames are centred on their hop; the signal is mirrored at its start and runs into silence at its end.
    lead = heard[_FFT // 2 : 0 : -1]
    audible = min(frames, (len(heard) + _FFT // 2 - 1) // HOP + 1)
    padded = np.zeros(audible * HOP + _FFT, np.float32)
    padded[_FFT // 2 - len(lead) : _FFT // 2] = lead
    body = heard[: len(padded) - _FFT // 2]
    padded[_FFT // 2 : _FFT // 2 + len(body)] = body
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::HOP][:audible]
    power = np.abs(np.fft.rfft(windows * _hann(), axis=1)) ** 2
    mel = np.full((bands, frames), _FLOOR, np.float32)
    mel[:, :audible] = _filterbank(bands) @ power.T.astype(np.float32)
    log = np.log10(np.maximum(mel, _FLOOR))
    features = (np.maximum(log, log.max() - _RANGE) + 4.0) / 4.0
    return np.ascontiguousarray(features[None], np.float32)


def quietest_place(samples: Samples, start: int, stop: int) -> int:
    """The sample between `start` and `stop` around which 64 ms of audio hold the least energy."""
    hops = np.arange(max(0, start), max(1, start + 1, stop - _QUIET), HOP)
    energies = [float(np.sum(samples[hop : hop + _QUIET] ** 2)) for hop in hops]
    return int(hops[int(np.argmin(energies))]) + _QUIET // 2


@cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(_FFT + 1)[:-1].astype(np.float32)


@cache
def _filterbank(bands: int) -> NDArray[np.float32]:
    """Triangles of equal area on the Slaney mel scale from 0 Hz to half the rate, shape (bands, FFT bins)."""
    bins_hz = np.linspace(0, MODEL_SAMPLE_RATE / 2, _FFT // 2 + 1)
    edges_hz = _hz(np.linspace(0, _mel(MODEL_SAMPLE_RATE / 2), bands + 2))
    widths = np.diff(edges_hz)
    slopes = edges_hz[:, None] - bins_hz[None]
    rising = -slopes[:-2] / widths[:-1, None]
    falling = slopes[2:] / widths[1:, None]
    area = 2.0 / (edges_hz[2:] - edges_hz[:-2])
    return (np.maximum(0, np.minimum(rising, falling)) * area[:, None]).astype(np.float32)


# Slaney's scale: linear up to 1000 Hz (15 mel), logarithmic above.
_LINEAR_HZ = 200.0 / 3
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _LINEAR_HZ
_LOG_STEP = np.log(6.4) / 27.0


def _mel(hz: float) -> float:
    return float(_KNEE_MEL + np.log(hz / _KNEE_HZ) / _LOG_STEP) if hz > _KNEE_HZ else hz / _LINEAR_HZ


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < _KNEE_MEL, mel * _LINEAR_HZ, _KNEE_HZ * np.exp(_LOG_STEP * (mel - _KNEE_MEL)))
