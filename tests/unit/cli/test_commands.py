import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from hiwar import __version__
from hiwar.cli import SUMMARIES, main

LIGHT = ("models", "keys", "doctor")
"""Commands that must start without the packages of the server."""


def _commands(command: click.Command, above: str) -> Iterator[tuple[str, click.Command]]:
    yield above, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _commands(below, f"{above} {name}")


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert result.output == f"hiwar, version {__version__}\n"


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    with click.Context(main) as context:
        found = main.get_command(context, name)
    assert found is not None
    for path, command in _commands(found, name):
        result = CliRunner().invoke(main, [*path.split(), "--help"])
        assert result.exit_code == 0
        assert "Example" in result.output, f"hiwar {path} --help shows no example"
        assert f"hiwar {name}" in result.output
        assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option))


@pytest.mark.parametrize("name", LIGHT)
def test_light_commands_import_no_server_and_no_numpy(name: str) -> None:
    script = (
        "import sys, hiwar.cli\n"
        f"hiwar.cli.main(['{name}', '--help'], standalone_mode=False)\n"
        "print(sorted({'numpy', 'uvicorn', 'starlette', 'onnxruntime', 'ctranslate2'} & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"
