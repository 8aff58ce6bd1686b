"""A VITS model of a few kilobytes with random weights, wired and named as Piper exports it, and its JSON file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

CHANNELS, HOP, SAMPLE_RATE = 4, 8, 16000
SYMBOLS = "_^$ !'(),-.:;?abdefhijklmnoprstuvwzæðħŋɐɑɔəɚɛɜɡɣɪɹɾʃʊʌʒʔʕˈˌːˤθχᵻ̪q"
DURATION_NOISE, LATENT_NOISE = "/dp/RandomNormalLike_output_0", "/RandomNormalLike_output_0"


class _Builder:
    """Nodes one after another; `node` returns the name of the output."""

    def __init__(self, prefix: str) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._prefix = prefix
        self._random = np.random.default_rng(7)

    def node(self, op_type: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        name = output or f"{self._prefix}{op_type}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op_type, list(inputs), [name], **attributes))
        return name

    def constant(self, values: Any) -> str:
        name = f"{self._prefix}constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def weights(self, *shape: int, scale: float = 0.2) -> str:
        return self.constant((self._random.standard_normal(shape) * scale).astype(np.float32))

    def convolution(self, tensor: str, before: int, after: int, width: int) -> str:
        return self.node(
            "Conv", tensor, self.weights(after, before, width), self.weights(after), pads=[width // 2, width // 2]
        )


def tiny_vits(*, speakers: int = 1, prefix: str = "/") -> ModelProto:
    """The model; `prefix` begins the names of its inner tensors, save those of the two sources of noise."""
    build = _Builder(prefix)
    voice = _speaker(build, speakers) if speakers > 1 else None
    means, log_deviations, durations = _encoder(build, voice)
    latents, mask = _drawn_frames(build, means, log_deviations, durations)
    features = _flow(build, latents, mask)
    _decoder(build, features, voice)
    inputs: list[tuple[str, int, list[str | int]]] = [
        ("input", TensorProto.INT64, ["batch", "P"]),
        ("input_lengths", TensorProto.INT64, ["batch"]),
        ("scales", TensorProto.FLOAT, [3]),
    ]
    inputs += [("sid", TensorProto.INT64, ["batch"])] if speakers > 1 else []
    graph = helper.make_graph(
        build.nodes,
        "tiny",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1, 1, "N"])],
        build.constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def _speaker(build: _Builder, speakers: int) -> str:
    chosen = build.node("Gather", build.weights(speakers, CHANNELS, scale=1.0), "sid")
    return build.node("Unsqueeze", chosen, build.constant(np.array([2])))


def _encoder(build: _Builder, voice: str | None) -> tuple[str, str, str]:
    embedded = build.node("Gather", build.weights(len(SYMBOLS), CHANNELS, scale=1.0), "input")
    hidden = build.node("Transpose", embedded, perm=[0, 2, 1])
    hidden = build.node("Tanh", build.convolution(hidden, CHANNELS, CHANNELS, 5))
    if voice:
        hidden = build.node("Add", hidden, voice)
    statistics = build.convolution(hidden, CHANNELS, 2 * CHANNELS, 1)
    means, log_deviations = f"{statistics}_means", f"{statistics}_log_deviations"
    build.nodes.append(helper.make_node("Split", [statistics], [means, log_deviations], axis=1))
    pairs = build.convolution(hidden, CHANNELS, 2, 1)
    noise = build.node("RandomNormalLike", pairs, output=DURATION_NOISE)
    scale = build.node("Gather", "scales", build.constant(np.array(2)), axis=0)
    drawn = build.node("Add", pairs, build.node("Mul", noise, scale))
    log_frames = build.node("ReduceSum", drawn, build.constant(np.array([1])), keepdims=1)
    length = build.node("Gather", "scales", build.constant(np.array(1)), axis=0)
    frames = build.node("Exp", build.node("Tanh", log_frames))
    frames = build.node("Mul", frames, build.constant(np.float32(2.0)))
    return means, log_deviations, build.node("Ceil", build.node("Mul", frames, length))


def _drawn_frames(build: _Builder, means: str, log_deviations: str, durations: str) -> tuple[str, str]:
    ends = build.node("CumSum", durations, build.constant(np.array(2)))
    count = build.node("ReduceSum", durations, keepdims=0)
    zero, one = build.constant(np.float32(0)), build.constant(np.float32(1))
    frames = build.node("Range", zero, count, one)
    across = build.node("Unsqueeze", frames, build.constant(np.array([0, 1])))
    mask = build.node("Cast", build.node("Less", across, count), to=TensorProto.FLOAT)
    down = build.node("Unsqueeze", frames, build.constant(np.array([0, 2])))
    begun = build.node("GreaterOrEqual", down, build.node("Sub", ends, durations))
    alignment = build.node("Cast", build.node("And", begun, build.node("Less", down, ends)), to=TensorProto.FLOAT)
    spread = [
        build.node(
            "Transpose", build.node("MatMul", alignment, build.node("Transpose", each, perm=[0, 2, 1])), perm=[0, 2, 1]
        )
        for each in (means, log_deviations)
    ]
    noise = build.node("RandomNormalLike", spread[0], output=LATENT_NOISE)
    scale = build.node("Gather", "scales", build.constant(np.array(0)), axis=0)
    scaled = build.node("Mul", build.node("Mul", noise, build.node("Exp", spread[1])), scale)
    return build.node("Add", spread[0], scaled), mask


def _flow(build: _Builder, latents: str, mask: str) -> str:
    for _ in range(2):
        change = build.node("Mul", build.node("Tanh", build.convolution(latents, CHANNELS, CHANNELS, 5)), mask)
        latents = build.node("Sub", latents, change)
    return build.node("Mul", latents, mask)


def _decoder(build: _Builder, features: str, voice: str | None) -> None:
    sound = build.convolution(features, CHANNELS, CHANNELS, 7)
    if voice:
        sound = build.node("Add", sound, build.convolution(voice, CHANNELS, CHANNELS, 1))
    for stride in (4, 2):
        sound = build.node("LeakyRelu", sound)
        kernel = build.weights(CHANNELS, CHANNELS, 2 * stride)
        sound = build.node("ConvTranspose", sound, kernel, strides=[stride], pads=[stride // 2, stride // 2])
    sound = build.node("Tanh", build.convolution(sound, CHANNELS, 1, 7))
    build.node("Unsqueeze", sound, build.constant(np.array([1])), output="output")


def with_noise_as_inputs(model: ModelProto) -> ModelProto:
    """The whole model, unsplit, its two sources of noise turned into inputs of the same names."""
    whole = ModelProto()
    whole.CopyFrom(model)
    for node in [node for node in whole.graph.node if node.op_type == "RandomNormalLike"]:
        whole.graph.node.remove(node)
        whole.graph.input.append(helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, [1, "C", "T"]))
    return whole


def voice_json(**changes: Any) -> dict[str, Any]:
    """What lies beside the model, with top-level fields changed."""
    return {
        "audio": {"sample_rate": SAMPLE_RATE},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(SYMBOLS)},
        "num_speakers": 1,
        "speaker_id_map": {},
        **changes,
    }


def write_voice(folder: Path, name: str = "tiny", model: ModelProto | None = None, **changes: Any) -> Path:
    """Write both files of a voice, and return the model's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    path.write_bytes((model or tiny_vits()).SerializeToString())
    path.with_name(f"{path.name}.json").write_text(json.dumps(voice_json(**changes)), encoding="utf-8")
    return path
