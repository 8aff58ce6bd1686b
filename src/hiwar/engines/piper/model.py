"""The three parts of a VITS model as functions of arrays. What is fed to them, and when, is `streaming`'s to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import Samples
from hiwar.engines.onnx_sessions import Session
from hiwar.engines.piper import graphs
from hiwar.errors import EngineError

Array = NDArray[np.float32]

_LONGEST_FRAMES = 2000
"""Of one symbol, about 23 s: a model that asks for more, or for no number, is broken."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Of each symbol: the normal distribution of its frames, both shape (channels, symbols), and how many it has."""

    means: Array
    log_deviations: Array
    durations: NDArray[np.int64]


class VitsModel:
    """Holds sessions alone: shared by all streams, several calls at once. Every method raises EngineError."""

    def __init__(self, sessions: Mapping[str, Session]) -> None:
        self._sessions = dict(sessions)
        self._speaks_as_many = graphs.SPEAKER in sessions[graphs.ENCODER].inputs
        self.hop = int(sessions[graphs.DECODER].metadata[graphs.HOP])
        """Samples a frame."""

    def encode(
        self, symbols: NDArray[np.int64], noise: Array, scales: tuple[float, float, float], speaker: int
    ) -> Encoded:
        """`noise` has shape (2, symbols); `scales` are of the sound's noise, the durations and their noise."""
        inputs = {
            graphs.SYMBOLS: symbols[None],
            graphs.SYMBOL_COUNT: np.array([symbols.size], np.int64),
            graphs.SCALES: np.array(scales, np.float32),
            graphs.DURATION_NOISE: noise[None],
        }
        means, log_deviations, durations = self._run(graphs.ENCODER, inputs, speaker)
        if not (durations <= _LONGEST_FRAMES).all():
            raise EngineError
        return Encoded(means[0], log_deviations[0], durations[0, 0].astype(np.int64))

    def flow(self, latents: Array, speaker: int) -> Array:
        """Drawn frames to the decoder's features, both shape (channels, frames)."""
        features: Array = self._run(graphs.FLOW, {graphs.LATENTS: latents[None]}, speaker)[0][0]
        return features

    def decode(self, features: Array, speaker: int) -> Samples:
        """Features to `hop` samples a frame."""
        samples: Samples = self._run(graphs.DECODER, {graphs.FEATURES: features[None]}, speaker)[0].reshape(-1)
        if samples.size != features.shape[1] * self.hop:
            raise EngineError
        return samples

    def close(self) -> None:
        """Drop the sessions; the memory goes with the last reference."""
        self._sessions.clear()

    def _run(self, part: str, inputs: dict[str, Any], speaker: int) -> list[Any]:
        if self._speaks_as_many:
            inputs[graphs.SPEAKER] = np.array([speaker], np.int64)
        return self._sessions[part].run(None, inputs)
