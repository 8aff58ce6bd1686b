"""The graph of Whisper's decoder: tokens, with keys and values of those before them, to logits and attention."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto

from hiwar.engines.whisper.checkpoint import Checkpoint, Dimensions
from hiwar.engines.whisper.graph_writer import GraphWriter, quantised

_TO_THE_END = 2**31 - 1


def decoder_graph(
    checkpoint: Checkpoint, columns: NDArray[np.int64], alignment_heads: Sequence[tuple[int, int]] | None
) -> ModelProto:
    """Logits for the tokens `columns` alone, and the mean cross attention of `alignment_heads` (layer, head), None
    for all of the upper half of the layers.

    Inputs: `tokens` (batch, new), `positions` (new), `mask` (new, past + new) to add to attention scores, `first`:
    the first of the new tokens that logits and attention are wanted of; by layer N `past_key_N`, `past_value_N`
    (batch, heads, past, width of a head), and `cross_key_N`, `cross_value_N` as the encoder gives them.
    Outputs: `logits`, `attention`, and by layer `key_N`, `value_N` of all tokens.
    Raises LookupError for a column or an alignment head that the model does not have.
    """
    chosen = _alignment(checkpoint.dimensions, alignment_heads)
    if not (len(columns) and columns.min() >= 0 and columns.max() < checkpoint.dimensions.vocabulary):
        raise LookupError("columns")
    decoder = _Decoder(checkpoint)
    x = decoder.embedded()
    maps = []
    for number in range(checkpoint.dimensions.decoder_layers):
        layer = f"decoder/layer_{number}"
        x = decoder.self_attention(x, f"{layer}/self_attention", number)
        x, attention = decoder.cross_attention(x, f"{layer}/attention", number)
        x = decoder.feed_forward(x, f"{layer}/ffn")
        if heads := [head for where, head in chosen if where == number]:
            maps.append(decoder.graph.node("Gather", attention, decoder.graph.numbers(*heads), axis=1))
    decoder.logits(x, columns)
    decoder.attention(maps)
    return decoder.graph.model()


def _alignment(size: Dimensions, heads: Sequence[tuple[int, int]] | None) -> Sequence[tuple[int, int]]:
    known = [(layer, head) for layer in range(size.decoder_layers) for head in range(size.decoder_heads)]
    if heads is None:
        return [(layer, head) for layer, head in known if layer >= size.decoder_layers // 2]
    if not heads or not set(heads) <= set(known):
        raise LookupError("alignment heads")
    return heads


class _Decoder:
    """What the layers share: sizes, inputs, and the shape that heads are joined to."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.graph = graph = GraphWriter()
        self._checkpoint = checkpoint
        self._size = checkpoint.dimensions
        self._heads = self._size.decoder_heads
        self._each = self._size.width // self._heads
        self._tokens = graph.input("tokens", ("batch", "new"), integers=True)
        self._mask = graph.input("mask", ("new", "all"))
        self._first = graph.input("first", (1,), integers=True)
        self._shape = graph.node("Shape", self._tokens)
        self._joined = graph.node("Concat", self._shape, graph.numbers(self._size.width), axis=0)

    def embedded(self) -> str:
        graph, size = self.graph, self._size
        table = self._checkpoint.weight("decoder/embeddings/weight", size.vocabulary, size.width)
        integers, scales = quantised(table)
        rows = graph.node("Gather", graph.constant(integers), self._tokens)
        worth = graph.node("Gather", graph.constant(scales[:, None]), self._tokens)
        x = graph.node("Mul", graph.node("Cast", rows, to=TensorProto.FLOAT), worth)
        places = self._checkpoint.weight("decoder/position_encodings/encodings", size.tokens, size.width)
        used = graph.node("Gather", graph.constant(places), graph.input("positions", ("new",), integers=True))
        return graph.node("Add", x, used)

    def self_attention(self, x: str, layer: str, number: int) -> str:
        graph = self.graph
        queries, keys, values = self._projected(x, layer, 3)
        keys = self._with_past(f"key_{number}", keys)
        values = self._with_past(f"value_{number}", values)
        scores = graph.node("MatMul", queries, graph.node("Transpose", keys, perm=[0, 1, 3, 2]))
        weights = graph.node("Softmax", graph.node("Add", scores, self._mask), axis=-1)
        return self._mixed(x, weights, values, f"{layer}/linear_1")

    def cross_attention(self, x: str, layer: str, number: int) -> tuple[str, str]:
        """With what was heard, and the weights of the audio's positions, shape (1, heads, batch x new, steps)."""
        graph = self.graph
        (queries,) = self._projected(x, layer, 1)
        keys = graph.input(f"cross_key_{number}", (1, self._heads, self._each, "steps"))
        values = graph.input(f"cross_value_{number}", (1, self._heads, "steps", self._each))
        weights = graph.node("Softmax", graph.node("MatMul", queries, keys), axis=-1)
        return self._mixed(x, weights, values, f"{layer}/linear_2"), weights

    def feed_forward(self, x: str, layer: str) -> str:
        graph, checkpoint, width = self.graph, self._checkpoint, self._size.width
        inner = graph.normalised(x, *checkpoint.norm(f"{layer}/layer_norm"))
        inner = graph.node("Gelu", graph.linear(inner, *checkpoint.linear(f"{layer}/linear_0", 4 * width, width)))
        return graph.node("Add", x, graph.linear(inner, *checkpoint.linear(f"{layer}/linear_1", width, 4 * width)))

    def logits(self, x: str, columns: NDArray[np.int64]) -> None:
        graph, size = self.graph, self._size
        table = self._checkpoint.weight("decoder/projection/weight", size.vocabulary, size.width)
        x = graph.normalised(self._wanted(x), *self._checkpoint.norm("decoder/layer_norm"))
        graph.linear(x, table[columns], name="logits")
        graph.output("logits", ("batch", "wanted", len(columns)))

    def attention(self, maps: Sequence[str]) -> None:
        graph = self.graph
        mean = graph.node("ReduceMean", graph.node("Concat", *maps, axis=1), graph.numbers(1), keepdims=0)
        apart = graph.node("Reshape", mean, graph.node("Concat", self._shape, graph.numbers(-1), axis=0))
        self._wanted(apart, name="attention")
        graph.output("attention", ("batch", "wanted", "steps"))

    def _projected(self, x: str, layer: str, count: int) -> list[str]:
        """Queries, and with them keys and values, by head; of cross attention as one row of the batch.

        All rows hear the same audio, so that there the tokens of all rows are like tokens of one.
        """
        graph, width = self.graph, self._size.width
        weight, bias = self._checkpoint.linear(f"{layer}/linear_0", count * width, width)
        # Attention's division by the root of the head's width.
        weight[:width] *= self._each**-0.5
        bias[:width] *= self._each**-0.5
        inner = graph.linear(graph.normalised(x, *self._checkpoint.norm(f"{layer}/layer_norm")), weight, bias)
        apart = graph.numbers(*((0, 0) if count > 1 else (1, -1)), self._heads, self._each)
        parts = graph.split(inner, count) if count > 1 else [inner]
        return [graph.node("Transpose", graph.node("Reshape", part, apart), perm=[0, 2, 1, 3]) for part in parts]

    def _with_past(self, name: str, new: str) -> str:
        past = self.graph.input(f"past_{name}", ("batch", self._heads, "past", self._each))
        self.graph.output(name, ("batch", self._heads, "all", self._each))
        return self.graph.node("Concat", past, new, name=name, axis=2)

    def _mixed(self, x: str, weights: str, values: str, layer: str) -> str:
        graph, width = self.graph, self._size.width
        heads = graph.node("Transpose", graph.node("MatMul", weights, values), perm=[0, 2, 1, 3])
        joined = graph.node("Reshape", heads, self._joined)
        return graph.node("Add", x, graph.linear(joined, *self._checkpoint.linear(layer, width, width)))

    def _wanted(self, x: str, name: str | None = None) -> str:
        graph = self.graph
        return graph.node("Slice", x, self._first, graph.numbers(_TO_THE_END), graph.numbers(1), name=name)
