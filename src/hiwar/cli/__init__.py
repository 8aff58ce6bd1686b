"""The `hiwar` command. Each subcommand is a module of this package, imported only when it is called.

Nothing here imports numpy or the server: the client commands start quickly and work on a bare install.
"""

import click

from hiwar import __version__
from hiwar.cli.lazy_group import LazyGroup

SUMMARIES = {
    "serve": "Start the speech server.",
    "say": "Speak a text: play, pipe or save it.",
    "transcribe": "Write down what an audio file says.",
    "voices": "List the voices of a server, and bind them to others.",
    "models": "List, fetch and find models.",
    "keys": "Make, change, list and revoke API keys.",
    "usage": "Show what keys have used, by day.",
    "doctor": "Check what is installed, how fast it runs, and what to do.",
}


@click.group(
    cls=LazyGroup,
    package=__name__,
    summaries=SUMMARIES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command has its own help with examples: hiwar say --help",
)
@click.version_option(__version__, prog_name="hiwar")
def main() -> None:
    """hiwar (حوار): real-time speech on your own machine, Arabic and English.

    \b
    Start a server, then speak and listen from a second terminal:
      hiwar serve
      hiwar say "مرحبا بكم" -o hello.wav
      hiwar transcribe hello.wav
    """
