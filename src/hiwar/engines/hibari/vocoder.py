"""Spectrum and pitch to samples at any of four rates, frame by frame: what the package's `hibari.dsp` does to a whole
text, with pulse phase, noise and overlap carried on, so that the cut into windows is not heard.

Method and constants are those of `hibari.dsp` (hibari-tts, Apache-2.0).
"""

from dataclasses import dataclass

import numpy as np
from hibari import dsp
from numpy.typing import NDArray

from hiwar.audio.limiting import limited
from hiwar.engines.contracts import Samples
from hiwar.engines.hibari.graphs import BINS, Array
from hiwar.engines.hibari.levelling import Levelling
from hiwar.engines.hibari.shaping import Shaping, Spectra
from hiwar.engines.hibari.voices import Shape

RATES = (8000, 16000, 24000, 48000)
"""In Hz. The spectrum has bins of 20 Hz: a rate below 24 kHz takes fewer of them, a higher one adds empty ones."""

TAIL_FRAMES = 3
"""A frame of the spectrum sounds over four hops: the last frame of a text is heard for so many hops more."""

_SOURCE_TAIL = TAIL_FRAMES * dsp.HOP
_VOICED_HZ = 40.0
_HIGHEST_HARMONIC_HZ = 11000.0
_LOUDEST = 7.0
"""Log magnitude that the model's outputs are held to."""

_OVERLAPPED_WINDOW_POWER = 1.5
"""Sum of the squared Hann window over the four frames that meet in a sample."""

_NOISE_SEED = 0
"""Constant, so that the same request gives the same samples."""

_NOISE_FRAMES = 1024


def noise_table() -> NDArray[np.complex64]:
    """Noise by frame, shape (1024, 601); used in a cycle of 12.8 s."""
    generator = np.random.default_rng(_NOISE_SEED)
    return generator.standard_normal((_NOISE_FRAMES, 2 * BINS), dtype=np.float32).view(np.complex64)


@dataclass(frozen=True, slots=True)
class Output:
    """What one rate needs: samples a hop, transform length, bins of the model that it holds, synthesis window."""

    hop: int
    n_fft: int
    bins: int
    window: Array


