"""A click group whose commands are modules, imported only when called, and which ends every failure in one way."""

from importlib import import_module
from math import ceil
from typing import Any

import click

from hiwar.errors import HiwarError

_INTERRUPTED = 130
"""The exit code that shells give to a program stopped by Ctrl-C."""


class LazyGroup(click.Group):
    """Finds command NAME as `command` in the module `package.NAME`; `summaries` (name to one line) is all it knows.

    A HiwarError is shown as `Error: <its sentence>`, and how long to wait where that is known, with exit code 1, a
    missing package likewise with the command that installs it; Ctrl-C ends with 130.
    """

    def __init__(self, *, package: str, summaries: dict[str, str], **attributes: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(**attributes)
        self._package = package
        self._summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the summaries."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command."""
        if cmd_name not in self._summaries:
            return None
        found = import_module(f"{self._package}.{cmd_name}").command
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the summaries, importing nothing."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except HiwarError as error:
            raise click.ClickException(_with_wait(error)) from error
        except ModuleNotFoundError as error:
            message = f"The package {error.name} is not installed; run: pip install 'hiwar[all]'"
            raise click.ClickException(message) from error
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)


def _with_wait(error: HiwarError) -> str:
    if error.retry_after_ms is None:
        return error.message
    return f"{error.message} (In {ceil(error.retry_after_ms / 1000)} s.)"
