"""What an operator runs beside the server: help, models, keys, doctor."""

import json
import subprocess
from pathlib import Path

import pytest

from hiwar.cli import SUMMARIES
from support.processes import Ended, hiwar_command

pytestmark = pytest.mark.models

BOUND_S = 110.0


def hiwar(data_dir: Path, *arguments: str) -> Ended:
    command, environment = hiwar_command(data_dir)
    done = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, text=True, timeout=BOUND_S, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("command", ["", *SUMMARIES])
def test_help_has_an_example(tmp_path: Path, command: str) -> None:
    shown = hiwar(tmp_path, *command.split(), "--help")
    assert (shown.code, shown.err) == (0, "")
    assert f"hiwar {command}".strip() in shown.out


def test_models_are_listed_and_found(tmp_path: Path) -> None:
    listed = hiwar(tmp_path, "models", "list")
    assert listed.code == 0
    assert "whisper-base" in listed.out
    assert hiwar(tmp_path, "models", "pull", "whisper-base").code == 0
    found = hiwar(tmp_path, "models", "path", "whisper-base")
    assert found.code == 0
    assert (Path(found.out.strip()) / "model.bin").stat().st_size > 100_000_000
    unknown = hiwar(tmp_path, "models", "path", "nothing")
    assert (unknown.code, unknown.out) == (1, "")
    assert "Error: " in unknown.err


def test_the_life_of_a_key(tmp_path: Path) -> None:
    made = hiwar(tmp_path, "keys", "create", "--name", "reception", "--service", "tts", "--voice", "Yara", "--rpm", "9")
    assert made.code == 0
    key = made.out.splitlines()[-1]
    key_id = key.split("_")[1]
    listed = hiwar(tmp_path, "keys", "list", "--json")
    (record,) = json.loads(listed.out)
    assert record["principal"]["key_id"] == key_id
    assert record["revoked_at"] is None
    assert key not in listed.out
    assert hiwar(tmp_path, "keys", "revoke", key_id).code == 0
    assert json.loads(hiwar(tmp_path, "keys", "list", "--json").out)[0]["revoked_at"]
    again = hiwar(tmp_path, "keys", "revoke", key_id)
    assert again.code == 1
    assert "hiwar keys list" in again.err
    for file in tmp_path.iterdir():
        assert key.encode() not in file.read_bytes()


def test_doctor_says_what_is_there_and_how_fast(tmp_path: Path) -> None:
    report = json.loads(hiwar(tmp_path, "doctor", "--json").out)
    assert report["ready"] is True
    assert {finding["state"] for finding in report["findings"]} <= {"ok", "note"}
    text = hiwar(tmp_path, "doctor")
    assert text.code == 0
    assert "whisper-base" in text.out
