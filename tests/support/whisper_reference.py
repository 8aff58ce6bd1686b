"""Whisper's encoder and decoder in plain numpy, written from the paper's description: no cache, no quantisation."""

import math
from collections.abc import Sequence

import numpy as np

from support.tiny_whisper import Weights

_erf = np.vectorize(math.erf)


def encoded(weights: Weights, features: np.ndarray) -> np.ndarray:
    """Encoder states, shape (steps, width), of features (bands, frames)."""
    x = _gelu(_convolved(features, weights["encoder/conv1/weight"], weights["encoder/conv1/bias"], stride=1))
    x = _gelu(_convolved(x, weights["encoder/conv2/weight"], weights["encoder/conv2/bias"], stride=2)).T
    x = x + weights["encoder/position_encodings/encodings"][: len(x)]
    layer = 0
    while f"encoder/layer_{layer}/ffn/linear_0/weight" in weights:
        name = f"encoder/layer_{layer}"
        x = x + _self_attention(weights, f"{name}/self_attention", x, int(weights["encoder/num_heads"]), causal=False)
        x = x + _feed_forward(weights, f"{name}/ffn", x)
        layer += 1
    return _norm(weights, "encoder/layer_norm", x)


def decoded(
    weights: Weights, tokens: Sequence[int], states: np.ndarray, alignment_heads: Sequence[tuple[int, int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Logits (tokens, vocabulary) and the mean attention of the heads (tokens, steps)."""
    heads = int(weights["decoder/num_heads"])
    table = weights["decoder/embeddings/weight"]
    x = table[list(tokens)] + weights["decoder/position_encodings/encodings"][: len(tokens)]
    layer = 0
    maps: list[np.ndarray] = []
    while f"decoder/layer_{layer}/ffn/linear_0/weight" in weights:
        name = f"decoder/layer_{layer}"
        x = x + _self_attention(weights, f"{name}/self_attention", x, heads, causal=True)
        cross = f"{name}/attention"
        queries = _linear(weights, f"{cross}/linear_0", _norm(weights, f"{cross}/layer_norm", x))
        keys, values = np.split(_linear(weights, f"{cross}/linear_1", states), 2, axis=1)
        mixed, attention = _attended(queries, keys, values, heads)
        x = x + _linear(weights, f"{cross}/linear_2", mixed)
        maps += [attention[head] for where, head in alignment_heads if where == layer]
        x = x + _feed_forward(weights, f"{name}/ffn", x)
        layer += 1
    return _norm(weights, "decoder/layer_norm", x) @ table.T, np.mean(maps, axis=0)


def _convolved(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (1, 1)))
    places = range(0, x.shape[1], stride)
    return np.stack([np.tensordot(weight, padded[:, place : place + 3], 2) + bias for place in places], axis=1)


def _gelu(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = x * 0.5 * (1 + _erf(x / math.sqrt(2)))
    return found


def _norm(weights: Weights, name: str, x: np.ndarray) -> np.ndarray:
    centred = x - x.mean(axis=1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    found: np.ndarray = scaled * weights[f"{name}/gamma"] + weights[f"{name}/beta"]
    return found


def _linear(weights: Weights, name: str, x: np.ndarray) -> np.ndarray:
    found: np.ndarray = x @ weights[f"{name}/weight"].T + weights[f"{name}/bias"]
    return found


def _feed_forward(weights: Weights, name: str, x: np.ndarray) -> np.ndarray:
    inner = _gelu(_linear(weights, f"{name}/linear_0", _norm(weights, f"{name}/layer_norm", x)))
    return _linear(weights, f"{name}/linear_1", inner)


def _self_attention(weights: Weights, name: str, x: np.ndarray, heads: int, *, causal: bool) -> np.ndarray:
    inner = _linear(weights, f"{name}/linear_0", _norm(weights, f"{name}/layer_norm", x))
    queries, keys, values = np.split(inner, 3, axis=1)
    mixed, _ = _attended(queries, keys, values, heads, causal=causal)
    return _linear(weights, f"{name}/linear_1", mixed)


def _attended(
    queries: np.ndarray, keys: np.ndarray, values: np.ndarray, heads: int, *, causal: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """What each query sees, and how it looks at the keys, by head."""
    each = queries.shape[1] // heads
    mixed, looks = [], []
    for head in range(heads):
        part = slice(head * each, (head + 1) * each)
        scores = queries[:, part] @ keys[:, part].T / math.sqrt(each)
        if causal:
            scores[np.triu_indices_from(scores, 1)] = -np.inf
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        looks.append(powers / powers.sum(axis=1, keepdims=True))
        mixed.append(looks[-1] @ values[:, part])
    return np.concatenate(mixed, axis=1), np.stack(looks)
