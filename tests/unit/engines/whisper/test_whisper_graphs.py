"""The graphs of a small random model compute what the plain reference does, whatever its sizes and its file's kind."""

from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext
from hiwar.errors import EngineError, EngineUnavailableError

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from hiwar.engines.whisper.graphs import open_model
from hiwar.engines.whisper.model import Encoded, WhisperModel
from support.tiny_whisper import (
    Shape,
    Weights,
    checkpoint_bytes,
    random_weights,
    restored,
    stored,
    write_model,
)
from support.whisper_reference import decoded, encoded

SHAPE = Shape()
HEADS = [(0, 3), (1, 0), (1, 2)]
TOKENS = [46, 47, 3, 12, 40, 7]
ERROR_MAX = 0.05
"""Relative root mean square that int8 may cost; a layer left out or mixed up costs ten times that."""


def opened(folder: Path, shape: Shape = SHAPE, kind: str = "float32") -> tuple[WhisperModel, Weights]:
    weights = random_weights(shape)
    content = checkpoint_bytes(stored(weights, kind))
    write_model(folder / "whisper-tiny", content, shape, alignment_heads=HEADS)
    return open_model(folder / "whisper-tiny", EngineContext(folder)), restored(weights, kind)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[WhisperModel, Weights]:
    return opened(tmp_path_factory.mktemp("models"))


def features(frames: int = 44, bands: int = SHAPE.bands) -> np.ndarray:
    return np.random.default_rng(frames).standard_normal((1, bands, frames)).astype(np.float32)


def error(found: np.ndarray, expected: np.ndarray) -> float:
    assert found.shape == expected.shape
    return float(np.sqrt(np.mean((found - expected) ** 2) / np.mean((expected - expected.mean()) ** 2)))


