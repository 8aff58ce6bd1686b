"""The wheel, installed beside nothing but its base dependencies: the client works, the server parts are asked for."""

import json
import os
import re
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest

from support.processes import Ended, serve_process

pytestmark = pytest.mark.models

ROOT = Path(__file__).parents[2]
BOUND_S = 110.0


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of a new environment that holds the wheel and its base dependencies."""
    folder = tmp_path_factory.mktemp("bare")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (wheel,) = folder.glob("hiwar-*.whl")
    venv.create(folder / "env", with_pip=False)
    programs = folder / "env" / "bin"
    python = programs / "python"
    site = Path(run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").out.strip())
    for name in base_dependencies("hiwar"):
        link_distribution(name, site)
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps", str(wheel))
    return programs


def base_dependencies(name: str) -> set[str]:
    """What a distribution needs without any of its extras, and what that needs in turn."""
    wanted = {
        re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        for requirement in distribution(name).requires or ()
        if ";" not in requirement
    }
    return wanted.union(*map(base_dependencies, wanted))


def link_distribution(name: str, site: Path) -> None:
    """Make an installed distribution visible in another environment."""
    found = distribution(name)
    for top in {path.parts[0] for path in found.files or () if path.parts[0] not in {"..", "__pycache__"}}:
        target = site / top
        if not target.exists():
            target.symlink_to(Path(str(found.locate_file(top))))


def run(*command: str, cwd: Path | None = None, check: bool = True) -> Ended:
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=BOUND_S, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def test_the_client_needs_no_numpy_and_no_server_part(bare: Path) -> None:
    script = (
        "import importlib.util, json, sys, hiwar.client, hiwar.cli\n"
        "parts = ('numpy', 'uvicorn', 'starlette', 'onnxruntime')\n"
        "there = [name for name in parts if importlib.util.find_spec(name)]\n"
        "print(json.dumps([hiwar.client.__file__, there, hiwar.client.__all__]))\n"
    )
    file, there, public = json.loads(run(str(bare / "python"), "-c", script).out)
    assert Path(file).is_relative_to(bare.parent)
    assert there == []
    assert "AsyncClient" in public


def test_the_generated_modules_are_imported_by_their_own_names(bare: Path) -> None:
    script = (
        "import asr_pb2, asr_pb2_grpc, tts_pb2, tts_pb2_grpc, grpc_service.protos.asr_pb2 as nested\n"
        "config = asr_pb2.RecognitionConfig(encoding=asr_pb2.LINEAR16, vad_config=asr_pb2.VadConfig(enabled=True))\n"
        "assert asr_pb2.RecognizeRequest is nested.RecognizeRequest\n"
        "assert asr_pb2_grpc.SpeechRecognitionStub and tts_pb2_grpc.TextToSpeechStub and tts_pb2.SynthesizeRequest\n"
        "print(config.vad_config.enabled)\n"
    )
    assert run(str(bare / "python"), "-c", script).out == "True\n"


def test_the_wheel_holds_its_licence_and_nothing_of_the_tests(bare: Path) -> None:
    script = "from importlib.metadata import files; print('\\n'.join(map(str, files('hiwar'))))"
    files = run(str(bare / "python"), "-c", script).out.splitlines()
    assert any(name.endswith("licenses/LICENSE") for name in files)
    assert any(name.endswith("py.typed") for name in files)
    assert not [name for name in files if name.split("/")[0] in {"tests", "benchmarks", "scripts"}]


def test_every_command_has_help(bare: Path) -> None:
    for command in ("", "serve", "say", "transcribe", "voices", "models", "keys", "doctor"):
        assert run(str(bare / "hiwar"), *command.split(), "--help").out


def test_it_speaks_and_listens_to_a_server_elsewhere(bare: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    with serve_process(tmp_path) as server:
        options = ("--url", server.url, "--data-dir", str(tmp_path))
        run(str(bare / "hiwar"), "say", "مرحبا hello", "-o", str(file), "--sample-rate", "16000", *options)
        assert run(str(bare / "hiwar"), "transcribe", str(file), *options).out == "مرحبا hello\n"
        assert "Yara_en" in run(str(bare / "hiwar"), "voices", *options).out


def test_it_makes_keys(bare: Path, tmp_path: Path) -> None:
    made = run(str(bare / "hiwar"), "keys", "create", "--name", "test", "--data-dir", str(tmp_path))
    assert made.out.splitlines()[-1].startswith("hiwar_")


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("doctor",)])
def test_what_is_missing_is_asked_for(bare: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    missing = run(str(bare / "hiwar"), *command, "--data-dir", str(tmp_path), check=False)
    assert missing.code == 1
    assert "hiwar[all]" in missing.out + missing.err
    assert "Traceback" not in missing.err
