"""Writes ONNX graphs of what Whisper is made of: nodes, constants, linear layers with int8 weights.

Which layers follow each other is left to `encoder_graph` and `decoder_graph`. Imports the package onnx: only for
making graphs, never for running them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

_OPSET = 20
_IR_VERSION = 10
_CONTRIBUTED = "com.microsoft"
_BLOCKS = (128, 64, 32, 16)
"""Inputs that share a scale: the more, the quicker; 256 are worse by half."""
_ZERO = 128
"""What MatMulNBits takes for zero."""
_INT8_ACTIVATIONS = 4
_EPSILON = 1e-5
"""Whisper's, in every normalisation."""


class GraphWriter:
    """A graph that grows node by node. Methods return the name of the tensor that they add."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def input(self, name: str, shape: Sequence[int | str], *, integers: bool = False) -> str:
        """An input; an axis of any length has a name."""
        kind = TensorProto.INT64 if integers else TensorProto.FLOAT
        self._inputs.append(helper.make_tensor_value_info(name, kind, list(shape)))
        return name

    def output(self, name: str, shape: Sequence[int | str]) -> None:
        """Give out the tensor of this name."""
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)))

    def constant(self, value: NDArray[Any]) -> str:
        """A constant tensor of its own."""
        name = f"c{len(self._constants)}"
        self._constants[name] = numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def numbers(self, *values: int) -> str:
        """A vector of integers, as shapes and indices are."""
        return self.constant(np.array(values, np.int64))

    def node(self, kind: str, *inputs: str, name: str | None = None, domain: str = "", **attributes: Any) -> str:  # noqa: ANN401  # as ONNX has them
        """One operation with one output."""
        output = name or f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def contributed(self, kind: str, *inputs: str, name: str | None = None, **attributes: int) -> str:
        """One of the operations that onnxruntime has beside ONNX."""
        return self.node(kind, *inputs, name=name, domain=_CONTRIBUTED, **attributes)

    def split(self, x: str, count: int) -> list[str]:
        """Equal parts of the last axis."""
        outputs = [f"t{len(self._nodes)}_{part}" for part in range(count)]
        self._nodes.append(helper.make_node("Split", [x], outputs, axis=-1, num_outputs=count))
        return outputs

    def normalised(self, x: str, gamma: NDArray[np.float32], beta: NDArray[np.float32]) -> str:
        """Layer normalisation over the last axis."""
        parts = (self.constant(gamma), self.constant(beta))
        return self.node("LayerNormalization", x, *parts, axis=-1, epsilon=_EPSILON)

    def linear(
        self,
        x: str,
        weight: NDArray[np.float32],
        bias: NDArray[np.float32] | None = None,
        *,
        name: str | None = None,
    ) -> str:
        """x times the transposed weight, plus bias: int8 by blocks of inputs, quick for a few rows of x."""
        outputs, inputs = weight.shape
        block = next(size for size in _BLOCKS if inputs % size == 0)
        integers, scales = quantised(weight.reshape(-1, block))
        packed = (integers.astype(np.int16) + _ZERO).astype(np.uint8).reshape(outputs, -1, block)
        operands = [x, self.constant(packed), self.constant(scales.reshape(outputs, -1))]
        if bias is not None:
            operands += ["", "", self.constant(bias)]
        attributes = {"K": inputs, "N": outputs, "bits": 8, "block_size": block, "accuracy_level": _INT8_ACTIVATIONS}
        return self.contributed("MatMulNBits", *operands, name=name, **attributes)

    def bulk_linear(self, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """The same, coarser but nearly twice as quick for hundreds of rows: one range for all of x."""
        integers, scales = quantised(weight)
        operands = [x, self.constant(integers.T), self.constant(scales), "", self.constant(bias)]
        return self.contributed("DynamicQuantizeMatMul", *operands)

    def model(self) -> ModelProto:
        """The whole graph."""
        graph = helper.make_graph(self._nodes, "whisper", self._inputs, self._outputs, [*self._constants.values()])
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIBUTED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)


def quantised(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Integers from -127 to 127 and what one of them is worth, by row. Exact for weights that were such integers."""
    scales = np.abs(weight).max(axis=1) / 127
    scales[scales == 0] = 1
    return np.rint(weight / scales[:, None]).astype(np.int8), scales.astype(np.float32)
