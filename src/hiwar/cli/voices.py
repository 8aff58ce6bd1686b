"""`hiwar voices`: what can speak, and how well. What stands behind the names is changed by `voice_binding`."""

import asyncio
import textwrap
from pathlib import Path

import click
import msgspec
from click.core import ParameterSource

from hiwar.cli.http_request import request
from hiwar.cli.server_choice import chosen_server, server_options
from hiwar.cli.voice_binding import available, bind, unbind
from hiwar.vocabulary import Voice

_WIDTH = 78
_LANGUAGE_NAMES = {"ar": "Arabic", "en": "English"}


class _Catalogue(msgspec.Struct, frozen=True):
    voices: list[Voice]


@click.group(
    "voices",
    invoke_without_command=True,
    epilog="""\b
Examples:
  hiwar voices
  hiwar voices --json
  hiwar voices available
  hiwar voices bind Yara ar_JO-kareem-medium""",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@server_options
@click.pass_context
def command(
    context: click.Context,
    as_json: bool,
    url: str | None,
    api_key: str | None,
    ca: Path | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """List the voices of the server, with the engine, the model and the licence behind each, or bind them to others."""
    if context.invoked_subcommand is not None:
        if any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in context.params):
            raise click.UsageError(f"Options go behind the command: hiwar voices {context.invoked_subcommand} ...")
        return

    async def fetch() -> bytes:
        async with chosen_server(url, api_key, config, data_dir, ca) as server:
            return await asyncio.to_thread(request, server, "/v1/voices")

    body = asyncio.run(fetch())
    if as_json:
        click.echo(msgspec.json.format(body).decode())
        return
    for voice in msgspec.json.decode(body, type=_Catalogue).voices:
        click.echo(_shown(voice))


command.add_command(available)
command.add_command(bind)
command.add_command(unbind)


def _shown(voice: Voice) -> str:
    """A few lines that fit any terminal."""
    spoken = " and ".join(_LANGUAGE_NAMES[language] for language in voice.languages)
    description = textwrap.fill(voice.description, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return (
        f"{click.style(voice.name, bold=True)}  {spoken}, {voice.gender}, quality: {voice.quality}\n"
        f"{description}\n  {voice.engine}: {voice.model}, {voice.licence}\n"
    )
