"""Runs Whisper's graphs: audio features to what the decoder hears, tokens to logits, attention and keys and values.

Which tokens to try and which to keep is left to decoding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.onnx_sessions import Session

Array = NDArray[np.float32]

_FORBIDDEN = np.float32(-1e9)
"""Added to the attention score of a later token: it gets no weight."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the decoder needs of some audio: keys and values of cross attention by the decoder's input names."""

    cross: Mapping[str, Array]
    steps: int
    """Encoder positions of 20 ms, padding included."""


@dataclass(frozen=True, slots=True)
class Past:
    """Keys and values of the tokens so far by the decoder's input names, each (batch, heads, length, width)."""

    arrays: Mapping[str, Array]
    length: int

    def first(self, length: int) -> "Past":
        """Of the first tokens alone."""
        return Past({name: array[:, :, :length] for name, array in self.arrays.items()}, length)

    def rows(self, rows: Sequence[int]) -> "Past":
        """Of these rows of the batch, in this order; a row may come several times."""
        chosen = list(rows)
        return Past({name: array[chosen] for name, array in self.arrays.items()}, self.length)


@dataclass(frozen=True, slots=True)
class Step:
    """What the decoder says after each of the tokens that were asked for."""

    logits: Array
    """Shape (batch, tokens, columns): of what comes next, by the model's `columns`."""
    attention: Array
    """Shape (batch, tokens, steps): where the alignment heads look on the average, summing to 1."""
    past: Past


class WhisperModel:
    """One loaded model; calls may be concurrent, each computes on its own thread."""

    def __init__(self, encoder: Session, decoder: Session, columns: NDArray[np.int64]) -> None:
        self._encoder = encoder
        self._decoder = decoder
        self._encoded = sorted(name for name in decoder.inputs if name.startswith("cross_"))
        self._kept = sorted(name for name in decoder.inputs if name.startswith("past_"))
        self._outputs = ["logits", "attention", *(name.removeprefix("past_") for name in self._kept)]
        _, heads, _, width = decoder.inputs[self._kept[0]]
        self._nothing = np.zeros((1, int(heads), 0, int(width)), np.float32)
        self.bands = int(encoder.inputs["features"][1])
        """Of the log-mel features."""
        self.columns = columns
        """The token of each column of the logits, ascending."""

    def encode(self, features: Array) -> Encoded:
        """Hear features of shape (1, bands, frames): an even number of frames, at most 3000. Raises EngineError."""
        found = self._encoder.run(self._encoded, {"features": features})
        return Encoded(dict(zip(self._encoded, found, strict=True)), features.shape[2] // 2)

    def empty(self) -> Past:
        """The past of one row before its first token."""
        return Past(dict.fromkeys(self._kept, self._nothing), 0)

    def step(self, tokens: NDArray[np.int64], past: Past, encoded: Encoded, first: int = 0) -> Step:
        """Append tokens of shape (batch, new) to the past; each sees the ones before it. Raises EngineError.

        Logits and attention are given for the tokens from `first` on. All rows hear the same audio.
        """
        new = tokens.shape[1]
        everything = past.length + new
        inputs = {
            "tokens": tokens,
            "positions": np.arange(past.length, everything),
            "mask": np.triu(np.full((new, everything), _FORBIDDEN), past.length + 1),
            "first": np.array([first]),
            **past.arrays,
            **encoded.cross,
        }
        logits, attention, *kept = self._decoder.run(self._outputs, inputs)
        return Step(logits, attention, Past(dict(zip(self._kept, kept, strict=True)), everything))

    def close(self) -> None:
        """Release the weights. No call is under way and none follows."""
        del self._encoder, self._decoder
