"""The Python of the protos is what the compiler makes of them now, and every part of them has its comment."""

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto

import asr_pb2
import asr_pb2_grpc
import tts_pb2
import tts_pb2_grpc
from grpc_service.protos import asr_pb2 as own_asr
from grpc_service.protos import asr_pb2_grpc as own_asr_grpc
from grpc_service.protos import tts_pb2 as own_tts
from grpc_service.protos import tts_pb2_grpc as own_tts_grpc

ROOT = Path(__file__).parents[2]
FOLDER = Path("grpc_service") / "protos"
GENERATED = [f"{name}_pb2{part}" for name in ("asr", "tts") for part in (".py", ".pyi", "_grpc.py", "_grpc.pyi")]
PAGE = runpy.run_path(str(ROOT / "docs" / "grpc_page.py"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make protos` would write, in a folder of its own."""
    out = tmp_path_factory.mktemp("protos")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    command = re.search(r"^\t\$\(BIN\)/python (-m grpc_tools\.protoc (?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    assert command, "the target `protos` is gone"
    words = command[1].replace("\\\n", " ").replace("$(BIN)", str(Path(sys.executable).parent)).split()
    arguments = [re.sub(r"(_out=(?:quiet:)?)src$", rf"\g<1>{out}", word) for word in words]
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True)
    return out / FOLDER


@pytest.mark.parametrize("name", GENERATED)
def test_generated_code_is_fresh(made: Path, name: str) -> None:
    assert (ROOT / "src" / FOLDER / name).read_bytes() == (made / name).read_bytes(), "run `make protos`"


def test_nothing_else_is_generated(made: Path) -> None:
    assert sorted(path.name for path in made.iterdir()) == sorted(GENERATED)


def test_clients_import_the_same_modules_by_their_short_names() -> None:
    for short, own in ((asr_pb2, own_asr), (tts_pb2, own_tts)):
        names = {*own.DESCRIPTOR.message_types_by_name, *own.DESCRIPTOR.enum_types_by_name}
        assert all(getattr(short, name) is getattr(own, name) for name in names)
    assert asr_pb2.LINEAR16 == own_asr.LINEAR16
    assert asr_pb2_grpc.SpeechRecognitionStub is own_asr_grpc.SpeechRecognitionStub
    assert tts_pb2_grpc.TextToSpeechStub is own_tts_grpc.TextToSpeechStub


def places(file: FileDescriptorProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every service, method, message, field, enum and value, with where it stands."""
    for index, service in enumerate(file.service):
        yield service.name, (6, index)
        yield from ((method.name, (6, index, 2, number)) for number, method in enumerate(service.method))
    for index, enum in enumerate(file.enum_type):
        yield from _of_enum(enum, (5, index))
    for index, message in enumerate(file.message_type):
        yield from _of_message(message, (4, index))


def _of_message(message: DescriptorProto, place: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield message.name, place
    yield from ((f"{message.name}.{field.name}", (*place, 2, number)) for number, field in enumerate(message.field))
    for index, enum in enumerate(message.enum_type):
        yield from _of_enum(enum, (*place, 4, index))


def _of_enum(enum: EnumDescriptorProto, place: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield enum.name, place
    yield from ((value.name, (*place, 2, number)) for number, value in enumerate(enum.value))


def test_every_part_of_the_protos_has_its_comment() -> None:
    files = list(PAGE["descriptors"]())
    assert [file.package for file in files] == ["asr", "tts"]
    for file in files:
        said = PAGE["comments"](file)
        assert [name for name, place in places(file) if place not in said] == []
