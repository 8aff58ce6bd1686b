"""A streaming transducer of a few kilobytes, made by hand, in the two layouts that sherpa-onnx loads.

It tells apart four loudnesses of noise: the encoder compares the mean log-mel of each 40 ms (NeMo: 80 ms) with four
centres, the decoder forbids the token that was said last, and blank wins where no centre is near.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

SAMPLE_RATE = 16000
_Value = tuple[str, int, Sequence[int | str]]
"""Name, element type and shape of an input or output."""
STEP_MS = 480
"""How long `sound` plays each loudness."""
WORDS = ("▁mid", "dle", "▁high", "▁top")
_LOUDNESS = (0.004, 0.032, 0.25, 1.0)
_CHUNK, _BANDS = 32, 80
_CENTRES = (-9.1, -4.95, -0.85, 1.95)
_NEMO_CENTRES = (-13.1, -9.2, -5.1, -2.35)
"""Its spectrum is another."""
_BLANK = -1.5


def sound(steps: Sequence[int], seed: int = 1) -> NDArray[np.float32]:
    """White noise, `STEP_MS` for each step at the loudness of that word; -1 is silence."""
    random = np.random.default_rng(seed)
    count = SAMPLE_RATE * STEP_MS // 1000
    pieces = [np.zeros(count) if step < 0 else _LOUDNESS[step] * 0.3 * random.standard_normal(count) for step in steps]
    return np.concatenate(pieces or [np.zeros(0)]).astype(np.float32)


def write_transducer(folder: Path, *, settings: Mapping[str, Any] | None = None, **changes: str | None) -> Path:
    """An LSTM transducer of icefall's layout; `changes` are properties of the encoder, None takes one away."""
    count = len(WORDS) + 1
    state: list[_Value] = [("h", TensorProto.FLOAT, [1, "N", 1]), ("c", TensorProto.FLOAT, [1, "N", 1])]
    _write(
        folder / "encoder.onnx",
        [
            helper.make_node("Slice", ["x", "zero", "chunk", "one"], ["heard"]),
            helper.make_node("Reshape", ["heard", "steps"], ["grouped"]),
            helper.make_node("ReduceMean", ["grouped"], ["loudness"], axes=[2], keepdims=1),
            *_scores("loudness", 2),
            *_kept("h", "c"),
        ],
        [("x", TensorProto.FLOAT, ["N", "T", _BANDS]), *state],
        [("scores", TensorProto.FLOAT, ["N", "t", count]), *_next(state)],
        {
            **_slice_constants(axis=1),
            "steps": np.array([-1, _CHUNK // 4, 4 * _BANDS]),
            "centres": np.array(_CENTRES, np.float32),
            "blank": np.array([[[_BLANK]]], np.float32),
        },
        _changed(
            {
                "model_type": "lstm",
                "num_encoder_layers": 1,
                "T": _CHUNK + 5,
                "decode_chunk_len": _CHUNK,
                "rnn_hidden_size": 1,
                "d_model": 1,
            },
            changes,
        ),
    )
    _write(
        folder / "decoder.onnx",
        [
            helper.make_node("Gather", ["penalties", "y"], ["each"], axis=0),
            helper.make_node("ReduceSum", ["each", "one"], ["penalty"], keepdims=0),
        ],
        [("y", TensorProto.INT64, ["N", 1])],
        [("penalty", TensorProto.FLOAT, ["N", count])],
        {"penalties": _penalties(blank=0), "one": np.array([1])},
        {"vocab_size": count, "context_size": 1},
    )
    _write_joiner(folder, ["N", count])
    _write_texts(folder, ["<blk>", *WORDS], settings)
    return folder


def write_nemo_transducer(folder: Path, *, settings: Mapping[str, Any] | None = None) -> Path:
    """A transducer of NeMo's layout with a language prompt: told Arabic, it says the last word to any sound."""
    count = len(WORDS) + 1
    cache: list[_Value] = [
        ("channel", TensorProto.FLOAT, ["B", 1, 1, 1]),
        ("time", TensorProto.FLOAT, ["B", 1, 1, 1]),
        ("filled", TensorProto.INT64, ["B"]),
    ]
    told = np.zeros((3, 1, count), np.float32)
    told[1, 0, len(WORDS) - 1] = 1000
    _write(
        folder / "encoder.onnx",
        [
            helper.make_node("Slice", ["x", "zero", "chunk", "one"], ["heard"]),
            helper.make_node("Reshape", ["heard", "steps"], ["grouped"]),
            helper.make_node("ReduceMean", ["grouped"], ["means"], axes=[1, 3], keepdims=0),
            helper.make_node("Unsqueeze", ["means", "last"], ["loudness"]),
            *_scores("loudness", 2, blank_first=False, output="unprompted"),
            helper.make_node("Gather", ["told", "prompt_index"], ["prompt"], axis=0),
            helper.make_node("Add", ["unprompted", "prompt"], ["prompted"]),
            helper.make_node("Transpose", ["prompted"], ["scores"], perm=[0, 2, 1]),
            helper.make_node("Div", ["length", "eight"], ["scores_length"]),
            *_kept("channel", "time", "filled"),
        ],
        [
            ("x", TensorProto.FLOAT, ["B", _BANDS, "T"]),
            ("length", TensorProto.INT64, ["B"]),
            *cache,
            ("prompt_index", TensorProto.INT64, ["B"]),
        ],
        [("scores", TensorProto.FLOAT, ["B", count, "t"]), ("scores_length", TensorProto.INT64, ["B"]), *_next(cache)],
        {
            **_slice_constants(axis=2),
            "steps": np.array([-1, _BANDS, _CHUNK // 8, 8]),
            "last": np.array([2]),
            "eight": np.array([8]),
            "centres": np.array(_NEMO_CENTRES, np.float32),
            "blank": np.array([[[_BLANK]]], np.float32),
            "told": told,
        },
        {
            "vocab_size": len(WORDS),
            "window_size": _CHUNK + 9,
            "chunk_shift": _CHUNK,
            "subsampling_factor": 8,
            "normalize_type": "",
            "pred_rnn_layers": 1,
            "pred_hidden": 1,
            **{f"cache_last_{kind}_dim{number}": 1 for kind in ("channel", "time") for number in (1, 2, 3)},
            "prompt_dictionary": json.dumps({"auto": 0, "ar-AR": 1, "en-US": 2}),
            "auto_prompt_id": 0,
        },
    )
    state: list[_Value] = [("h", TensorProto.FLOAT, [1, "B", 1]), ("c", TensorProto.FLOAT, [1, "B", 1])]
    _write(
        folder / "decoder.onnx",
        [
            helper.make_node("Gather", ["penalties", "y"], ["each"], axis=0),
            helper.make_node("Transpose", ["each"], ["penalty"], perm=[0, 2, 1]),
            helper.make_node("Identity", ["length"], ["penalty_length"]),
            *_kept("h", "c"),
        ],
        [("y", TensorProto.INT32, ["B", 1]), ("length", TensorProto.INT32, ["B"]), *state],
        [
            ("penalty", TensorProto.FLOAT, ["B", count, 1]),
            ("penalty_length", TensorProto.INT32, ["B"]),
            *_next(state),
        ],
        {"penalties": _penalties(blank=count - 1)},
        {},
    )
    _write_joiner(folder, ["B", count, 1])
    _write_texts(folder, [*WORDS, "<blk>"], settings)
    return folder


def _scores(loudness: str, axis: int, *, blank_first: bool = True, output: str = "scores") -> list[NodeProto]:
    """The negative square of the distance to each centre, and blank's constant score beside them."""
    parts = ["blanks", "near"] if blank_first else ["near", "blanks"]
    return [
        helper.make_node("Sub", [loudness, "centres"], ["distance"]),
        helper.make_node("Mul", ["distance", "distance"], ["squared"]),
        helper.make_node("Neg", ["squared"], ["near"]),
        helper.make_node("Sub", [loudness, loudness], ["nothing"]),
        helper.make_node("Add", ["nothing", "blank"], ["blanks"]),
        helper.make_node("Concat", parts, [output], axis=axis),
    ]


def _kept(*names: str) -> list[NodeProto]:
    return [helper.make_node("Identity", [name], [f"next_{name}"]) for name in names]


def _next(state: Sequence[_Value]) -> list[_Value]:
    return [(f"next_{name}", kind, shape) for name, kind, shape in state]


def _slice_constants(axis: int) -> dict[str, NDArray[Any]]:
    return {"zero": np.array([0]), "chunk": np.array([_CHUNK]), "one": np.array([axis])}


def _penalties(blank: int) -> NDArray[np.float32]:
    penalties = -1e4 * np.eye(len(WORDS) + 1, dtype=np.float32)
    penalties[blank] = 0
    return penalties


def _changed(properties: dict[str, Any], changes: Mapping[str, str | None]) -> dict[str, Any]:
    return {name: value for name, value in {**properties, **changes}.items() if value is not None}


def _write_joiner(folder: Path, shape: Sequence[int | str]) -> None:
    add = helper.make_node("Add", ["scores", "penalty"], ["logits"])
    inputs = [("scores", TensorProto.FLOAT, shape), ("penalty", TensorProto.FLOAT, shape)]
    _write(folder / "joiner.onnx", [add], inputs, [("logits", TensorProto.FLOAT, shape)], {}, {})


def _write_texts(folder: Path, tokens: Sequence[str], settings: Mapping[str, Any] | None) -> None:
    lines = "".join(f"{token} {number}\n" for number, token in enumerate(tokens))
    (folder / "tokens.txt").write_text(lines, encoding="utf-8")
    (folder / "hiwar.json").write_text(json.dumps(settings or {"languages": ["ar", "en"]}), encoding="utf-8")


def _write(
    path: Path,
    nodes: Sequence[NodeProto],
    inputs: Sequence[_Value],
    outputs: Sequence[_Value],
    constants: Mapping[str, NDArray[Any]],
    properties: Mapping[str, Any],
) -> None:
    def values(described: Sequence[_Value]) -> list[ValueInfoProto]:
        return [helper.make_tensor_value_info(name, kind, list(shape)) for name, kind, shape in described]

    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(list(nodes), "tiny", values(inputs), values(outputs), initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {name: str(value) for name, value in properties.items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
