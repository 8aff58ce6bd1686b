"""Text that is being heard: partial results replace each other, finals stay. Plain lines where there is no terminal."""

import sys
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text


class LiveText:
    """Finals go to standard output, a line each. Partials are shown on the terminal alone, the stable part in bold."""

    def __init__(self, *, enabled: bool) -> None:
        on_terminal = enabled and sys.stdout.isatty()
        self._live = Live(console=Console(), transient=True, refresh_per_second=20) if on_terminal else None
        self._lines = enabled and not on_terminal

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def partial(self, stable: str, transcript: str) -> None:
        """What the utterance is heard to say so far."""
        if self._live is not None:
            self._live.update(Text.assemble((stable, "bold"), (transcript.removeprefix(stable), "dim")))
        elif self._lines:
            click.echo(f"~ {transcript}", err=True)

    def final(self, transcript: str) -> None:
        """What the utterance said."""
        if self._live is None:
            click.echo(transcript)
        else:
            self._live.update(Text(""))
            self._live.console.print(Text(transcript))
