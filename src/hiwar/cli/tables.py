"""Tables on standard output: fitted to a terminal, unwrapped when piped."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPED_WIDTH = 400
_JOINERS = "\u200c\u200d"
"""Not printable to Python, and part of how Persian and Urdu names are spelled."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows below their headings. Cells are plain text, never markup."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*(Text(_printable(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPED_WIDTH)
    console.print(table)


def _printable(cell: str) -> str:
    """Without what moves or colours a terminal: names come from users, and from the tokens of others."""
    return "".join(
        letter if letter.isprintable() or letter in _JOINERS else "\N{REPLACEMENT CHARACTER}" for letter in cell
    )
