"""Parts cut from a tiny model: they compute what the whole does, are kept, and are made again when damaged."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import EngineContext
from hiwar.errors import EngineUnavailableError

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import ModelProto, TensorProto, helper, numpy_helper  # noqa: E402

from hiwar.engines.onnx_graphs import MissingTensorError, Recipe, cut, derive, load_model  # noqa: E402
from hiwar.engines.onnx_sessions import open_session  # noqa: E402


def whole_model() -> bytes:
    """x -> doubled -> summed with a constant -> y, and beside it counts -> z."""
    nodes = [
        helper.make_node("Add", ["x", "x"], ["doubled"]),
        helper.make_node("Add", ["doubled", "offset"], ["y"]),
        helper.make_node("Add", ["counts", "counts"], ["z"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "n"]),
            helper.make_tensor_value_info("counts", TensorProto.INT64, ["n"]),
        ],
        [
            helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, "n"]),
            helper.make_tensor_value_info("z", TensorProto.INT64, ["n"]),
        ],
        [numpy_helper.from_array(np.array([10], np.float32), "offset")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def halves(path: Path) -> dict[str, ModelProto]:
    model = onnx.load(path)
    return {
        "first": cut(model, {"x": (1, "n")}, ["doubled"]),
        "second": cut(model, {"doubled": (1, "n")}, ["y"]),
    }


HALVES = Recipe("tiny", "two halves", ("first", "second"), halves, "Install another model.")


def context(folder: Path, lines: list[str] | None = None) -> EngineContext:
    return EngineContext(folder / "models", report=(lines if lines is not None else []).append)


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "models" / "derived").iterdir() if path.is_dir())


def derived(recipe: Recipe, context: EngineContext, content: bytes | None = None) -> dict[str, bytes]:
    """The parts of the whole model, or of other content, from a file beside the folder that they are kept in."""
    path = context.models_dir.parent / "whole.onnx"
    path.write_bytes(whole_model() if content is None else content)
    return derive(path, recipe, context)


def made_in_a_process(folder: Path) -> dict[str, bytes]:
    """Of the model's file that is there already."""
    return derive(folder / "whole.onnx", HALVES, context(folder))


def test_the_parts_in_a_row_give_what_the_whole_gives(tmp_path: Path) -> None:
    (tmp_path / "whole.onnx").write_bytes(whole_model())
    parts = halves(tmp_path / "whole.onnx")
    first, second = (open_session(parts[name].SerializeToString()) for name in ("first", "second"))
    x = np.array([[1, 2, 3]], np.float32)
    (doubled,) = first.run(None, {"x": x})
    (y,) = second.run(None, {"doubled": doubled})
    np.testing.assert_array_equal(y, 2 * x + 10)


def test_a_part_holds_nothing_that_it_does_not_need_and_keeps_types_of_inputs() -> None:
    part = cut(onnx.load_model_from_string(whole_model()), {"counts": ("n",)}, ["z"])
    assert [node.output[0] for node in part.graph.node] == ["z"]
    assert not part.graph.initializer
    (z,) = open_session(part.SerializeToString()).run(None, {"counts": np.array([4], np.int64)})
    assert z.tolist() == [8]


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        pytest.param({"x": (1, "n")}, ["no such"], id="output"),
        pytest.param({"x": (1, "n"), "no such": (1,)}, ["y"], id="input"),
        pytest.param({"doubled": (1, "n")}, ["z"], id="input of the whole that was not given"),
    ],
)
def test_a_tensor_that_is_not_there_is_named(inputs: dict[str, tuple[int | str, ...]], outputs: list[str]) -> None:
    with pytest.raises(MissingTensorError):
        cut(onnx.load_model_from_string(whole_model()), inputs, outputs)


def test_parts_are_made_once_and_reported(tmp_path: Path) -> None:
    lines: list[str] = []
    parts = derived(HALVES, context(tmp_path, lines))
    assert parts.keys() == {"first", "second"}
    assert len(lines) == 1
    assert derived(HALVES, context(tmp_path, lines)) == parts
    assert len(lines) == 1


