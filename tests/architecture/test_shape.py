"""The shape of the code: imports point down, modules and functions stay small, names say what things are."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "hiwar"
MODULES = sorted(SOURCE.rglob("*.py"))
MODULE_LINES_MAX = 310
FUNCTION_LINES_MAX = 45
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}


def test_imports_point_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_stay_small_and_open_with_what_they_are(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MODULE_LINES_MAX
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring
    assert module.stem not in VAGUE_NAMES


def _functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_functions_stay_small(module: Path) -> None:
    long = {
        function.name: (function.end_lineno or 0) - function.lineno + 1
        for function in _functions(module)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES_MAX
    }
    assert not long


def test_only_settings_reads_the_environment() -> None:
    readers = {
        str(module.relative_to(SOURCE))
        for module in MODULES
        if any(
            isinstance(node, ast.Attribute)
            and node.attr in {"environ", "getenv"}
            and getattr(node.value, "id", "") == "os"
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        )
    }
    # The log only writes there: to quiet what looks nowhere else.
    assert readers == {"server/settings.py", "server/log_setup.py"}


def test_the_client_and_the_command_line_start_without_server_parts() -> None:
    heavy = ("numpy", "onnxruntime", "starlette", "uvicorn", "soxr", "ctranslate2")
    probe = f"import sys, hiwar.client, hiwar.cli; print([name for name in {heavy!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
