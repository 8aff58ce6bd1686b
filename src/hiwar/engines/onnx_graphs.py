"""Cuts parts out of an ONNX model and keeps them on disk, so that the cutting is done once for a model.

Which tensors to cut at is the engine's to say; running the parts is `onnx_sessions`'. The package onnx, which is slow
to import, is imported only when a part has to be made.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from hiwar.engines.contracts import EngineContext
from hiwar.errors import EngineUnavailableError

if TYPE_CHECKING:
    from onnx import ModelProto

_FORMAT = 1
"""Raised when this module writes parts that older ones must not stand in for."""

_MANIFEST = "manifest.json"
_FOLDER = "derived"


class MissingTensorError(Exception):
    """A model has no tensor of the name that a cut asks for: it is not of the structure that was expected."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How parts are made from a model.

    `definition` is any text that changes when `make` would give other parts. `make` takes the whole model and gives
    parts by name (`cut` helps); it may raise MissingTensorError. `remedy` ends the message that the operator then
    sees: what to do to get a model that fits.
    """

    name: str
    definition: str
    make: Callable[["ModelProto"], Mapping[str, "ModelProto"]]
    remedy: str


def derive(model: bytes, recipe: Recipe, context: EngineContext) -> dict[str, bytes]:
    """The parts of `model` by name, each a whole ONNX model: from `context.models_dir`, or made and put there.

    Parts on disk are checked by their SHA-256 and made again when damaged. Several processes may ask at once. A folder
    that cannot be written costs the making at each start. Raises EngineUnavailableError for a model that cannot be
    read or is of another structure, ImportError without the package onnx when it is needed.
    """
    key = hashlib.sha256(b"%d\0%s\0" % (_FORMAT, recipe.definition.encode()) + hashlib.sha256(model).digest())
    folder = context.models_dir / _FOLDER / f"{recipe.name}-{key.hexdigest()[:16]}"
    if (kept := _read(folder)) is not None:
        return kept
    context.report(f"Cutting the model {recipe.name} for streaming, once")
    parts = _make(model, recipe)
    try:
        _write(folder, parts)
    except OSError:
        context.report(f"The folder {folder.parent} cannot be written: the model is cut again at each start")
    return parts


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


def _make(model: bytes, recipe: Recipe) -> dict[str, bytes]:
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # what onnx parses with

    try:
        made = recipe.make(onnx.load_model_from_string(model))
    except (DecodeError, MissingTensorError) as error:
        message = f"The model {recipe.name} is not of the structure that hiwar can stream. {recipe.remedy}"
        raise EngineUnavailableError(message) from error
    return {name: part.SerializeToString() for name, part in made.items()}


def _read(folder: Path) -> dict[str, bytes] | None:
    """The parts as they were written, None when a file is missing or damaged."""
    try:
        hashes = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=dict[str, str])
        parts = {name: (folder / f"{name}.onnx").read_bytes() for name in hashes}
    except (OSError, msgspec.DecodeError):
        return None
    intact = all(hashlib.sha256(part).hexdigest() == hashes[name] for name, part in parts.items())
    return parts if parts and intact else None


def _write(folder: Path, parts: Mapping[str, bytes]) -> None:
    """Put the parts in place with one rename, whatever other processes do meanwhile. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".", ignore_cleanup_errors=True) as scratch:
        fresh = Path(scratch, "fresh")
        fresh.mkdir()
        for name, part in parts.items():
            _write_through(fresh / f"{name}.onnx", part)
        hashes = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
        _write_through(fresh / _MANIFEST, msgspec.json.encode(hashes))
        with suppress(FileNotFoundError):
            folder.rename(Path(scratch, "damaged"))
        try:
            fresh.rename(folder)
        except OSError as error:
            # Another process has put the same parts there in between.
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        # The rename must not reach the disk before the bytes do.
        os.fsync(file.fileno())
