"""Where a VITS model, as Piper exports it, is cut for streaming: encoder (per symbol), flow and decoder (per frame).

Tensor names differ from export to export, so the places are found by what the nodes do. Both sources of noise become
inputs. The cutting itself is `onnx_graphs`'.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from hiwar.engines.onnx_graphs import MissingTensorError, cut

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

DEFINITION = "piper-1"
"""Changes when `split` would give other parts."""

PARTS = ENCODER, FLOW, DECODER = "encoder", "flow", "decoder"
SYMBOLS, SYMBOL_COUNT, SCALES, SPEAKER = "input", "input_lengths", "scales", "sid"
DURATION_NOISE, LATENTS, FEATURES = "duration_noise", "latents", "features"
MEANS, LOG_DEVIATIONS, DURATIONS = "means", "log_deviations", "durations"

HOP = "hop"
"""Metadata key of the decoder: samples a frame."""

_NO_MASK = "no_mask"

_Item = TypeVar("_Item")


def split(model: "ModelProto") -> Mapping[str, "ModelProto"]:
    """The three parts by name. Changes `model`. Raises MissingTensorError for a model that is built otherwise.

    encoder: `input` (1, P), `input_lengths` (1), `scales` (3) and `duration_noise` (1, 2, P) to `means` (1, C, P),
    `log_deviations` (1, C, P) and `durations` in frames (1, 1, P). flow: `latents` (1, C, T) to `features` (1, C, T).
    decoder: `features` (1, C, T) to the model's own output, T times hop samples. A model of several speakers has the
    input `sid` (1) in each.
    """
    own = {value.name for value in model.graph.input}
    speaker: dict[str, list[int | str]] = {SPEAKER: [1]} if SPEAKER in own else {}
    symbols: dict[str, list[int | str]] = {SYMBOLS: [1, "P"], SYMBOL_COUNT: [1], SCALES: [3]}
    if not symbols.keys() <= own:
        raise MissingTensorError(SYMBOLS)
    _Wiring(model).name_the_cuts()
    frames: list[int | str] = [1, "C", "T"]
    decoder = cut(model, {FEATURES: frames, **speaker}, [model.graph.output[0].name])
    decoder.metadata_props.add(key=HOP, value=str(_hop(decoder)))
    return {
        ENCODER: cut(model, {**symbols, DURATION_NOISE: [1, 2, "P"], **speaker}, [MEANS, LOG_DEVIATIONS, DURATIONS]),
        FLOW: cut(model, {LATENTS: frames, **speaker}, [FEATURES]),
        DECODER: decoder,
    }


class _Wiring:
    """One model's graph, by which node makes a tensor and which ones use it."""

    def __init__(self, model: "ModelProto") -> None:
        self._graph = model.graph
        self._makers = {name: node for node in model.graph.node for name in node.output}
        self._users: defaultdict[str, list[NodeProto]] = defaultdict(list)
        for node in model.graph.node:
            for name in node.input:
                self._users[name].append(node)

    def name_the_cuts(self) -> None:
        """Give the tensors to cut at their names, and take out the mask that a batch of texts would need."""
        durations = _only([node for node in self._graph.node if node.op_type == "Ceil"]).output[0]
        framed = self._after(durations)
        noises = [node for node in self._graph.node if node.op_type == "RandomNormalLike"]
        duration_noise = _only([node for node in noises if node.output[0] not in framed]).output[0]
        latent_noise = _only([node for node in noises if node.output[0] in framed])
        means = latent_noise.input[0]
        latents, log_deviations = self._use_of_noise(latent_noise.output[0], means)
        voiced = self._after(latents) - {latents}
        names = {
            duration_noise: DURATION_NOISE,
            durations: DURATIONS,
            self._before_alignment(means): MEANS,
            self._before_alignment(log_deviations): LOG_DEVIATIONS,
            latents: LATENTS,
            self._decoder_input(voiced): FEATURES,
        }
        self._drop_mask(voiced, framed - voiced - {latents})
        for node in self._graph.node:
            for tensors in (node.input, node.output):
                tensors[:] = [names.get(name, name) for name in tensors]

    def _after(self, tensor: str) -> set[str]:
        """The tensor, and all that are computed from it."""
        found: set[str] = set()
        wanted = [tensor]
        while wanted:
            name = wanted.pop()
            if name not in found:
                found.add(name)
                wanted.extend(output for user in self._users[name] for output in user.output)
        return found

    def _maker(self, tensor: str, op_type: str) -> "NodeProto":
        maker = self._makers.get(tensor)
        if maker is None:
            raise MissingTensorError(op_type)
        return _expect(maker, op_type)

    def _use_of_noise(self, noise: str, means: str) -> tuple[str, str]:
        """Of means + noise x exp(log deviations) x scale: the sum and the log deviations, both by frame."""
        powers: list[NodeProto] = []
        user = _only(self._users[noise])
        while means not in user.input:
            factors = [self._makers[name] for name in _expect(user, "Mul").input if name in self._makers]
            powers += [factor for factor in factors if factor.op_type == "Exp"]
            user = _only(self._users[user.output[0]])
        return _expect(user, "Add").output[0], _only(powers).input[0]

    def _before_alignment(self, tensor: str) -> str:
        """What the alignment spreads over the frames: x of transpose(alignment @ transpose(x))."""
        product = self._maker(self._maker(tensor, "Transpose").input[0], "MatMul")
        return str(self._maker(product.input[1], "Transpose").input[0])

    def _decoder_input(self, voiced: set[str]) -> str:
        """What enters the convolution before the first upsampling layer."""
        layers = [node for node in self._graph.node if node.op_type == "ConvTranspose"]
        node = _only(layers[:1])
        while node.op_type != "Conv":
            voice = _only([name for name in node.input if name in voiced])
            node = self._makers[voice]
        return str(node.input[0])

    def _drop_mask(self, voiced: set[str], framed: set[str]) -> None:
        """All that flow and decoder take beside the latents is the mask of the frames, which is one for a lone text."""
        from onnx import numpy_helper

        masked = [
            node
            for node in self._graph.node
            if not voiced.isdisjoint(node.output) and not framed.isdisjoint(node.input)
        ]
        _only([*{name for node in masked for name in node.input if name in framed}])
        for node in masked:
            _expect(node, "Mul").input[:] = [_NO_MASK if name in framed else name for name in node.input]
        self._graph.initializer.append(numpy_helper.from_array(np.ones((1, 1, 1), np.float32), _NO_MASK))


def _only(found: Sequence[_Item]) -> _Item:
    if len(found) != 1:
        raise MissingTensorError(f"{len(found)} in the place of one")
    return found[0]


def _expect(node: "NodeProto", op_type: str) -> "NodeProto":
    if node.op_type != op_type:
        raise MissingTensorError(op_type)
    return node


def _hop(decoder: "ModelProto") -> int:
    """Samples a frame: the strides of the upsampling layers, multiplied."""
    return math.prod(
        attribute.ints[0]
        for node in decoder.graph.node
        if node.op_type == "ConvTranspose"
        for attribute in node.attribute
        if attribute.name == "strides"
    )
