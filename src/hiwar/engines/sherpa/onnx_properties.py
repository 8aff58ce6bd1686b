"""Reads the properties (text by name) of an ONNX file without loading its graph; what they mean is left to others.

The file is a protobuf message: fields of ModelProto, of which those numbered 14 hold one property each (onnx.proto).
"""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

_PROPERTY, _KEY, _VALUE = 14, 1, 2
"""Numbers of fields: in the model, and in a property."""
_PROPERTY_BYTES_MAX = 1 << 20


def read_properties(path: Path) -> dict[str, str]:
    """The properties of a model; one of more than 1 MiB is left out.

    Raises ValueError when the file is no protobuf message, and OSError.
    """
    found: dict[str, str] = {}
    with path.open("rb") as file:
        for _, content in _fields(file, os.fstat(file.fileno()).st_size, (_PROPERTY,)):
            pair = dict(_fields(BytesIO(content), len(content), (_KEY, _VALUE)))
            found[pair.get(_KEY, b"").decode()] = pair.get(_VALUE, b"").decode()
    return found


def _fields(message: BinaryIO, size: int, wanted: tuple[int, ...]) -> Iterator[tuple[int, bytes]]:
    """The number and the bytes of each wanted field; the others are skipped unread."""
    while message.tell() < size:
        field, kind = divmod(_varint(message), 8)
        match kind:
            case 0:  # the wire type of a number, which shows where it ends
                _varint(message)
                continue
            case 1:  # eight bytes
                length = 8
            case 2:  # bytes with their length before them
                length = _varint(message)
            case 5:  # four bytes
                length = 4
            case _:
                raise ValueError("not a protobuf message")
        if message.tell() + length > size:
            raise ValueError("a protobuf message that breaks off")
        if field in wanted and length <= _PROPERTY_BYTES_MAX:
            yield field, message.read(length)
        else:
            message.seek(length, os.SEEK_CUR)


def _varint(message: BinaryIO) -> int:
    """A number of up to 64 bits, 7 in a byte, the lowest first."""
    value = 0
    for shift in range(0, 70, 7):
        byte = message.read(1)
        if not byte:
            break
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("not a protobuf message")
