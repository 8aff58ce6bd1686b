"""Which server a client command talks to: the one that was named, the one on this machine, or one of its own.

With no server on the default address a command starts one inside its own process, on a free loopback port.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from hiwar.cli.options import config_option
from hiwar.client.trust import KnownCertificate, Trusted
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError
from hiwar.server.settings import Settings, load_settings
from hiwar.serving.auth import read_local_key

DEFAULT_URL = "ws://127.0.0.1:8080"
_LOOPBACK_HOSTS = {"127.0.0.1", "::1", "localhost"}

ca_option = click.option(
    "--ca",
    envvar="HIWAR_CA",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Whose certificates to trust (PEM). [default: the system's authorities, this machine's own server]",
)

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, with which key, and whose certificate is believed."""

    url: str
    api_key: str | None = field(repr=False)
    trusted: Trusted = None


def server_options(command: Command) -> Command:
    """`--url`, `--api-key`, `--ca`, `--config` and `--data-dir` on a client command."""
    options = (
        click.option("--url", envvar="HIWAR_URL", help=f"The server's address. [default: {DEFAULT_URL}]"),
        click.option("--api-key", envvar="HIWAR_API_KEY", help="The key. [default: this machine's own key]"),
        ca_option,
        config_option,
        click.option(
            "--data-dir",
            type=click.Path(file_okay=False, path_type=Path),
            help="The local server's data folder. [env: HIWAR_DATA_DIR]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextlib.asynccontextmanager
async def chosen_server(
    url: str | None, api_key: str | None, config: Path | None, data_dir: Path | None, ca: Path | None = None
) -> AsyncIterator[Server]:
    """The server for one command. Raises HiwarError when none is there and none can be started."""
    settings = load_settings({"data_dir": data_dir}, config).settings
    if (address := await running_server(url)) is not None:
        yield Server(address, api_key or _local_key(address, settings), ca or shown_here(address, settings))
        return
    async with own_server(settings) as server:
        yield server


async def running_server(url: str | None) -> str | None:
    """The WebSocket address of the server that was named, or else of one where they listen by default; None without.

    Raises HiwarError for what is no address.
    """
    if url is not None or await _something_listens(DEFAULT_URL):
        return _websocket_url(url or DEFAULT_URL)
    return None


def _websocket_url(url: str) -> str:
    """`http://` is what people paste; the same address speaks WebSocket."""
    address = ("ws" + url.removeprefix("http") if url.startswith("http") else url).rstrip("/")
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in {"ws", "wss"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise HiwarError(ErrorCode.INVALID_REQUEST, f"{url!r} is no server's address; write it as {DEFAULT_URL}")
    return address


def _local_key(url: str, settings: Settings) -> str | None:
    return read_local_key(settings.data_dir) if on_this_machine(url) else None


def shown_here(url: str, settings: Settings) -> KnownCertificate | None:
    """The certificate of this machine's own server at an address, if it is one with TLS; its folder has a copy."""
    parts = urlsplit(url)
    if parts.scheme != "wss" or not on_this_machine(url):
        return None
    copy = settings.shown_certificate(parts.port or 443)
    return KnownCertificate(copy) if copy.exists() else None


def on_this_machine(url: str) -> bool:
    """Whether a key of this machine may be sent there."""
    return urlsplit(url).hostname in _LOOPBACK_HOSTS


async def _something_listens(url: str) -> bool:
    address = urlsplit(url)
    try:
        async with asyncio.timeout(1):
            _, writer = await asyncio.open_connection(address.hostname, address.port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


@contextlib.asynccontextmanager
async def own_server(settings: Settings) -> AsyncIterator[Server]:
    """A server for this process alone, whatever the settings say of addresses and TLS. Raises HiwarError."""
    try:
        from hiwar.server.lifecycle import running
    except ImportError as error:
        message = (
            f"No server answers at {DEFAULT_URL}, and this install has no server parts. "
            "Name a server with --url, or install them: pip install 'hiwar[all]'"
        )
        raise EngineUnavailableError(message) from error
    click.echo(f"No server at {DEFAULT_URL}; starting one for this command (hiwar serve keeps one ready).", err=True)
    # A certificate would be made out to other names than a loopback address.
    own = replace(
        settings,
        host="127.0.0.1",
        port=0,
        grpc_port=0,
        tls_cert=None,
        tls_key=None,
        tls_self_signed=False,
        grpc_client_ca=None,
    )
    async with running(own, lambda line: click.echo(f"  {line}", err=True)) as server:
        await server.ready
        yield Server(server.url("ws"), read_local_key(own.data_dir))
