"""Runs the parts of the voice model: phonemes to timing, units to frames and pitch, frames to a spectrum.

Knows shapes and the library's errors; which stretch is run when is `stream`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors

from hiwar.engines.hibari import graphs
from hiwar.engines.hibari.graphs import Array
from hiwar.errors import EngineError

FRAMES_PER_UNIT = 2
"""A duration of one unit is 25 ms, two frames of 12.5 ms."""

_ENERGY_CHANNEL = 129


@dataclass(frozen=True, slots=True)
class Timing:
    """What the encoder says of a phoneme string; `durations` in units, one more at each end for the silence there."""

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

    def __init__(self, sessions: Mapping[str, Any]) -> None:
        self._sessions = sessions

    def encode(self, ids: Sequence[int], speed: float) -> Timing:
        """Timing of a phoneme string, given with the silent phoneme at both ends. `speed` 0.5 to 2.0."""
        inputs: dict[str, NDArray[Any]] = {
            graphs.IDS: np.array([ids], np.int64),
            graphs.SPEED: np.array([speed], np.float32),
        }
        outputs = (graphs.DURATIONS, graphs.SOUND_FEATURES, graphs.PITCH_FEATURES)
        durations, sound, pitch = self._run(graphs.ENCODER, outputs, inputs)
        durations = durations.astype(np.intp)
        return Timing(durations, np.repeat(np.arange(len(durations)), durations), sound, pitch)

    def frames(self, timing: Timing, start: int, stop: int) -> FrameRun:
        """The frames of the units `start` to `stop`, as they are when the string is no longer than that."""
        phonemes = timing.unit_phonemes[start:stop]
        inputs: dict[str, NDArray[Any]] = {
            graphs.UNIT_SOUND_FEATURES: timing.sound_features.take(phonemes, 2),
            graphs.UNIT_PITCH_FEATURES: timing.pitch_features.take(phonemes, 2),
        }
        features, pitch = self._run(graphs.PROSODY, (graphs.FRAMES, graphs.PITCH), inputs)
        return FrameRun(features, pitch[0])

    def spectrum(self, features: Array, start: int, stop: int) -> Array:
        """Shape (stop - start, 5, 601): the frames `start` to `stop` of the decoder window `features`."""
        (compact,) = self._run(graphs.DECODER, (graphs.COMPACT,), {graphs.FRAMES: np.ascontiguousarray(features)})
        (spectrum,) = self._run(graphs.HEAD, (graphs.SPECTRUM,), {graphs.COMPACT: compact[:, start:stop]})
        rows: Array = spectrum.reshape(stop - start, graphs.ROWS, graphs.BINS)
        return rows

    def _run(self, part: str, outputs: tuple[str, ...], inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        try:
            found: list[NDArray[Any]] = self._sessions[part].run(outputs, inputs)
        except (onnx_errors.Fail, onnx_errors.InvalidArgument, onnx_errors.RuntimeException) as error:
            raise EngineError from error
        return found
