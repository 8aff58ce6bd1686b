"""Runs the parts of the voice model: phonemes to timing, units to frames and pitch, frames to a spectrum.

Knows shapes; which stretch is run when is `stream`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.durations import spread
from hiwar.engines.hibari import graphs
from hiwar.engines.hibari.graphs import Array
from hiwar.engines.onnx_sessions import Session

FRAMES_PER_UNIT = 2
"""A duration of one unit is 25 ms, two frames of 12.5 ms."""

_ENERGY_CHANNEL = 129


@dataclass(frozen=True, slots=True)
class Timing:
    """What the encoder says of a phoneme string; `durations` in units, one more at each end for the silence there."""

    speed: float
    durations: NDArray[np.intp]
    unit_phonemes: NDArray[np.intp]
    """For each unit, the phoneme that it belongs to."""
    sound_features: Array = field(repr=False)
    pitch_features: Array = field(repr=False)

    @property
    def frame_count(self) -> int:
        """Frames of the whole string."""
        return FRAMES_PER_UNIT * len(self.unit_phonemes)


@dataclass(frozen=True, slots=True)
class FrameRun:
    """Consecutive frames as the decoder takes them, shape (1, 130, n), and their pitch in Hz, near 0 where unvoiced."""

    features: Array
    pitch: Array

    @property
    def energy(self) -> Array:
        """Loudness of each frame as the model plans it: about -1.9 in silence, -0.1 near -50 dB, 1.8 in loud vowels."""
        energy: Array = self.features[0, _ENERGY_CHANNEL]
        return energy


class AcousticModel:
    """The four sessions by name of their part. Safe to call from several threads. All methods raise EngineError."""

    def __init__(self, sessions: Mapping[str, Session]) -> None:
        self._sessions = sessions

    def encode(self, ids: Sequence[int], speed: float, lengths: Sequence[float] = ()) -> Timing:
        """Timing of a phoneme string, given with the silent phoneme at both ends. `speed` 0.5 to 2.0.

        `lengths` multiply the duration of each phoneme; () leaves them as the model plans them.
        """
        inputs: dict[str, NDArray[Any]] = {
            graphs.IDS: np.array([ids], np.int64),
            # Asked for another speed, the model rounds every sound by itself, and half of them the same way.
            graphs.SPEED: np.ones(1, np.float32),
        }
        outputs = (graphs.DURATIONS, graphs.EXACT_DURATIONS, graphs.SOUND_FEATURES, graphs.PITCH_FEATURES)
        rounded, exact, sound, pitch = self._sessions[graphs.ENCODER].run(outputs, inputs)
        durations = rounded.astype(np.intp)
        asked = np.asarray(lengths or np.ones(len(ids)))
        if speed != 1.0 or np.any(asked != 1.0):
            # The silence before the first sound only has to be there: it is not heard, and longer costs time.
            durations = np.concatenate((durations[:1], spread((exact.ravel() * asked)[1:], speed)))
        return Timing(speed, durations, np.repeat(np.arange(len(durations)), durations), sound, pitch)

    def frames(self, timing: Timing, start: int, stop: int) -> FrameRun:
        """The frames of the units `start` to `stop`, as they are when the string is no longer than that."""
        phonemes = timing.unit_phonemes[start:stop]
        inputs: dict[str, NDArray[Any]] = {
            graphs.UNIT_SOUND_FEATURES: timing.sound_features.take(phonemes, 2),
            graphs.UNIT_PITCH_FEATURES: timing.pitch_features.take(phonemes, 2),
        }
        features, pitch = self._sessions[graphs.PROSODY].run((graphs.FRAMES, graphs.PITCH), inputs)
        return FrameRun(features, pitch[0])

    def spectrum(self, features: Array, start: int, stop: int) -> Array:
        """Shape (stop - start, 5, 601): the frames `start` to `stop` of the decoder window `features`."""
        window = {graphs.FRAMES: np.ascontiguousarray(features)}
        (compact,) = self._sessions[graphs.DECODER].run((graphs.COMPACT,), window)
        wanted = {graphs.COMPACT: compact[:, start:stop]}
        (spectrum,) = self._sessions[graphs.HEAD].run((graphs.SPECTRUM,), wanted)
        rows: Array = spectrum.reshape(stop - start, graphs.ROWS, graphs.BINS)
        return rows
