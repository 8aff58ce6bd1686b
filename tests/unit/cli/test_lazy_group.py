import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hiwar.cli.lazy_group import LazyGroup

SUMMARIES = {
    "refused": "Raises a HiwarError.",
    "busy": "Is told to wait.",
    "stopped": "Is interrupted.",
    "bare": "Imports what is not installed.",
}


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LazyGroup:
    package = tmp_path / "sample_commands"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "bare.py").write_text("import package_that_is_not_installed\n")
    for name, failure in (
        ("refused", "HiwarError(ErrorCode.INVALID_VOICE, 'There is no such voice; choose another.')"),
        ("busy", "HiwarError(ErrorCode.SERVER_BUSY, 'There is much to do.', 1_001)"),
        ("stopped", "KeyboardInterrupt"),
    ):
        (package / f"{name}.py").write_text(
            "import click\nfrom hiwar.errors import ErrorCode, HiwarError\n"
            f"@click.command()\ndef command():\n    raise {failure}\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    return LazyGroup(package="sample_commands", summaries=SUMMARIES, name="sample")


def test_help_shows_summaries_and_imports_nothing(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["--help"])
    assert result.exit_code == 0
    assert [line.split("  ")[1] for line in result.output.splitlines()[-len(SUMMARIES) :]] == list(SUMMARIES)
    assert all(summary in result.output for summary in SUMMARIES.values())


def test_an_error_is_one_sentence_and_exit_code_1(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["refused"])
    assert result.exit_code == 1
    assert result.stderr == "Error: There is no such voice; choose another.\n"
    assert result.stdout == ""


def test_who_may_come_again_is_told_when(group: LazyGroup) -> None:
    assert CliRunner().invoke(group, ["busy"]).stderr == "Error: There is much to do. (In 2 s.)\n"


def test_a_missing_package_is_named_with_what_installs_it(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["bare"])
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: The package package_that_is_not_installed is not installed; run: pip install 'hiwar[all]'\n"
    )


def test_an_interrupt_ends_with_130_and_says_nothing(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["stopped"])
    assert result.exit_code == 130
    assert result.output == ""


def test_an_unknown_command_is_a_usage_error(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["other"])
    assert result.exit_code == 2
    assert "No such command 'other'" in result.output


def test_a_reader_that_leaves_is_no_failure_to_talk_about() -> None:
    script = "from hiwar.cli import main; main(['models', 'list', '--json'])"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""


def test_groups_take_only_commands(group: LazyGroup) -> None:
    with click.Context(group) as context:
        assert isinstance(group.get_command(context, "refused"), click.Command)
        assert group.get_command(context, "absent") is None
