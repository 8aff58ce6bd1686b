"""Runs Moonshine's two graphs: the encoder over raw audio, and the decoder token by token with its caches."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import Samples
from hiwar.engines.onnx_sessions import Session

_LAYERS, _HEADS, _HEAD_WIDTH = 6, 8, 36
_KINDS = ("key", "value")


@dataclass(slots=True)
class Decode:
    """One decode under way: what the encoder heard, and what the decoder keeps from step to step."""

    mask: NDArray[np.int64]
    states: NDArray[np.float32]
    caches: dict[str, NDArray[np.float32]] = field(default_factory=dict)


class MoonshineModel:
    """Moonshine tiny. Shared by threads: each decode is an object of its own."""

    def __init__(self, encoder: Session, decoder: Session) -> None:
        """Raises ValueError when these are not the graphs of Moonshine tiny."""
        self._encoder = encoder
        self._decoder = decoder
        self._own, self._heard = (
            [f"{layer}.{part}.{kind}" for layer in range(_LAYERS) for kind in _KINDS] for part in ("decoder", "encoder")
        )
        caches = {f"past_key_values.{name}" for name in (*self._own, *self._heard)}
        if set(encoder.inputs) != {"input_values", "attention_mask"} or not caches <= set(decoder.inputs):
            raise ValueError("not the graphs of Moonshine tiny")

    def encode(self, samples: Samples) -> Decode:
        """Hear audio at 16 kHz, 0.06 s at the least. Raises EngineError."""
        mask = np.ones((1, len(samples)), np.int64)
        values = np.ascontiguousarray(samples[None], np.float32)
        states = self._encoder.run(["last_hidden_state"], {"input_values": values, "attention_mask": mask})[0]
        return Decode(mask, states)

    def step(self, decode: Decode, tokens: list[int]) -> NDArray[np.float32]:
        """The probabilities of what follows each token, shape (tokens, vocabulary). Raises EngineError.

        `tokens` are one or more at the first step, then one.
        """
        begun = bool(decode.caches)
        if not begun:
            nothing = np.zeros((1, _HEADS, 0, _HEAD_WIDTH), np.float32)
            decode.caches = {f"past_key_values.{name}": nothing for name in (*self._own, *self._heard)}
        inputs: dict[str, NDArray[Any]] = {
            "encoder_attention_mask": decode.mask,
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": decode.states,
            "use_cache_branch": np.array([begun]),
            **decode.caches,
        }
        # What was heard stays as it is after the first step.
        changed = self._own if begun else [*self._own, *self._heard]
        logits, *caches = self._decoder.run(["logits", *(f"present.{name}" for name in changed)], inputs)
        decode.caches.update(zip((f"past_key_values.{name}" for name in changed), caches, strict=True))
        shifted = np.exp(logits[0] - logits[0].max(axis=1, keepdims=True))
        probabilities: NDArray[np.float32] = shifted / shifted.sum(axis=1, keepdims=True)
        return probabilities
