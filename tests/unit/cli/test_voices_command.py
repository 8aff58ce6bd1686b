import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hiwar.cli import main
from hiwar.serving.auth import operator_key
from support.tiny_vits import write_voice


def _voices(tmp_path: Path, *arguments: str) -> Result:
    environment = {"HIWAR_DATA_DIR": str(tmp_path), "HIWAR_MODELS_DIR": str(tmp_path / "models")}
    return CliRunner(env=environment).invoke(main, ["voices", *arguments])


def test_available_lists_the_embedded_those_to_pull_and_those_put_there(tmp_path: Path) -> None:
    write_voice(tmp_path / "models" / "piper", "mine")
    rows = {row["voice"]: row for row in json.loads(_voices(tmp_path, "available", "--json").stdout)}
    assert rows["hibari/female"]["licence"] == "Apache-2.0"
    assert rows["ar_JO-kareem-medium"]["here"] == "pull 63 MB"
    assert rows["ar_JO-kareem-medium"]["quality"] == "ar good, en basic"
    assert rows["mine"]["here"] == "yes"
    shown = _voices(tmp_path, "available").stdout
    assert all(voice in shown for voice in rows)


def test_a_voice_of_the_catalogue_that_was_put_there_is_listed_once(tmp_path: Path) -> None:
    write_voice(tmp_path / "models" / "piper", "en_US-bryce-medium")
    rows = json.loads(_voices(tmp_path, "available", "--json").stdout)
    assert [row["here"] for row in rows if row["voice"] == "en_US-bryce-medium"] == ["yes"]


@pytest.mark.parametrize("command", ["bind Yara", "unbind", "bind"])
def test_names_are_asked_for(tmp_path: Path, command: str) -> None:
    assert _voices(tmp_path, *command.split()).exit_code == 2


def test_an_unknown_name_lists_the_known_before_anything_is_fetched(tmp_path: Path) -> None:
    for command in ("bind yara ar_JO-kareem-medium", "unbind yara"):
        result = _voices(tmp_path, *command.split())
        assert result.exit_code == 1
        assert "there are: Yara, Nouf, Atheer, Yara_en" in result.stderr


def test_a_server_that_does_not_answer_is_said(tmp_path: Path) -> None:
    operator_key(tmp_path)
    result = _voices(tmp_path, "unbind", "Yara", "--url", "ws://127.0.0.1:9")
    assert result.exit_code == 1
    assert "No hiwar server answers at ws://127.0.0.1:9" in result.stderr


def test_without_a_server_the_choice_is_kept_for_the_next_start(tmp_path: Path) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 8080)) == 0:
            pytest.skip("something listens where a server would")
    for command, kept in (("bind Yara tone/tone", {"Yara": "tone/tone"}), ("unbind Yara", {})):
        result = _voices(tmp_path, *command.split())
        assert result.exit_code == 0, result.stderr
        assert "from the next start on" in result.stderr
        assert json.loads((tmp_path / "voices.json").read_text()) == kept


@pytest.mark.parametrize("url", ["ws://192.0.2.1:8080", "https://hiwar.example"])
def test_the_operators_key_stays_on_this_machine(tmp_path: Path, url: str) -> None:
    operator_key(tmp_path)
    result = _voices(tmp_path, "unbind", "Yara", "--url", url)
    assert result.exit_code == 1
    assert "on the server's own machine" in result.stderr
