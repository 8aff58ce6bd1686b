"""Opens a Whisper folder in CTranslate2's form as ONNX graphs, which are written once and kept.

What is in the graphs is `encoder_graph`'s and `decoder_graph`'s; running them is `model`'s.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import EngineContext
from hiwar.engines.onnx_graphs import DamagedModelError, Recipe, derive
from hiwar.engines.onnx_sessions import open_session
from hiwar.engines.whisper.checkpoint import ForeignCheckpointError, read_checkpoint
from hiwar.engines.whisper.columns import written_columns
from hiwar.engines.whisper.model import WhisperModel
from hiwar.errors import EngineError, EngineUnavailableError

if TYPE_CHECKING:
    from onnx import ModelProto

_DEFINITION = "encoder with cross keys and values, decoder: 1"
"""Changed with what the graphs compute, so that kept ones are written again."""

_ENCODER, _DECODER = "encoder", "decoder"


class _Config(msgspec.Struct):
    """What is read of config.json."""

    alignment_heads: tuple[tuple[int, int], ...] | None = None


class _AddedToken(msgspec.Struct):
    id: int
    content: str


class _BytePairs(msgspec.Struct):
    vocab: dict[str, int]


class _Tokenizer(msgspec.Struct):
    """What is read of tokenizer.json."""

    model: _BytePairs
    added_tokens: tuple[_AddedToken, ...]


def open_model(folder: Path, context: EngineContext) -> WhisperModel:
    """The model of a folder with model.bin, config.json and tokenizer.json; its name is the folder's.

    The first time writes the graphs below `context.models_dir`. Raises EngineUnavailableError, ImportError without
    the package onnx when it is needed.
    """
    remedy = f"Fetch it again with: hiwar models pull {folder.name}"
    try:
        columns = _columns(folder)
        config = msgspec.json.decode((folder / "config.json").read_bytes(), type=_Config)

        parts = derive(folder / "model.bin", _recipe(folder.name, columns, config, remedy), context)
        return WhisperModel(open_session(parts.pop(_ENCODER)), open_session(parts.pop(_DECODER)), columns)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, EngineError) as error:
        message = f"The recognition model {folder.name} cannot be read. {remedy}"
        raise EngineUnavailableError(message) from error


def _columns(folder: Path) -> NDArray[np.int64]:
    tokenizer = msgspec.json.decode((folder / "tokenizer.json").read_bytes(), type=_Tokenizer)
    special = {token.content: token.id for token in tokenizer.added_tokens}
    return np.array(written_columns(tokenizer.model.vocab, special), np.int64)


def _recipe(name: str, columns: NDArray[np.int64], config: _Config, remedy: str) -> Recipe:
    def make(path: Path) -> Mapping[str, "ModelProto"]:
        from hiwar.engines.whisper.decoder_graph import decoder_graph
        from hiwar.engines.whisper.encoder_graph import encoder_graph

        try:
            checkpoint = read_checkpoint(path)
            decoder = decoder_graph(checkpoint, columns, config.alignment_heads)
            return {_ENCODER: encoder_graph(checkpoint), _DECODER: decoder}
        except ForeignCheckpointError as error:
            raise DamagedModelError from error

    definition = f"{_DEFINITION}; {config.alignment_heads}; {hashlib.sha256(columns.tobytes()).hexdigest()}"
    return Recipe(name, definition, (_ENCODER, _DECODER), make, remedy)
