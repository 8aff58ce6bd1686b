"""`hiwar voices`: what can speak, and how well."""

import asyncio
import textwrap
import urllib.error
import urllib.request
from pathlib import Path

import click
import msgspec

from hiwar.cli.server_choice import Server, chosen_server, server_options
from hiwar.client import ConnectionFailedError
from hiwar.client.connecting import key_header
from hiwar.vocabulary import Voice

_TIMEOUT_S = 10.0
_WIDTH = 78
_LANGUAGE_NAMES = {"ar": "Arabic", "en": "English"}


class _Catalogue(msgspec.Struct, frozen=True):
    voices: list[Voice]


@click.command(
    epilog="""\b
Examples:
  hiwar voices
  hiwar voices --json"""
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@server_options
def command(as_json: bool, url: str | None, api_key: str | None, config: Path | None, data_dir: Path | None) -> None:
    """List the voices of the server, with the engine, the model and the licence behind each."""

    async def fetch() -> bytes:
        async with chosen_server(url, api_key, config, data_dir) as server:
            return await asyncio.to_thread(_get, server)

    body = asyncio.run(fetch())
    if as_json:
        click.echo(msgspec.json.format(body).decode())
        return
    for voice in msgspec.json.decode(body, type=_Catalogue).voices:
        click.echo(_shown(voice))


def _shown(voice: Voice) -> str:
    """A few lines that fit any terminal."""
    spoken = " and ".join(_LANGUAGE_NAMES[language] for language in voice.languages)
    description = textwrap.fill(voice.description, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return (
        f"{click.style(voice.name, bold=True)}  {spoken}, {voice.gender}, quality: {voice.quality}\n"
        f"{description}\n  {voice.engine}: {voice.model}, {voice.licence}\n"
    )


def _get(server: Server) -> bytes:
    address = "http" + server.url.removeprefix("ws") + "/v1/voices"
    request = urllib.request.Request(address, headers=key_header(server.api_key))  # noqa: S310 - http or https
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310 - as above
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        message = (
            f"The server refused with HTTP {error.code}; is the key right (--api-key) and the server ready (/readyz)?"
        )
        raise ConnectionFailedError(message) from error
    except OSError as error:
        raise ConnectionFailedError(f"No hiwar server answers at {server.url}; start one with: hiwar serve") from error
