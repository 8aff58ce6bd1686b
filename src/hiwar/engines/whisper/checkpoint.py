"""Reads Whisper checkpoints as CTranslate2 keeps them (model.bin): names, shapes and weights, checked and bounded.

What the weights are used for is left to the graphs. The form is that of ctranslate2.specs.model_spec, version 6.
"""

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_VERSION = 6
_SPECIFICATION = "WhisperSpec"
_REVISION = 3
_FLOAT32, _INT8, _BFLOAT16 = 0, 1, 5
_DTYPES = {_FLOAT32: "<f4", _INT8: "<i1", 2: "<i2", 3: "<i4", 4: "<f2", _BFLOAT16: "<u2"}
_RANK_MAX = 4
_ARRAYS_MAX = 10_000
_LAYERS_MAX = 256
_WIDTH_MAX = 8192


class ForeignCheckpointError(Exception):
    """The file is damaged, or holds something else than a Whisper model in CTranslate2's form."""


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Sizes of a model: all that its graphs need to know beside the weights."""

    bands: int
    width: int
    encoder_layers: int
    encoder_heads: int
    decoder_layers: int
    decoder_heads: int
    context: int
    """Encoder positions of the longest audio."""
    tokens: int
    """The longest text, its prompt included."""
    vocabulary: int


class Checkpoint:
    """The weights of one file by name. They stay in the file until they are asked for."""

    def __init__(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._arrays = arrays
        self.dimensions = self._measure()

    def weight(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A copy as float32, whatever the file keeps. Raises ForeignCheckpointError for none of this shape."""
        found = self._arrays.get(name)
        if found is None or found.shape != shape:
            raise ForeignCheckpointError(name)
        if found.dtype == np.uint16:
            return (found.astype(np.uint32) << 16).view(np.float32)
        weight = found.astype(np.float32)
        if found.dtype.kind == "i":
            weight /= self._scale(name, shape)
        return weight

    def linear(self, name: str, outputs: int, inputs: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Weight, shape (outputs, inputs), and bias of a layer. Raises ForeignCheckpointError."""
        return self.weight(f"{name}/weight", outputs, inputs), self.weight(f"{name}/bias", outputs)

    def norm(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Factor and offset of a layer normalisation. Raises ForeignCheckpointError."""
        width = self.dimensions.width
        return self.weight(f"{name}/gamma", width), self.weight(f"{name}/beta", width)

    def _scale(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """What integers were multiplied with: one number for each row, or for all."""
        scale = self._arrays.get(f"{name}_scale")
        if scale is None or scale.dtype != np.float32 or scale.shape not in ((), shape[:1]):
            raise ForeignCheckpointError(name)
        return np.asarray(scale, np.float32).reshape(-1, *[1] * (len(shape) - 1))

    def _measure(self) -> Dimensions:
        width, bands, _ = self._shape("encoder/conv1/weight", 3)
        vocabulary, _ = self._shape("decoder/embeddings/weight", 2)
        dimensions = Dimensions(
            bands=bands,
            width=width,
            encoder_layers=self._layers("encoder"),
            encoder_heads=self._number("encoder/num_heads"),
            decoder_layers=self._layers("decoder"),
            decoder_heads=self._number("decoder/num_heads"),
            context=self._shape("encoder/position_encodings/encodings", 2)[0],
            tokens=self._shape("decoder/position_encodings/encodings", 2)[0],
            vocabulary=vocabulary,
        )
        heads = (dimensions.encoder_heads, dimensions.decoder_heads)
        if width > _WIDTH_MAX or any(count < 1 or width % count for count in heads):
            raise ForeignCheckpointError("heads")
        return dimensions

    def _shape(self, name: str, rank: int) -> tuple[int, ...]:
        found = self._arrays.get(name)
        if found is None or found.ndim != rank or not found.size:
            raise ForeignCheckpointError(name)
        return found.shape

    def _number(self, name: str) -> int:
        found = self._arrays.get(name)
        if found is None or found.ndim or found.dtype.kind != "i":
            raise ForeignCheckpointError(name)
        return int(found)

    def _layers(self, side: str) -> int:
        for count in range(_LAYERS_MAX):
            if f"{side}/layer_{count}/ffn/linear_0/weight" not in self._arrays:
                break
        if not count:
            raise ForeignCheckpointError(side)
        return count


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file. Raises ForeignCheckpointError, and OSError for a file that cannot be read."""
    with path.open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:  # An empty file cannot be mapped.
            raise ForeignCheckpointError("empty") from error
    try:
        return Checkpoint(_read(_Cursor(content)))
    except (struct.error, UnicodeDecodeError) as error:
        raise ForeignCheckpointError("cut short") from error


class _Cursor:
    """A place in the file that moves on as fields are read."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self._place = 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(f"<{form}", self._content, self._place)
        self._place += struct.calcsize(f"<{form}")
        return int(value)

    def text(self) -> str:
        size = self.number("H")
        (value,) = struct.unpack_from(f"<{size}s", self._content, self._place)
        self._place += size
        return bytes(value).rstrip(b"\0").decode()

    def array(self) -> NDArray[np.generic]:
        rank = self.number("B")
        if rank > _RANK_MAX:
            raise ForeignCheckpointError("rank")
        shape = [self.number("I") for _ in range(rank)]
        form = _DTYPES.get(self.number("B"))
        size = self.number("I")
        count = math.prod(shape)
        if form is None or size != count * np.dtype(form).itemsize or self._place + size > len(self._content):
            raise ForeignCheckpointError("array")
        value = np.frombuffer(self._content, form, count, self._place).reshape(shape)
        self._place += size
        return value


def _read(cursor: _Cursor) -> dict[str, NDArray[np.generic]]:
    header = (cursor.number("I"), cursor.text(), cursor.number("I"))
    count = cursor.number("I")
    if header != (_VERSION, _SPECIFICATION, _REVISION) or count > _ARRAYS_MAX:
        raise ForeignCheckpointError("header")
    arrays = {cursor.text(): cursor.array() for _ in range(count)}
    aliases = cursor.number("I")
    if aliases > _ARRAYS_MAX:
        raise ForeignCheckpointError("aliases")
    for _ in range(aliases):
        alias, name = cursor.text(), cursor.text()
        if name not in arrays:
            raise ForeignCheckpointError(name)
        arrays[alias] = arrays[name]
    return arrays