def output(rate: int) -> Output:
    """The figures of one of `RATES`."""
    n_fft = dsp.N_FFT * rate // dsp.SR
    window = np.hanning(n_fft + 1)[:-1] * (rate / dsp.SR / _OVERLAPPED_WINDOW_POWER)
    return Output(dsp.HOP * rate // dsp.SR, n_fft, min(BINS, n_fft // 2 + 1), window.astype(np.float32))


class Vocoder:
    """The signal processing of one text in one voice: holds the little that is carried from window to window."""

    def __init__(self, to: Output, shaping: Shaping, shape: Shape, noise: NDArray[np.complex64]) -> None:
        self._output = to
        self._shaping = shaping
        self._window = to.window * np.float32(shape.gain)
        self._pitch = np.float32(shape.pitch)
        self._levelling = Levelling(shape) if shape.pitch != 1.0 else None
        self._noise = noise
        self._frame = 0
        self._phase = 0.0
        self._pulses = np.zeros(_SOURCE_TAIL, np.float32)
        self._overlap = np.zeros(TAIL_FRAMES * to.hop, np.float32)

    @property
    def hop(self) -> int:
        """Samples of a frame at the rate of the output."""
        return self._output.hop

    def begin(self, pitch: Array) -> None:
        """Pass over the first `len(pitch) - 2` frames of the text; the pitch of the two after them is given too."""
        hertz = _by_sample(np.concatenate((pitch[:1], pitch)) * self._pitch)
        cycles = self._cycles(hertz)
        # At the very start of a text there are fewer; silence stands before them.
        self._pulses[-len(hertz) :] = _pulses(hertz[-_SOURCE_TAIL:], cycles[-_SOURCE_TAIL:])
        self._frame = len(pitch) - 2

    def push(self, rows: Array, pitch: Array) -> Samples:
        """The next n frames: `rows` (n, 5, 601), `pitch` of these and of two more. Gives n hops of samples."""
        count = len(rows)
        hertz = _by_sample(pitch * self._pitch)
        source = np.concatenate((self._pulses, _pulses(hertz, self._cycles(hertz))))
        self._pulses = source[-_SOURCE_TAIL:]
        frames = np.lib.stride_tricks.sliding_window_view(source, dsp.N_FFT)[:: dsp.HOP] * dsp.WIN_SRC
        excitation = dsp.rfft(frames, 1)[:, : self._output.bins]
        noise = self._noise.take(np.arange(self._frame, self._frame + count), 0, mode="wrap")[:, : self._output.bins]
        self._frame += count
        spectra = self._shaping(rows)
        if self._levelling:
            spectra = spectra._replace(harmonics=spectra.harmonics + self._levelling(rows[:, 0], pitch[:count]))
        return self._overlapped(dsp.irfft(_mixed(excitation, noise, spectra), self._output.n_fft, 1))

    def finish(self) -> Samples:
        """The three hops in which the last frames fade out."""
        return limited(self._overlap)

    def _overlapped(self, frames: Array) -> Samples:
        frames *= self._window
        hop, count = self._output.hop, len(frames)
        blocks = frames.reshape(count, TAIL_FRAMES + 1, hop)
        samples = np.zeros((count + TAIL_FRAMES, hop), np.float32)
        samples[:TAIL_FRAMES] = self._overlap.reshape(TAIL_FRAMES, hop)
        for index in range(TAIL_FRAMES + 1):
            samples[index : index + count] += blocks[:, index]
        self._overlap = samples[count:].ravel().copy()
        # Only rare peaks of the lowered voices reach the limit.
        return limited(samples[:count].ravel())

    def _cycles(self, hertz: Array) -> NDArray[np.float64]:
        """Phase of each source sample in cycles, 0 to 1. Where there is no voice it runs on at 40 Hz."""
        cycles = np.cumsum(np.maximum(hertz, _VOICED_HZ), dtype=np.float64)
        cycles *= 1.0 / dsp.SR
        cycles += self._phase
        np.modf(cycles, cycles)
        self._phase = float(cycles[-1])
        return cycles


_AFTER = (((np.arange(dsp.HOP) + 0.5) / dsp.HOP - 0.5) % 1.0).astype(np.float32)
_BEFORE = 1.0 - _AFTER


def _by_sample(pitch: Array) -> Array:
    """Pitch of each source sample of all frames but the first and the last, interpolated between frame centres."""
    half = dsp.HOP // 2
    before, here, after = pitch[:-2, None], pitch[1:-1, None], pitch[2:, None]
    hertz = np.empty((len(pitch) - 2, dsp.HOP), np.float32)
    np.multiply(before, _BEFORE[:half], out=hertz[:, :half])
    hertz[:, :half] += here * _AFTER[:half]
    np.multiply(here, _BEFORE[half:], out=hertz[:, half:])
    hertz[:, half:] += after * _AFTER[half:]
    return hertz.ravel()


def _pulses(hertz: Array, cycles: NDArray[np.float64]) -> Array:
    """Band-limited pulses: every harmonic below 11 kHz at the same amplitude; none where the pitch is under 40 Hz."""
    angle = (cycles * (2 * np.pi)).astype(np.float32)
    harmonics = np.floor(_HIGHEST_HARMONIC_HZ / np.maximum(hertz, _VOICED_HZ))
    harmonics += 0.5
    # The sum of cosines in closed form, sin((h + 1/2) t) / (2 sin(t / 2)) - 1/2, and its limit near t = 0.
    divisor = np.sin(angle * 0.5)
    divisor *= 2
    near_zero = np.abs(divisor) <= 2e-3
    divisor[near_zero] = 1
    pulses: Array = np.sin(harmonics * angle)
    pulses /= divisor
    np.copyto(pulses, harmonics, where=near_zero)
    pulses -= 0.5
    pulses[hertz <= _VOICED_HZ] = 0
    return pulses


def _mixed(excitation: NDArray[np.complex64], noise: NDArray[np.complex64], spectra: Spectra) -> NDArray[np.complex64]:
    """Excitation through the harmonic filter, shaped noise, and the rest, summed."""
    angle = np.tanh(spectra.harmonics_phase)
    angle *= np.pi
    mixed = _polar(spectra.harmonics, angle)
    mixed *= excitation
    mixed += noise * _magnitude(spectra.noise)
    mixed += _polar(spectra.rest, spectra.rest_phase)
    return mixed


def _polar(log_magnitude: Array, angle: Array) -> NDArray[np.complex64]:
    found = np.empty(angle.shape, np.complex64)
    found.real = np.cos(angle)
    found.imag = np.sin(angle)
    found *= _magnitude(log_magnitude)
    return found


def _magnitude(log_magnitude: Array) -> Array:
    magnitude: Array = np.minimum(log_magnitude, _LOUDEST)
    np.exp(magnitude, out=magnitude)
    return magnitude
