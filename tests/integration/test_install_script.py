import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "install.sh"

INTERPRETER = """#!/bin/sh
# Stands for Python: answers the script's questions as the variables say, and writes down what pip is asked.
case "$*" in
    --version) echo "Python 3.x" ;;
    *"version_info <"*) exit "${TOO_OLD:-0}" ;;
    *"import ensurepip, venv"*) exit "${NO_VENV:-0}" ;;
    *"import sqlite3, ssl"*) exit "${NO_SQLITE:-0}" ;;
    *"print("*) echo 3.11 ;;
    *"import pip"*) exit "${NO_PIP:-0}" ;;
    "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo made >>log ;;
    "-m pip"*) echo "$*" >>log; case "$*" in *"${PIP_FAILS_AT:-nothing}"*) exit 1 ;; esac ;;
    *) exit 99 ;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    interpreter = tmp_path / "python"
    interpreter.write_text(INTERPRETER)
    interpreter.chmod(0o755)
    return tmp_path


def _install(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": "/usr/bin:/bin", "PYTHON": str(clone / "python"), **environment}
    return subprocess.run(
        ["/bin/sh", str(clone / "scripts" / "install.sh")],
        cwd="/",
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def _log(clone: Path) -> list[str]:
    return (clone / "log").read_text().splitlines()


def _stamped(clone: Path) -> bool:
    return (clone / ".venv" / ".installed").exists()


def test_a_first_run_installs_the_hashed_lock_then_hiwar(clone: Path) -> None:
    result = _install(clone)
    assert result.returncode == 0, result.stderr
    made, locked, own = _log(clone)
    assert made == "made"
    assert locked.endswith("install --require-hashes --no-deps -r requirements.lock")
    assert own.endswith("install --quiet --no-deps --no-build-isolation -e .")
    assert _stamped(clone)


def test_a_later_run_keeps_the_environment(clone: Path) -> None:
    _install(clone)
    assert _install(clone).returncode == 0
    assert _log(clone).count("made") == 1
    assert _stamped(clone)


@pytest.mark.parametrize("step", ["requirements.lock", "-e ."])
def test_a_failed_run_leaves_no_stamp_and_the_next_begins_anew(clone: Path, step: str) -> None:
    failed = _install(clone, PIP_FAILS_AT=step)
    assert failed.returncode == 1
    assert "did not finish" in failed.stderr
    assert not _stamped(clone)
    assert _install(clone).returncode == 0
    assert _log(clone).count("made") == 2
    assert _stamped(clone)


def test_a_failed_update_takes_the_stamp_away(clone: Path) -> None:
    _install(clone)
    _install(clone, PIP_FAILS_AT="requirements.lock")
    assert not _stamped(clone)


def test_an_environment_without_a_working_pip_is_made_anew(clone: Path) -> None:
    _install(clone)
    _install(clone, NO_PIP="1")
    assert _log(clone).count("made") == 2


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PYTHON": "no-such-python"}, "no Python found"),
        ({"TOO_OLD": "1"}, "3.11 or later is needed"),
        ({"NO_VENV": "1"}, "apt-get install python3.11-venv"),
        ({"NO_SQLITE": "1"}, "without sqlite3 or ssl"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(
    clone: Path, environment: dict[str, str], sentence: str
) -> None:
    result = _install(clone, **environment)
    assert result.returncode == 1
    assert sentence in result.stderr
    assert not (clone / ".venv").exists()