def test_parts_that_are_kept_need_no_onnx(tmp_path: Path) -> None:
    derived(HALVES, context(tmp_path))
    program = (
        "import sys; from pathlib import Path; from hiwar.engines.contracts import EngineContext;"
        "from hiwar.engines.onnx_graphs import Recipe, derive; folder = Path(sys.argv[1]);"
        "recipe = Recipe('tiny', 'two halves', ('first', 'second'), dict, '');"
        "parts = derive(folder / 'whole.onnx', recipe, EngineContext(folder / 'models'));"
        "print(sorted(parts), 'onnx' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['first', 'second'] False"


def test_another_model_or_definition_has_parts_of_its_own_and_the_older_ones_go(tmp_path: Path) -> None:
    derived(HALVES, context(tmp_path))
    (older,) = kept(tmp_path)
    only = Recipe("tiny", "another definition", ("only",), lambda path: {"only": halves(path)["first"]}, "")
    assert derived(only, context(tmp_path)).keys() == {"only"}
    (newer,) = kept(tmp_path)
    changed = onnx.load_model_from_string(whole_model())
    changed.doc_string = "changed"
    derived(HALVES, context(tmp_path), changed.SerializeToString())
    (newest,) = kept(tmp_path)
    assert len({older, newer, newest}) == 3


def test_parts_of_other_names_stay(tmp_path: Path) -> None:
    names = ("tiny", "tiny-2", "tin", "tiny-0123456789abcdef")
    for name in names:
        derived(replace(HALVES, name=name), context(tmp_path))
    assert len(kept(tmp_path)) == len(names)
    derived(replace(HALVES, definition="another"), context(tmp_path))
    assert len(kept(tmp_path)) == len(names)


def test_what_a_killed_process_left_goes(tmp_path: Path) -> None:
    unfinished = tmp_path / "models" / "derived" / ".unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "second.onnx").write_bytes(b"half")
    parts = derived(HALVES, context(tmp_path))
    (folder,) = kept(tmp_path)
    assert {path.name for path in folder.iterdir()} == {"first.onnx", "second.onnx", "manifest.json"}
    assert derived(HALVES, context(tmp_path)) == parts


@pytest.mark.parametrize(
    "damage",
    [
        "flip",
        "cut short",
        "lose",
        "manifest",
        "empty manifest",
        "odd manifest",
        "garbled manifest",
        "shorter manifest",
        "longer manifest",
    ],
)
def test_damaged_parts_are_made_again(tmp_path: Path, damage: str) -> None:
    lines: list[str] = []
    parts = derived(HALVES, context(tmp_path, lines))
    (folder,) = kept(tmp_path)
    part, manifest = folder / "first.onnx", folder / "manifest.json"
    hashes = json.loads(manifest.read_bytes())
    match damage:
        case "flip":
            content = bytearray(part.read_bytes())
            content[-1] ^= 1
            part.write_bytes(content)
        case "cut short":
            part.write_bytes(part.read_bytes()[:-1])
        case "lose":
            part.unlink()
        case "manifest":
            manifest.write_bytes(manifest.read_bytes()[:-3])
        case "empty manifest":
            manifest.write_bytes(b"{}")
        case "garbled manifest":
            manifest.write_bytes(manifest.read_bytes().replace(b"first", b"\xff"))
        case "shorter manifest":
            manifest.write_text(json.dumps({"first": hashes["first"]}))
        case "longer manifest":
            manifest.write_text(json.dumps(hashes | {"\0": "no name of a file"}))
        case _:
            manifest.write_bytes(b'["first"]')
    assert derived(HALVES, context(tmp_path, lines)) == parts
    assert len(lines) == 2
    assert derived(HALVES, context(tmp_path, lines)) == parts
    assert len(lines) == 2
    assert kept(tmp_path) == [folder]


def test_several_processes_may_make_them_at_once(tmp_path: Path) -> None:
    (tmp_path / "whole.onnx").write_bytes(whole_model())
    with ProcessPoolExecutor(4) as processes:
        made = [*processes.map(made_in_a_process, [tmp_path] * 8)]
    assert all(parts == made[0] for parts in made)
    assert len(kept(tmp_path)) == 1
    assert made_in_a_process(tmp_path) == made[0]


def test_parts_that_another_process_has_put_there_meanwhile_stay(tmp_path: Path) -> None:
    def slow(path: Path) -> Mapping[str, ModelProto]:
        made_in_a_process(tmp_path)
        (folder,) = kept(tmp_path)
        (folder / "put by the other").touch()
        return halves(path)

    parts = derived(replace(HALVES, make=slow), context(tmp_path))
    (folder,) = kept(tmp_path)
    assert (folder / "put by the other").exists()
    assert made_in_a_process(tmp_path) == parts


def test_damaged_parts_that_appear_meanwhile_are_replaced(tmp_path: Path) -> None:
    def slow(path: Path) -> Mapping[str, ModelProto]:
        made_in_a_process(tmp_path)
        (folder,) = kept(tmp_path)
        (folder / "first.onnx").write_bytes(b"damaged")
        return halves(path)

    lines: list[str] = []
    derived(replace(HALVES, make=slow), context(tmp_path, lines))
    derived(HALVES, context(tmp_path, lines))
    assert len(lines) == 1


def test_a_folder_that_cannot_be_written_is_said_and_costs_nothing_else(tmp_path: Path) -> None:
    blocked = tmp_path / "models"
    blocked.write_bytes(b"a file, not a folder")
    lines: list[str] = []
    assert derived(HALVES, EngineContext(blocked, report=lines.append)).keys() == {"first", "second"}
    assert "cannot be written" in lines[-1]


def elsewhere(path: Path) -> dict[str, ModelProto]:
    return {"part": cut(load_model(path), {"x": (1, "n")}, ["elsewhere"])}


def fifth(path: Path) -> dict[str, ModelProto]:
    model = load_model(path)
    return {"part": cut(model, {"x": (1, "n")}, model.graph.node[5].output)}


@pytest.mark.parametrize("model", [b"no model at all", whole_model()], ids=["unreadable", "of another structure"])
@pytest.mark.parametrize("make", [elsewhere, fifth])
def test_a_model_that_does_not_fit_says_what_to_do(
    tmp_path: Path, model: bytes, make: Callable[[Path], Mapping[str, ModelProto]]
) -> None:
    recipe = Recipe("tiny", "x", ("part",), make, "Install it again.")
    with pytest.raises(EngineUnavailableError, match=r"Install it again\."):
        derived(recipe, context(tmp_path), model)
    assert not (tmp_path / "models").exists()
