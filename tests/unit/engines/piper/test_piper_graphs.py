"""The three parts of a model, one after another, give what the whole model gives; another structure is refused."""

from collections.abc import Callable

import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

from onnx import ModelProto, helper  # noqa: E402

from hiwar.engines.onnx_graphs import MissingTensorError  # noqa: E402
from hiwar.engines.piper import graphs  # noqa: E402
from support.tiny_vits import DURATION_NOISE, HOP, LATENT_NOISE, tiny_vits, with_noise_as_inputs  # noqa: E402


def run(model: ModelProto, **inputs: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    outputs: list[np.ndarray] = session.run(None, inputs)
    return outputs


@pytest.mark.parametrize("prefix", ["/", "onnx::Weird_"])
@pytest.mark.parametrize("speakers", [1, 3])
def test_the_parts_together_are_the_whole(speakers: int, prefix: str) -> None:
    noise = np.random.default_rng(3)
    symbols = np.arange(30)[None] % 20
    scales = np.array([0.5, 1.2, 0.8], np.float32)
    speaker = {"sid": np.array([1])} if speakers > 1 else {}
    text = {"input": symbols, "input_lengths": np.array([30]), "scales": scales}
    duration_noise = noise.standard_normal((1, 2, 30)).astype(np.float32)

    parts = graphs.split(tiny_vits(speakers=speakers, prefix=prefix))
    encoder = {**text, **speaker, "duration_noise": duration_noise}
    means, log_deviations, durations = run(parts[graphs.ENCODER], **encoder)
    frames = durations.astype(int).ravel()
    latent_noise = noise.standard_normal((1, means.shape[1], frames.sum())).astype(np.float32)
    spread = (np.repeat(each, frames, axis=2) for each in (means, log_deviations))
    mean, log_deviation = spread
    latents = mean + latent_noise * np.exp(log_deviation) * scales[0]
    (features,) = run(parts[graphs.FLOW], latents=latents, **speaker)
    (samples,) = run(parts[graphs.DECODER], features=features, **speaker)

    whole = with_noise_as_inputs(tiny_vits(speakers=speakers, prefix=prefix))
    noises = {DURATION_NOISE: duration_noise, LATENT_NOISE: latent_noise}
    (expected,) = run(whole, **text, **speaker, **noises)
    assert samples.shape == expected.shape == (1, 1, 1, frames.sum() * HOP)
    np.testing.assert_allclose(samples, expected, atol=1e-5)


def test_the_decoder_tells_its_samples_a_frame() -> None:
    (entry,) = graphs.split(tiny_vits())[graphs.DECODER].metadata_props
    assert (entry.key, entry.value) == (graphs.HOP, str(HOP))


def first(model: ModelProto, op_type: str) -> int:
    return next(index for index, node in enumerate(model.graph.node) if node.op_type == op_type)


def without_rounding(model: ModelProto) -> None:
    model.graph.node[first(model, "Ceil")].op_type = "Floor"


def with_a_third_noise(model: ModelProto) -> None:
    model.graph.node.insert(0, helper.make_node("RandomNormalLike", ["scales"], ["more"]))


def with_added_mask(model: ModelProto) -> None:
    mask = model.graph.node[first(model, "Cast")].output[0]
    for node in model.graph.node:
        if node.op_type == "Mul" and mask in node.input:
            node.op_type = "Add"


def with_scaled_noise_added(model: ModelProto) -> None:
    noise = next(node for node in model.graph.node if LATENT_NOISE in node.input)
    noise.op_type = "Sub"


def without_upsampling(model: ModelProto) -> None:
    for node in model.graph.node:
        if node.op_type == "ConvTranspose":
            node.op_type = "Conv"


def with_alignment_by_addition(model: ModelProto) -> None:
    model.graph.node[first(model, "MatMul")].op_type = "Add"


def without_scales(model: ModelProto) -> None:
    (scales,) = (value for value in model.graph.input if value.name == "scales")
    scales.name = "speed"


@pytest.mark.parametrize(
    "spoil",
    [
        without_rounding,
        with_a_third_noise,
        with_added_mask,
        with_scaled_noise_added,
        without_upsampling,
        with_alignment_by_addition,
        without_scales,
    ],
)
def test_another_structure_is_refused(spoil: Callable[[ModelProto], None]) -> None:
    model = tiny_vits()
    spoil(model)
    with pytest.raises(MissingTensorError):
        graphs.split(model)
