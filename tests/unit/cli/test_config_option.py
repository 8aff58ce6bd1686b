import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hiwar.cli import main
from support.keys import Keys


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "hiwar.toml"
    file.write_text(f'data_dir = "{tmp_path / "from_file"}"\nmodels_dir = "{tmp_path / "models_from_file"}"\n')
    return file


@pytest.mark.parametrize("by_variable", [False, True])
def test_keys_are_made_where_the_server_reads_them(tmp_path: Path, config: Path, by_variable: bool) -> None:
    arguments = ["keys", "create", "--name", "one", *([] if by_variable else ["--config", str(config)])]
    result = CliRunner(env={"HIWAR_CONFIG": str(config) if by_variable else None}).invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert Keys(tmp_path / "from_file" / "keys.db").verify(result.stdout.strip()) is not None


def test_a_flag_wins_over_the_environment_over_the_file(tmp_path: Path, config: Path) -> None:
    environment = {"HIWAR_CONFIG": str(config), "HIWAR_DATA_DIR": str(tmp_path / "variable")}
    runner = CliRunner(env=environment)
    for options, folder in (([], "variable"), (["--data-dir", str(tmp_path / "flag")], "flag")):
        key = runner.invoke(main, ["keys", "create", "--name", "one", *options]).stdout.strip()
        assert Keys(tmp_path / folder / "keys.db").verify(key) is not None
    assert not (tmp_path / "from_file").exists()


def test_the_option_wins_over_the_variable(tmp_path: Path, config: Path) -> None:
    arguments = ["keys", "list", "--json", "--config", str(config)]
    result = CliRunner(env={"HIWAR_CONFIG": str(tmp_path / "absent.toml")}).invoke(main, arguments)
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


@pytest.mark.parametrize(
    "command",
    [
        "say hello",
        "voices",
        "voices available",
        "voices bind Yara hibari/male",
        "voices unbind Yara",
        "keys create --name one",
        "keys list",
        "keys revoke one",
        "models list",
        "models pull whisper-base",
        "models path whisper-base",
        "doctor",
    ],
)
def test_a_settings_file_that_is_not_there_is_said(tmp_path: Path, command: str) -> None:
    for options, variable in ((["--config", str(tmp_path / "absent")], None), ([], str(tmp_path / "absent"))):
        result = CliRunner(env={"HIWAR_CONFIG": variable}).invoke(main, [*command.split(), *options])
        assert result.exit_code == 1
        assert "cannot be read" in result.stderr


def test_help_names_the_variable() -> None:
    assert "HIWAR_CONFIG" in click.unstyle(CliRunner().invoke(main, ["serve", "--help"]).output)
