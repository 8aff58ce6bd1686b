"""The graph of Whisper's encoder: log-mel features to the keys and values that the decoder's cross attention takes."""

from onnx import ModelProto

from hiwar.engines.whisper.checkpoint import Checkpoint
from hiwar.engines.whisper.graph_writer import GraphWriter


def encoder_graph(checkpoint: Checkpoint) -> ModelProto:
    """Takes `features` (1, bands, frames), an even number of frames; gives for each decoder layer N `cross_key_N`
    (1, heads, width of a head, steps) and `cross_value_N` (1, heads, steps, width of a head).
    """
    encoder = _Encoder(checkpoint)
    x = encoder.embedded()
    for number in range(checkpoint.dimensions.encoder_layers):
        layer = f"encoder/layer_{number}"
        x = encoder.feed_forward(encoder.attention(x, f"{layer}/self_attention"), f"{layer}/ffn")
    encoder.cross(x)
    return encoder.graph.model()


class _Encoder:
    def __init__(self, checkpoint: Checkpoint) -> None:
        self.graph = GraphWriter()
        self._checkpoint = checkpoint
        self._size = checkpoint.dimensions

    def embedded(self) -> str:
        """Two convolutions over three neighbours, the second of which halves the frames, and the positions."""
        graph, checkpoint, bands, width = self.graph, self._checkpoint, self._size.bands, self._size.width
        x = graph.input("features", (1, bands, "frames"))
        kernels = graph.constant(checkpoint.weight("encoder/conv1/weight", width, bands, 3))
        offsets = graph.constant(checkpoint.weight("encoder/conv1/bias", width))
        x = graph.node("Gelu", graph.node("Conv", x, kernels, offsets, kernel_shape=[3], pads=[1, 1]))
        pairs = graph.node("Reshape", graph.node("Transpose", x, perm=[0, 2, 1]), graph.numbers(1, -1, 2 * width))
        # A step hears its pair of frames and the one before: as a linear layer it is int8, and quicker.
        odd = graph.node("Slice", pairs, graph.numbers(width), graph.numbers(2 * width), graph.numbers(2))
        shifted = graph.node("Pad", odd, graph.numbers(0, 1, 0, 0, -1, 0))
        weight = checkpoint.weight("encoder/conv2/weight", width, width, 3).transpose(0, 2, 1).reshape(width, -1)
        heard = graph.node("Concat", shifted, pairs, axis=2)
        x = graph.node("Gelu", graph.bulk_linear(heard, weight, checkpoint.weight("encoder/conv2/bias", width)))
        places = checkpoint.weight("encoder/position_encodings/encodings", self._size.context, width)
        steps = graph.node("Shape", x, start=1, end=2)
        used = graph.node("Slice", graph.constant(places), graph.numbers(0), steps, graph.numbers(0))
        return graph.node("Add", x, used)

    def attention(self, x: str, layer: str) -> str:
        graph, width = self.graph, self._size.width
        weight, bias = self._checkpoint.linear(f"{layer}/linear_0", 3 * width, width)
        inner = graph.bulk_linear(graph.normalised(x, *self._checkpoint.norm(f"{layer}/layer_norm")), weight, bias)
        parts = graph.split(inner, 3)
        mixed = graph.contributed("MultiHeadAttention", *parts, num_heads=self._size.encoder_heads)
        return graph.node(
            "Add", x, graph.bulk_linear(mixed, *self._checkpoint.linear(f"{layer}/linear_1", width, width))
        )

    def feed_forward(self, x: str, layer: str) -> str:
        graph, checkpoint, width = self.graph, self._checkpoint, self._size.width
        inner = graph.normalised(x, *checkpoint.norm(f"{layer}/layer_norm"))
        inner = graph.node("Gelu", graph.bulk_linear(inner, *checkpoint.linear(f"{layer}/linear_0", 4 * width, width)))
        # Its few large values would leave one range for all too coarse.
        inner = graph.linear(inner, *checkpoint.linear(f"{layer}/linear_1", width, 4 * width))
        return graph.node("Add", x, inner)

    def cross(self, x: str) -> None:
        graph, size = self.graph, self._size
        width, heads, each = size.width, size.decoder_heads, size.width // size.decoder_heads
        x = graph.normalised(x, *self._checkpoint.norm("encoder/layer_norm"))
        apart = graph.numbers(0, 0, heads, each)
        for number in range(size.decoder_layers):
            weight, bias = self._checkpoint.linear(f"decoder/layer_{number}/attention/linear_1", 2 * width, width)
            keys, values = graph.split(graph.bulk_linear(x, weight, bias), 2)
            graph.node("Transpose", graph.node("Reshape", keys, apart), name=f"cross_key_{number}", perm=[0, 2, 3, 1])
            graph.output(f"cross_key_{number}", (1, heads, each, "steps"))
            values = graph.node("Reshape", values, apart)
            graph.node("Transpose", values, name=f"cross_value_{number}", perm=[0, 2, 1, 3])
            graph.output(f"cross_value_{number}", (1, heads, "steps", each))
