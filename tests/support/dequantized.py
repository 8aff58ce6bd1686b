"""An int8 ONNX model with its weights widened to float32, to test exactness without the noise of quantisation."""

from collections import defaultdict

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper


def dequantized(model: ModelProto) -> ModelProto:
    """The same model with each dynamically quantised matrix product done in float32.

    Looks for what onnxruntime's dynamic quantisation writes: DynamicQuantizeLinear, MatMulInteger, Cast, and two Muls
    with the scales.
    """
    graph = model.graph
    constants = {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}
    maker = {output: node for node in graph.node for output in node.output}
    users: dict[str, list[NodeProto]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            users[name].append(node)
    replaced: dict[str, NodeProto] = {}
    dropped: set[str] = set()
    widened = []
    for product in [node for node in graph.node if node.op_type == "MatMulInteger"]:
        (cast,) = users[product.output[0]]
        (scaled,) = users[cast.output[0]]
        scales = maker[next(name for name in scaled.input if name != cast.output[0])]
        weight_scale = next(constants[name] for name in scales.input if name in constants)
        _, weights, _, zero = product.input
        whole = (constants[weights].astype(np.float32) - constants[zero]) * weight_scale
        widened.append(numpy_helper.from_array(whole.astype(np.float32), f"{product.name}_float"))
        quantizer = maker[product.input[0]]
        replaced[scaled.output[0]] = helper.make_node(
            "MatMul", [quantizer.input[0], f"{product.name}_float"], [scaled.output[0]]
        )
        dropped |= {name for node in (product, cast, scales, quantizer) for name in node.output}
    nodes = [replaced.get(node.output[0], node) for node in graph.node if node.output[0] not in dropped]
    used = {name for node in nodes for name in node.input}
    kept = [constant for constant in [*graph.initializer, *widened] if constant.name in used]
    wide = helper.make_graph(nodes, graph.name, list(graph.input), list(graph.output), kept)
    return helper.make_model(wide, opset_imports=model.opset_import, ir_version=model.ir_version)
