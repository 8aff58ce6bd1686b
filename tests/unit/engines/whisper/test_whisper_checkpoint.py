"""A checkpoint is read as it was written, whatever kind of weights it has; anything else is refused."""

import struct
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.whisper.checkpoint import Checkpoint, Dimensions, ForeignCheckpointError, read_checkpoint
from support.tiny_whisper import Shape, Weights, checkpoint_bytes, random_weights, restored, stored

WEIGHTS = random_weights(Shape())


def read(folder: Path, content: bytes) -> Checkpoint:
    path = folder / "model.bin"
    path.write_bytes(content)
    return read_checkpoint(path)


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16", "int8"])
def test_weights_come_back_as_float32(tmp_path: Path, kind: str) -> None:
    checkpoint = read(tmp_path, checkpoint_bytes(stored(WEIGHTS, kind)))
    for name, weight in restored(WEIGHTS, kind).items():
        if weight.ndim:
            np.testing.assert_allclose(checkpoint.weight(name, *weight.shape), weight, rtol=1e-6)
    tied = checkpoint.weight("decoder/projection/weight", 50, 64)
    np.testing.assert_array_equal(tied, checkpoint.weight("decoder/embeddings/weight", 50, 64))


def test_one_scale_may_serve_the_whole_weight(tmp_path: Path) -> None:
    name = "encoder/layer_0/ffn/linear_0/weight"
    integers: Weights = {name: np.full((256, 64), 6, np.int16), f"{name}_scale": np.array(4, np.float32)}
    checkpoint = read(tmp_path, checkpoint_bytes(WEIGHTS | integers))
    np.testing.assert_array_equal(checkpoint.weight(name, 256, 64), np.full((256, 64), 1.5))


def test_a_weight_is_the_reader_s_own(tmp_path: Path) -> None:
    checkpoint = read(tmp_path, checkpoint_bytes(WEIGHTS))
    checkpoint.weight("encoder/conv1/bias", 64)[:] = 0
    assert checkpoint.weight("encoder/conv1/bias", 64).any()


def test_sizes_follow_from_the_weights(tmp_path: Path) -> None:
    assert read(tmp_path, checkpoint_bytes(WEIGHTS)).dimensions == Dimensions(
        bands=6,
        width=64,
        encoder_layers=3,
        encoder_heads=2,
        decoder_layers=2,
        decoder_heads=4,
        context=40,
        tokens=24,
        vocabulary=50,
    )


@pytest.mark.parametrize(("name", "shape"), [("encoder/conv1/bias", (63,)), ("encoder/conv3/bias", (64,))])
def test_a_weight_that_is_not_there_in_this_shape_is_refused(tmp_path: Path, name: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(ForeignCheckpointError):
        read(tmp_path, checkpoint_bytes(WEIGHTS)).weight(name, *shape)


@pytest.mark.parametrize("scale", [None, np.ones(3, np.float32), np.ones(64, np.float16)])
def test_integers_without_a_fitting_scale_are_refused(tmp_path: Path, scale: np.ndarray | None) -> None:
    weights = stored(WEIGHTS, "int8")
    name = "encoder/layer_0/self_attention/linear_1/weight"
    del weights[f"{name}_scale"]
    if scale is not None:
        weights[f"{name}_scale"] = scale
    with pytest.raises(ForeignCheckpointError):
        read(tmp_path, checkpoint_bytes(weights)).weight(name, 64, 64)


@pytest.mark.parametrize("part", [0.0, 0.0001, 0.01, 0.5, 0.99, 0.999999])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, part: float) -> None:
    content = checkpoint_bytes(WEIGHTS)
    with pytest.raises(ForeignCheckpointError):
        read(tmp_path, content[: int(len(content) * part)])


def without(name: str) -> Weights:
    return {other: weight for other, weight in WEIGHTS.items() if other != name}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04" * 1000, id="another file"),
        pytest.param(checkpoint_bytes(WEIGHTS, version=5), id="version"),
        pytest.param(checkpoint_bytes(WEIGHTS, specification="TransformerSpec"), id="another model"),
        pytest.param(checkpoint_bytes(without("encoder/conv1/weight")), id="no convolution"),
        pytest.param(checkpoint_bytes(without("encoder/num_heads")), id="no heads"),
        pytest.param(checkpoint_bytes(without("encoder/layer_0/ffn/linear_0/weight")), id="no layers"),
        pytest.param(checkpoint_bytes(WEIGHTS | {"decoder/num_heads": np.array(0, np.int16)}), id="heads 0"),
        pytest.param(checkpoint_bytes(WEIGHTS | {"decoder/num_heads": np.array(5, np.int16)}), id="heads 5"),
        pytest.param(checkpoint_bytes(WEIGHTS | {"a": np.ones((1,) * 5, np.float32)}), id="rank"),
        pytest.param(checkpoint_bytes(WEIGHTS)[:-4] + b"abc\0", id="alias of nothing"),
        pytest.param(checkpoint_bytes(WEIGHTS).replace(b"conv1/bias", b"conv\xff/bias"), id="name"),
        pytest.param(struct.pack("<IH12sII", 6, 12, b"WhisperSpec\0", 3, 2**32 - 1), id="arrays without end"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ForeignCheckpointError):
        read(tmp_path, content)
