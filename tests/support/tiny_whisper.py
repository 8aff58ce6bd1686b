"""Small Whisper models of random weights, as CTranslate2 keeps them: what the graphs of the engine are tested with."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Weights = dict[str, np.ndarray]

_CODES = {"float32": 0, "int8": 1, "int16": 2, "float16": 4, "bfloat16": 5}


@dataclass(frozen=True)
class Shape:
    """Sizes of a model; the two sides differ, as in the large ones."""

    bands: int = 6
    width: int = 64
    encoder_layers: int = 3
    encoder_heads: int = 2
    decoder_layers: int = 2
    decoder_heads: int = 4
    context: int = 40
    tokens: int = 24
    vocabulary: int = 50


def random_weights(shape: Shape, seed: int = 5) -> Weights:
    """Float32 weights by CTranslate2's names, large enough for every layer to matter."""
    random = np.random.default_rng(seed)
    weights: Weights = {
        "encoder/num_heads": np.array(shape.encoder_heads, np.int16),
        "decoder/num_heads": np.array(shape.decoder_heads, np.int16),
    }

    def add(name: str, *sizes: int, spread: float) -> None:
        weights[name] = (random.standard_normal(sizes) * spread).astype(np.float32)

    def linear(name: str, outputs: int, inputs: int) -> None:
        add(f"{name}/weight", outputs, inputs, spread=inputs**-0.5)
        add(f"{name}/bias", outputs, spread=0.3)

    def norm(name: str) -> None:
        add(f"{name}/gamma", width, spread=0.2)
        weights[f"{name}/gamma"] += 1
        add(f"{name}/beta", width, spread=0.2)

    def block(name: str, attention: Mapping[str, tuple[int, ...]]) -> None:
        for part, parts in attention.items():
            norm(f"{name}/{part}/layer_norm")
            for place, count in enumerate(parts):
                linear(f"{name}/{part}/linear_{place}", count * width, width)
        norm(f"{name}/ffn/layer_norm")
        linear(f"{name}/ffn/linear_0", 4 * width, width)
        linear(f"{name}/ffn/linear_1", width, 4 * width)

    width = shape.width
    for number, inputs in ((1, shape.bands), (2, width)):
        add(f"encoder/conv{number}/weight", width, inputs, 3, spread=(3 * inputs) ** -0.5)
        add(f"encoder/conv{number}/bias", width, spread=0.3)
    add("encoder/position_encodings/encodings", shape.context, width, spread=0.5)
    add("decoder/position_encodings/encodings", shape.tokens, width, spread=0.5)
    add("decoder/embeddings/weight", shape.vocabulary, width, spread=1.0)
    for number in range(shape.encoder_layers):
        block(f"encoder/layer_{number}", {"self_attention": (3, 1)})
    for number in range(shape.decoder_layers):
        block(f"decoder/layer_{number}", {"self_attention": (3, 1), "attention": (1, 2, 1)})
    norm("encoder/layer_norm")
    norm("decoder/layer_norm")
    return weights


def stored(weights: Weights, kind: str) -> Weights:
    """The weights as a file of this kind keeps them: float32, float16, bfloat16 or int8."""
    kept: Weights = {}
    for name, weight in weights.items():
        if kind == "int8" and name.endswith("/weight"):
            rows = weight.reshape(len(weight), -1)
            scale = 127 / np.abs(rows).max(axis=1)
            kept[name] = np.rint(rows * scale[:, None]).astype(np.int8).reshape(weight.shape)
            kept[f"{name}_scale"] = scale.astype(np.float32)
        elif kind == "bfloat16" and weight.dtype == np.float32:
            kept[name] = (weight.view(np.uint32) >> 16).astype(np.uint16)
        else:
            kept[name] = weight.astype(kind) if weight.dtype == np.float32 and kind == "float16" else weight
    return kept


def restored(weights: Weights, kind: str) -> Weights:
    """The weights as float32 again, with what such a file loses."""
    kept = stored(weights, kind)
    whole: Weights = {}
    for name in weights:
        weight = kept[name]
        if weight.dtype == np.uint16:
            weight = (weight.astype(np.uint32) << 16).view(np.float32)
        elif weight.dtype == np.int8:
            weight = weight / kept[f"{name}_scale"].reshape(-1, *[1] * (weight.ndim - 1))
        whole[name] = weight.astype(np.float32) if weight.ndim else weight
    return whole


def checkpoint_bytes(weights: Weights, *, version: int = 6, specification: str = "WhisperSpec") -> bytes:
    """A model.bin with the output projection as an alias of the embeddings."""
    tied = {"decoder/projection/weight": "decoder/embeddings/weight"}
    if "decoder/embeddings/weight_scale" in weights:
        tied["decoder/projection/weight_scale"] = "decoder/embeddings/weight_scale"
    content = struct.pack("<I", version) + _text(specification) + struct.pack("<II", 3, len(weights))
    for name, weight in sorted(weights.items()):
        kind = "bfloat16" if weight.dtype == np.uint16 else str(weight.dtype)
        content += _text(name) + struct.pack(f"<B{weight.ndim}I", weight.ndim, *weight.shape)
        content += struct.pack("<BI", _CODES[kind], weight.nbytes) + weight.tobytes()
    content += struct.pack("<I", len(tied))
    return content + b"".join(_text(alias) + _text(name) for alias, name in tied.items())


def _text(value: str) -> bytes:
    return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"


def write_model(folder: Path, content: bytes, shape: Shape, **config: Any) -> None:
    """A model folder. Of its plain tokens every tenth is Chinese; the last five are special."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = shape.vocabulary - 5
    vocabulary = {f"w{number}" if number % 10 < 9 else "ä¸Ń" * (number // 9): number for number in range(plain)}
    names = ("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|0.00|>", "<|0.02|>")
    special = [{"id": plain + place, "content": name} for place, name in enumerate(names)]
    (folder / "model.bin").write_bytes(content)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}, "added_tokens": special}))
