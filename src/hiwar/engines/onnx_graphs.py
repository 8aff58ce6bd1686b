"""Keeps the ONNX parts that an engine makes of a model file, so that they are made once; cuts them out of ONNX models.

How to make them is the engine's to say; running the parts is `onnx_sessions`'. The package onnx, which is slow to
import, is imported only when a part has to be made.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hiwar.engines.contracts import EngineContext
from hiwar.engines.file_lock import locked
from hiwar.errors import EngineUnavailableError

if TYPE_CHECKING:
    from onnx import ModelProto

_FORMAT = 1
"""Raised when this module writes parts that older ones must not stand in for."""

_MANIFEST = "manifest.json"
_FOLDER = "derived"
_UNFINISHED = ".unfinished"


class DamagedModelError(Exception):
    """A model's file is not of the form that it should be in."""


class MissingTensorError(Exception):
    """A model has no tensor of the name that a cut asks for: it is not of the structure that was expected."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How parts are made from a model.

    `definition` is any text that changes when `make` would give other parts. `make` takes the model's file and gives
    the `parts` by their names (`load_model` and `cut` help); it may raise DamagedModelError, MissingTensorError or
    LookupError. `remedy` ends the message that the operator then sees: what to do to get a model that fits.
    """

    name: str
    definition: str
    parts: tuple[str, ...]
    make: Callable[[Path], Mapping[str, "ModelProto"]]
    remedy: str


def derive(model: Path, recipe: Recipe, context: EngineContext) -> dict[str, bytes]:
    """The parts of a model file by name, each a whole ONNX model: from `context.models_dir`, or made and put there.

    Parts on disk are checked by their SHA-256 and made again when damaged. Several processes may ask at once. Parts of
    another model or definition of the same name go when new ones are written. A folder that cannot be written costs
    the making at each start. Raises EngineUnavailableError for a model that is damaged or of another structure, OSError
    for a file that cannot be read, ImportError without the package onnx when it is needed.
    """
    with model.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").digest()
    key = hashlib.sha256(b"%d\0%s\0" % (_FORMAT, recipe.definition.encode()) + content)
    folder = context.models_dir / _FOLDER / f"{recipe.name}-{key.hexdigest()[:16]}"
    if (kept := _read(folder, recipe)) is not None:
        return kept
    context.report(f"Preparing the model {recipe.name} for streaming, once")
    parts = _make(model, recipe)
    try:
        _write(folder, parts, recipe)
    except OSError:
        context.report(f"The folder {folder.parent} cannot be written: the model is prepared again at each start")
    return parts


def load_model(path: Path) -> "ModelProto":
    """The ONNX model in a file, with its weights inside. Raises DamagedModelError, OSError."""
    import onnx
    from google.protobuf.message import DecodeError  # what onnx parses with

    try:
        return onnx.load_model_from_string(path.read_bytes())
    except DecodeError as error:
        raise DamagedModelError from error


def cut(model: "ModelProto", inputs: Mapping[str, Sequence[int | str]], outputs: Sequence[str]) -> "ModelProto":
    """The part of `model` between tensors, named as in `model`, which has no control flow (If, Loop, Scan).

    `inputs` gives the shape of each input: a number, or a name for an axis of any length. An input that is not one of
    the whole model's own is float32. Raises MissingTensorError.
    """
    from onnx import TensorProto, helper

    makers = {output: node for node in model.graph.node for output in node.output}
    constants = {constant.name: constant for constant in model.graph.initializer}
    own = {value.name: value.type.tensor_type.elem_type for value in model.graph.input}
    known = {*makers, *constants, *inputs, ""}
    needed: set[str] = set()
    wanted = list(outputs)
    while wanted:
        name = wanted.pop()
        if name not in known:
            raise MissingTensorError(name)
        if name not in needed and name not in inputs:
            needed.add(name)
            wanted.extend(makers[name].input if name in makers else ())
    for name in inputs:
        if name not in makers and name not in own:
            raise MissingTensorError(name)
    graph = helper.make_graph(
        nodes=[node for node in model.graph.node if not needed.isdisjoint(node.output)],
        name=model.graph.name,
        inputs=[
            helper.make_tensor_value_info(name, own.get(name, int(TensorProto.FLOAT)), list(shape))
            for name, shape in inputs.items()
        ],
        # Without types: they follow from the nodes.
        outputs=[helper.make_empty_tensor_value_info(name) for name in outputs],
        initializer=[constant for name, constant in constants.items() if name in needed],
    )
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def _make(model: Path, recipe: Recipe) -> dict[str, bytes]:
    try:
        made = recipe.make(model)
    except (DamagedModelError, MissingTensorError, LookupError) as error:
        message = f"The model {recipe.name} is not of the structure that hiwar can stream. {recipe.remedy}"
        raise EngineUnavailableError(message) from error
    return {name: made[name].SerializeToString() for name in recipe.parts}


def _read(folder: Path, recipe: Recipe) -> dict[str, bytes] | None:
    """The parts as they were written, None when one is missing or damaged."""
    try:
        hashes = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=dict[str, str])
        parts = {name: (folder / f"{name}.onnx").read_bytes() for name in recipe.parts}
    # msgspec's own errors are ValueErrors, and so are those of text that is no UTF-8.
    except (OSError, ValueError):
        return None
    return parts if _hashes(parts) == hashes else None


def _hashes(parts: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}


def _write(folder: Path, parts: Mapping[str, bytes], recipe: Recipe) -> None:
    """Put the parts in place with one rename, one process at a time. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(_UNFINISHED)
    with locked(folder.with_name(".lock")):
        if _read(folder, recipe) is not None:
            return  # Another process has put the same parts there in between.
        # Under the lock it can only be what a killed process left.
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for name, part in parts.items():
            _write_through(unfinished / f"{name}.onnx", part)
        _write_through(unfinished / _MANIFEST, msgspec.json.encode(_hashes(parts)))
        older = re.compile(re.escape(recipe.name) + "-[0-9a-f]{16}")
        for path in folder.parent.iterdir():
            # Whoever is reading there finds a part missing, and makes it again. One of them may be damaged, and ours.
            if older.fullmatch(path.name):
                shutil.rmtree(path, ignore_errors=True)
        unfinished.rename(folder)


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        # The rename must not reach the disk before the bytes do.
        os.fsync(file.fileno())
