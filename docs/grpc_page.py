"""The page of the gRPC services, from the proto files and their comments."""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

SOURCE = Path(__file__).parents[1] / "src"
PROTOS = ("grpc_service/protos/asr.proto", "grpc_service/protos/tts.proto")

_Place = tuple[int, ...]
"""Where something stands in a file: numbers of fields and indices in turn, as in a source location."""

_SYNTAX: _Place = (FileDescriptorProto.SYNTAX_FIELD_NUMBER,)
_SERVICES, _METHODS = FileDescriptorProto.SERVICE_FIELD_NUMBER, ServiceDescriptorProto.METHOD_FIELD_NUMBER
_MESSAGES, _NESTED = FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, DescriptorProto.ENUM_TYPE_FIELD_NUMBER
_FIELDS, _ENUMS = DescriptorProto.FIELD_FIELD_NUMBER, FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER
_VALUES = EnumDescriptorProto.VALUE_FIELD_NUMBER


def descriptors() -> Iterator[FileDescriptorProto]:
    """The proto files with their comments, read by the compiler."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "protos.bin"
        options = ("--include_source_info", f"--descriptor_set_out={out}", f"-I{SOURCE}")
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *options, *PROTOS], check=True, cwd=SOURCE)  # noqa: S603
        yield from FileDescriptorSet.FromString(out.read_bytes()).file


def grpc_page() -> str:
    """Services, messages and enums with their comments."""
    lines = [
        "# gRPC\n",
        "The protos are in [`src/grpc_service/protos`](../../src/grpc_service/protos); with the package installed,",
        "`import asr_pb2, asr_pb2_grpc, tts_pb2, tts_pb2_grpc` works. Status codes follow the",
        "[error table](errors.md). The standard health and reflection services are there too.\n",
    ]
    for file in descriptors():
        lines += _file(file)
    return "\n".join(lines)


def comments(file: FileDescriptorProto) -> dict[_Place, str]:
    """The comment above each thing that has one, in one line for each paragraph."""
    return {
        tuple(location.path): " ".join(location.leading_comments.split())
        for location in file.source_code_info.location
        if location.leading_comments
    }


def _file(file: FileDescriptorProto) -> Iterable[str]:
    said = comments(file)
    for index, service in enumerate(file.service):
        yield f"## `{file.package}.{service.name}`\n"
        yield said[_SYNTAX] + "\n"
        for number, method in enumerate(service.method):
            asked = ("stream " if method.client_streaming else "") + _name(method.input_type)
            given = ("stream " if method.server_streaming else "") + _name(method.output_type)
            yield f"### `rpc {method.name} ({asked}) returns ({given})`\n"
            yield said.get((_SERVICES, index, _METHODS, number), "") + "\n"
    for index, message in enumerate(file.message_type):
        yield from _message(message, (_MESSAGES, index), said)
    for index, enum in enumerate(file.enum_type):
        yield from _enum(enum.name, enum, (_ENUMS, index), said)


def _message(message: DescriptorProto, place: _Place, said: dict[_Place, str]) -> Iterable[str]:
    yield f"### {message.name}\n"
    if place in said:
        yield said[place] + "\n"
    if message.field:
        yield "| field | number | type | meaning |\n|---|---|---|---|"
    for index, field in enumerate(message.field):
        meaning = said.get((*place, _FIELDS, index), "")
        yield f"| `{field.name}` | {field.number} | {_type(field)} | {meaning} |"
    if message.field:
        yield ""
    for index, enum in enumerate(message.enum_type):
        yield from _enum(f"{message.name}.{enum.name}", enum, (*place, _NESTED, index), said)


def _enum(name: str, enum: EnumDescriptorProto, place: _Place, said: dict[_Place, str]) -> Iterable[str]:
    yield f"### {name}\n"
    if place in said:
        yield said[place] + "\n"
    yield "| value | number | meaning |\n|---|---|---|"
    for index, value in enumerate(enum.value):
        yield f"| `{value.name}` | {value.number} | {said.get((*place, _VALUES, index), '')} |"
    yield ""


def _type(field: FieldDescriptorProto) -> str:
    kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    if field.type_name:
        kind = _name(field.type_name)
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"repeated {kind}"
    if field.proto3_optional:
        return f"optional {kind}"
    return f"{kind}, one of" if field.HasField("oneof_index") else kind


def _name(full: str) -> str:
    return full.split(".", 2)[2]
