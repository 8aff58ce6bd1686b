"""What a listener would hear at the seams of streamed audio, as numbers: jumps, gaps, steps, clipping, odd spectra.

A seam is the index of the first sample of a piece. `reference` is the same audio made in one piece, at the same rate.
Signals are mono, full scale -1 to 1.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hiwar.audio.pcm import Samples

# A-law has no zero: its smallest value is 2.4e-4.
_SILENT = 3e-4
# Quieter than this (-50 dB) a level or a place in the reference means nothing.
_AUDIBLE_RMS = 3e-3
_SMALLEST_CURVATURE = 2e-3
_SMALLEST_FLUX_DB = 1.0
_FULL_SCALE = 0.999

MOST_JUMP = 2.0
MOST_SILENCE_MS = 1.0
MOST_SILENCE_DRIFT_MS = 12.5
"""Of a model that rounds with its window: where a pause begins or ends moves by a frame."""
MOST_DC = 0.002
MOST_LEVEL_DB = 0.25
MOST_FLUX = 2.0


@cache
def voice_like(rate: int, seconds: float) -> Samples:
    """Gliding harmonics to 3.4 kHz in syllables, with a silence of 60 ms around every half second; peaks near 0.5.

    The same signal at every rate: what a perfect resampler would make of it.
    """
    time_s = np.arange(round(rate * seconds)) / rate
    angle = 2 * np.pi * 140 * time_s - 40 / 0.7 * np.cos(2 * np.pi * 0.7 * time_s)
    orders = np.arange(1, 19)
    weights = 1 / orders + 0.6 * np.exp(-(((orders * 140 - 1500) / 400) ** 2))
    voice = np.zeros(time_s.size)
    for order, weight in zip(orders, weights, strict=True):
        voice += weight * np.sin(order * angle + order**2)
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 3.1 * time_s)
    # The edges of the silences last 5 ms, as those of a stop consonant may.
    open_mouth = np.clip((np.abs((time_s + 0.25) % 0.5 - 0.25) - 0.03) / 0.005, 0, 1)
    signal = (0.15 * voice * syllables * open_mouth).astype(np.float32)
    signal.flags.writeable = False
    return signal


def seam_jump(audio: Samples, reference: Samples, seams: Sequence[int], rate: int) -> float:
    """The curvature of the waveform at the worst seam, as a multiple of the most within 10 ms beside it.

    What the reference has there counts as beside it, here and in the flux: a burst of the voice is no click.
    """
    curvature, expected = (np.abs(np.diff(signal, 2)) for signal in (audio, reference))
    reach = rate // 100
    worst = 0.0
    for seam in seams:
        # A wrong sample on either side of the seam bends the waveform at these.
        first, last = max(0, seam - 3), seam + 1
        before = slice(max(0, first - reach), first)
        beside = np.concatenate((curvature[before], curvature[last : last + reach], expected[first:last]))
        worst = max(worst, curvature[first:last].max(initial=0.0) / beside.max(initial=_SMALLEST_CURVATURE))
    return float(worst)


def displaced_samples(audio: Samples, reference: Samples, seams: Sequence[int], rate: int) -> int:
    """How far the audio behind a seam lies from its place: of the worst seam, late positive, at most 6 ms."""
    reach, length = 6 * rate // 1000, 30 * rate // 1000
    padded = np.pad(reference, (reach, reach + length))
    worst = 0
    for seam in seams:
        behind = audio[seam : seam + length]
        if behind.size < length or _rms(behind) < _AUDIBLE_RMS or seam + length > reference.size:
            continue
        places = sliding_window_view(padded[seam : seam + 2 * reach + length], length)
        errors = np.square(places - behind).sum(axis=1)
        late = 0 if errors[reach] <= errors.min() else reach - int(errors.argmin())
        worst = max(worst, late, key=abs)
    return worst


def inserted_silence_ms(audio: Samples, reference: Samples, seams: Sequence[int], rate: int) -> float:
    """By how much the silence that touches a seam is longer than in the reference, at the worst seam."""
    added = (_silence_at(audio, seam) - _silence_at(reference, seam) for seam in seams)
    return max(0, max(added, default=0)) * 1000 / rate


def dc_step(audio: Samples, reference: Samples, seams: Sequence[int], rate: int) -> float:
    """By how much the mean moves across the worst seam and not in the reference, 20 ms on each side."""
    worst = 0.0
    for before, reference_before, after, reference_after in _sides(audio, reference, seams, rate):
        offset_before, offset_after = before.mean() - reference_before.mean(), after.mean() - reference_after.mean()
        worst = max(worst, abs(float(offset_after - offset_before)))
    return worst


def level_step_db(audio: Samples, reference: Samples, seams: Sequence[int], rate: int) -> float:
    """By how much the level moves across the worst seam and not in the reference, 20 ms on each side."""
    worst = 0.0
    for before, reference_before, after, reference_after in _sides(audio, reference, seams, rate):
        levels = [_rms(part) for part in (before, reference_before, after, reference_after)]
        if min(levels) >= _AUDIBLE_RMS:
            step = levels[2] / levels[3] * levels[1] / levels[0]
            worst = max(worst, abs(20 * float(np.log10(step))))
    return worst


def clipped_samples(audio: Samples, reference: Samples) -> int:
    """Samples at full scale, and neighbours more than half the range apart (wrapped around), that were not there."""
    return max(0, _clipped(audio) - _clipped(reference))


def seam_flux(audio: Samples, reference: Samples, seams: Sequence[int], rate: int) -> float:
    """The change of spectrum at the worst seam, as a multiple of the most within 60 ms beside it."""
    flux, expected = _flux(audio, rate), _flux(reference, rate)
    hop, frame = _hop_and_frame(rate)
    reach = 60 * rate // 1000 // hop
    worst = 0.0
    for seam in seams:
        # The changes between frames of which one holds the seam.
        first, last = max(0, (seam - frame) // hop), seam // hop + 1
        before = slice(max(0, first - reach), first)
        beside = np.concatenate((flux[before], flux[last : last + reach], expected[first:last]))
        worst = max(worst, flux[first:last].max(initial=0.0) / beside.max(initial=_SMALLEST_FLUX_DB))
    return float(worst)


def faults(
    audio: Samples, reference: Samples, seams: Sequence[int], rate: int, *, same_waveform: bool = True
) -> list[str]:
    """Every measure that is past its limit, in words; none for audio that sounds as if made in one piece.

    `same_waveform` False is for a reference whose phases drift away, as those of a quantised model do: what compares
    sample by sample is left out.
    """
    most_silence_ms = MOST_SILENCE_MS if same_waveform else MOST_SILENCE_DRIFT_MS
    measured = [
        ("samples too many", audio.size - reference.size, 0),
        ("ms of silence inserted", inserted_silence_ms(audio, reference, seams, rate), most_silence_ms),
        ("samples clipped", clipped_samples(audio, reference), 0),
        ("times the local jump", seam_jump(audio, reference, seams, rate), MOST_JUMP),
        ("times the local flux", seam_flux(audio, reference, seams, rate), MOST_FLUX),
    ]
    if same_waveform:
        measured += [
            ("samples displaced", displaced_samples(audio, reference, seams, rate), 0),
            ("DC step", dc_step(audio, reference, seams, rate), MOST_DC),
            ("dB level step", level_step_db(audio, reference, seams, rate), MOST_LEVEL_DB),
        ]
    return [f"{value:.4g} {what}" for what, value, limit in measured if abs(value) > limit]


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if samples.size else 0.0


def _silence_at(samples: Samples, seam: int) -> int:
    """The length of the run of silent samples that ends or begins at the seam, or goes through it."""
    loud = np.abs(samples) >= _SILENT
    before, after = loud[:seam][::-1], loud[seam:]
    return sum(int(side.argmax()) if side.any() else side.size for side in (before, after))


def _sides(
    audio: Samples, reference: Samples, seams: Sequence[int], rate: int
) -> Iterator[tuple[Samples, Samples, Samples, Samples]]:
    """20 ms before each seam, of both signals, and 20 ms after it; seams too near an end have none."""
    reach = rate // 50
    for seam in seams:
        if reach <= seam <= min(audio.size, reference.size) - reach:
            before, after = slice(seam - reach, seam), slice(seam, seam + reach)
            yield audio[before], reference[before], audio[after], reference[after]


def _hop_and_frame(rate: int) -> tuple[int, int]:
    """2 ms and 8 ms, in samples."""
    return rate // 500, rate // 125


def _flux(samples: Samples, rate: int) -> NDArray[np.float64]:
    """By how many dB the spectrum moves from frame to frame, in the mean of its bins down to 60 dB below the peak."""
    hop, frame = _hop_and_frame(rate)
    frames = sliding_window_view(np.pad(samples, (0, frame)), frame)[::hop] * np.hanning(frame)
    power = np.square(np.abs(np.fft.rfft(frames)))
    spectrum_db = 10 * np.log10(power + 1e-6 * power.max() + 1e-12)
    moved: NDArray[np.float64] = np.abs(np.diff(spectrum_db, axis=0)).mean(axis=1)
    return moved


def _clipped(samples: Samples) -> int:
    return int((np.abs(samples) >= _FULL_SCALE).sum() + (np.abs(np.diff(samples)) > 1).sum())
