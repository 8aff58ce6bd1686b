"""Log-mel features as Whisper was trained on them, in numpy. How much context to give is left to the engine.

Follows https://github.com/openai/whisper (whisper/audio.py): 25 ms Hann windows every 10 ms, Slaney mel scale.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import Samples
from hiwar.vocabulary import MODEL_SAMPLE_RATE

FRAMES_PER_S = 100
FRAME_MS = 1000 // FRAMES_PER_S
HOP = MODEL_SAMPLE_RATE // FRAMES_PER_S
"""Samples from one frame to the next."""

_FFT = 400
_QUIET = 1024
"""Samples: 64 ms."""
_FLOOR = 1e-10
_RANGE = 8.0
"""Everything this many decades below the loudest value is flattened."""


class Spectrogram:
    """The log-mel frames of one utterance, each worked out once, as soon as its 25 ms are there."""

    def __init__(self, bands: int) -> None:
        self._bands = bands
        self._frames = np.zeros((0, bands), np.float32)

    def features(self, samples: Samples, *, frames: int, start: int = 0) -> NDArray[np.float32]:
        """Features of shape (1, bands, frames), C-contiguous, from frame `start` of the utterance on.

        `samples` are the utterance from its beginning, the same as in the call before but for their length. Audio past
        the `frames` is cut, missing audio is silence.
        """
        whole = max(0, (len(samples) - _FFT // 2) // HOP + 1)
        if (known := len(self._frames)) < whole:
            self._frames = np.concatenate((self._frames, _log_frames(samples, known, whole, self._bands)))
        # Where the audio ends, frames reach into silence.
        audible = max(whole, (len(samples) + _FFT // 2 - 1) // HOP + 1)
        heard = np.concatenate((self._frames[:whole], _log_frames(samples, whole, audible, self._bands)))
        log = np.full((frames, self._bands), np.log10(_FLOOR), np.float32)
        there = heard[start : start + frames]
        log[: len(there)] = there
        features = (np.maximum(log, log.max() - _RANGE) + 4.0) / 4.0
        return np.ascontiguousarray(features.T[None], np.float32)


def log_mel(samples: Samples, *, bands: int, frames: int) -> NDArray[np.float32]:
    """Features of shape (1, bands, frames), C-contiguous. Audio past `frames` is cut, missing audio is silence."""
    return Spectrogram(bands).features(samples[: frames * HOP], frames=frames)


def _log_frames(samples: Samples, first: int, stop: int, bands: int) -> NDArray[np.float32]:
    """The frames `first` to `stop`, shape (stop - first, bands): decades of energy.

    Frames are centred on their hop; the signal is mirrored at its start and runs into silence at its end.
    """
    if first >= stop:
        return np.zeros((0, bands), np.float32)
    start = first * HOP - _FFT // 2
    piece = samples[max(0, start) : (stop - 1) * HOP + _FFT // 2]
    padded = np.zeros((stop - 1 - first) * HOP + _FFT, np.float32)
    at = max(0, -start)
    padded[at : at + len(piece)] = piece
    if at:
        mirrored = samples[at:0:-1]
        padded[at - len(mirrored) : at] = mirrored
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::HOP]
    power = np.abs(np.fft.rfft(windows * _hann(), axis=1)) ** 2
    log: NDArray[np.float32] = np.log10(np.maximum(power.astype(np.float32) @ _filterbank(bands).T, _FLOOR))
    return log


def quietest_place(samples: Samples, start: int, stop: int) -> int:
    """The sample between `start` and `stop` around which 64 ms of audio hold the least energy.

    Between samples that lie nearer to each other than 64 ms, or outside of the audio, it is near them.
    """
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