def read(model: WhisperModel, tokens: list[int], heard: Encoded) -> tuple[np.ndarray, np.ndarray]:
    step = model.step(np.array([tokens]), model.empty(), heard)
    return step.logits[0], step.attention[0]


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16", "int8"])
@pytest.mark.parametrize(
    "shape",
    [SHAPE, Shape(bands=8, width=48, encoder_layers=1, encoder_heads=4, decoder_layers=3, vocabulary=35)],
    ids=["deep encoder", "deep decoder"],
)
def test_logits_and_attention_are_the_reference_s(tmp_path: Path, shape: Shape, kind: str) -> None:
    model, weights = opened(tmp_path, shape, kind)
    heard = features(bands=shape.bands)
    tokens = [token % shape.vocabulary for token in TOKENS]
    logits, attention = read(model, tokens, model.encode(heard))
    expected, looks = decoded(weights, tokens, encoded(weights, heard[0]), HEADS)
    assert model.bands == shape.bands
    assert error(logits, expected[:, model.columns]) < ERROR_MAX
    assert error(attention, looks) < ERROR_MAX
    np.testing.assert_allclose(attention.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("frames", [2, 30, 2 * SHAPE.context])
def test_the_context_is_as_long_as_the_audio(tiny: tuple[WhisperModel, Weights], frames: int) -> None:
    model, weights = tiny
    heard = model.encode(features(frames))
    logits, attention = read(model, TOKENS, heard)
    expected, _ = decoded(weights, TOKENS, encoded(weights, features(frames)[0]), HEADS)
    assert heard.steps == attention.shape[1] == frames // 2
    assert error(logits, expected[:, model.columns]) < ERROR_MAX


def test_longer_audio_than_the_model_was_made_for_is_an_error(tiny: tuple[WhisperModel, Weights]) -> None:
    model, _ = tiny
    with pytest.raises(EngineError):
        model.encode(features(2 * SHAPE.context + 2))


def test_tokens_one_by_one_and_at_once_are_the_same(tiny: tuple[WhisperModel, Weights]) -> None:
    model, _ = tiny
    heard = model.encode(features())
    logits, attention = read(model, TOKENS, heard)
    past = model.empty()
    for place, token in enumerate(TOKENS):
        step = model.step(np.array([[token]]), past, heard)
        past = step.past
        assert past.length == place + 1
        np.testing.assert_allclose(step.logits[0, 0], logits[place], atol=1e-3)
        np.testing.assert_allclose(step.attention[0, 0], attention[place], atol=1e-5)


def test_a_past_that_is_cut_back_goes_on_as_if_the_rest_had_never_been(tiny: tuple[WhisperModel, Weights]) -> None:
    model, _ = tiny
    heard = model.encode(features())
    drafted = model.step(np.array([[*TOKENS[:3], 1, 2]]), model.empty(), heard).past
    step = model.step(np.array([TOKENS[3:]]), drafted.first(3), heard)
    logits, _ = read(model, TOKENS, heard)
    np.testing.assert_allclose(step.logits[0], logits[3:], atol=1e-3)
    assert step.past.length == len(TOKENS)


def test_rows_of_a_batch_hear_the_same_and_read_each_its_own(tiny: tuple[WhisperModel, Weights]) -> None:
    model, _ = tiny
    heard = model.encode(features())
    first = model.step(np.array([TOKENS[:2]]), model.empty(), heard).past
    both = model.step(np.array([[5, 6, 7], [8, 9, 10]]), first.rows([0, 0]), heard)
    turned = model.step(np.array([[20], [21], [22]]), both.past.rows([1, 0, 1]), heard)
    for row, tokens in enumerate(([8, 9, 10, 20], [5, 6, 7, 21], [8, 9, 10, 22])):
        logits, attention = read(model, [*TOKENS[:2], *tokens], heard)
        np.testing.assert_allclose(turned.logits[row, 0], logits[-1], atol=1e-3)
        np.testing.assert_allclose(turned.attention[row, 0], attention[-1], atol=1e-5)


def test_what_is_not_asked_for_is_left_out(tiny: tuple[WhisperModel, Weights]) -> None:
    model, _ = tiny
    heard = model.encode(features())
    step = model.step(np.array([TOKENS]), model.empty(), heard, first=4)
    logits, attention = read(model, TOKENS, heard)
    np.testing.assert_allclose(step.logits[0], logits[4:], atol=1e-3)
    np.testing.assert_allclose(step.attention[0], attention[4:], atol=1e-5)
    assert step.past.length == len(TOKENS)


def test_columns_leave_out_other_scripts_and_timestamps(tiny: tuple[WhisperModel, Weights]) -> None:
    model, _ = tiny
    plain = SHAPE.vocabulary - 5
    written = [number for number in range(plain) if number % 10 != 9]
    assert model.columns.tolist() == [*written, plain, plain + 1, plain + 2]


def test_the_second_start_writes_nothing(tmp_path: Path) -> None:
    opened(tmp_path)
    lines: list[str] = []
    again = open_model(tmp_path / "whisper-tiny", EngineContext(tmp_path, report=lines.append))
    assert lines == []
    assert again.encode(features()).steps == 22


def test_a_model_that_names_no_alignment_heads_has_all_of_the_upper_layers(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "whisper-tiny" / "config.json").write_text('{"alignment_heads": null}')
    model = open_model(tmp_path / "whisper-tiny", EngineContext(tmp_path))
    _, attention = read(model, TOKENS, model.encode(features()))
    weights = random_weights(SHAPE)
    _, looks = decoded(weights, TOKENS, encoded(weights, features()[0]), [(1, head) for head in range(4)])
    assert error(attention, looks) < ERROR_MAX


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.bin", b"no checkpoint"),
        ("model.bin", b""),
        ("model.bin", None),
        ("config.json", b'{"alignment_heads": [[2, 0]]}'),
        ("config.json", b'{"alignment_heads": [[0, 4]]}'),
        ("config.json", b'{"alignment_heads": 5}'),
        ("config.json", b"\xff"),
        ("tokenizer.json", b"{}"),
        ("tokenizer.json", None),
        ("tokenizer.json", b'{"model": {"vocab": {"a": 50}}, "added_tokens": []}'),
        ("tokenizer.json", b'{"model": {"vocab": {"a": -1}}, "added_tokens": []}'),
        ("tokenizer.json", b'{"model": {"vocab": {}}, "added_tokens": []}'),
    ],
)
def test_a_damaged_folder_says_how_to_mend_it(tmp_path: Path, name: str, content: bytes | None) -> None:
    folder = tmp_path / "whisper-tiny"
    write_model(folder, checkpoint_bytes(random_weights(SHAPE)), SHAPE, alignment_heads=HEADS)
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    with pytest.raises(EngineUnavailableError, match="hiwar models pull whisper-tiny"):
        open_model(folder, EngineContext(tmp_path))
