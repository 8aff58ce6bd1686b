"""`hiwar serve`: the server in the foreground, until it is told to stop."""

import asyncio
import logging
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from hiwar.cli.options import config_option, data_dir_option, models_dir_option
from hiwar.cli.server_choice import DEFAULT_URL
from hiwar.cli.voice_offer import offer_voice
from hiwar.errors import EngineUnavailableError
from hiwar.server.settings import LoadedSettings, Settings, load_settings
from hiwar.serving.auth import read_local_key

if TYPE_CHECKING:
    from hiwar.server.lifecycle import RunningServer

_FILE = click.Path(dir_okay=False, path_type=Path)

log = logging.getLogger("hiwar.server")


@click.command(
    epilog="""\b
Examples:
  hiwar serve
  hiwar serve --port 9000 --data-dir ./data
  hiwar serve --tls-self-signed
  hiwar serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem
  HIWAR_LIMITS_STREAMS_MAX=16 hiwar serve --config hiwar.toml --print-config"""
)
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port of HTTP and WebSocket; 0 takes a free one. [default: 8080]")
@click.option("--grpc-port", type=int, help="Port of gRPC; 0 takes a free one. [default: 9101]")
@click.option("--tls-cert", type=_FILE, help="Certificate chain (PEM), for all three; read again when it changes.")
@click.option("--tls-key", type=_FILE, help="Its private key (PEM).")
@click.option("--tls-self-signed", is_flag=True, default=None, help="Make a certificate for trying TLS, and keep it.")
@click.option("--grpc-client-ca", type=_FILE, help="Authorities (PEM) whose certificates clients of gRPC must have.")
@click.option("--without-any-key", is_flag=True, default=None, help="Start though no key exists: all are refused.")
@config_option
@data_dir_option
@models_dir_option
@click.option("--print-config", is_flag=True, help="Show every setting and where it comes from, then stop.")
def command(config: Path | None, print_config: bool, **flags: object) -> None:
    """Start the speech server. Ctrl-C or SIGTERM finishes what is under way, then stops it.

    On loopback it makes a key by itself; to be reached by others it needs one from: hiwar keys create
    """
    loaded = load_settings(flags, config)
    if print_config:
        _print_settings(loaded)
        return
    try:
        from hiwar.server.log_setup import set_up
    except ImportError as error:
        raise EngineUnavailableError("This install has no server parts: pip install 'hiwar[all]'") from error
    set_up(loaded.settings.log.level, loaded.settings.log.format)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(loaded.settings))


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.Loop


async def _serve(settings: Settings) -> None:
    from hiwar.server.lifecycle import running

    began_s = time.monotonic()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if not settings.tls and not settings.on_loopback:
        log.warning("without TLS keys and speech travel in the clear; set --tls-cert and --tls-key, or use a proxy's")
    async with running(settings, lambda line: click.echo(f"  {line}", err=True)) as server:
        if server.tls is not None:
            loop.add_signal_handler(signal.SIGHUP, partial(_hung_up, os.isatty(0), server.tls.reload))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([server.ready, stopping], return_when=asyncio.FIRST_COMPLETED)
        if server.ready.done():
            server.ready.result()
            _announce(settings, server, time.monotonic() - began_s)
            offer_voice(settings, _this_program(), _binding_options(settings, server.url("ws")))
        await stopping
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)  # Python's own would unwind every stream and log each
        click.echo("Finishing what is under way; a second Ctrl-C ends it at once.", err=True)


def _hung_up(had_terminal: bool, reload: Callable[[], None]) -> None:
    """SIGHUP asks for the certificate to be read again, unless it says that the terminal has been closed."""
    if had_terminal and not os.isatty(0):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        signal.raise_signal(signal.SIGHUP)
    reload()


def _announce(settings: Settings, server: "RunningServer", seconds: float) -> None:
    websocket = server.url("ws")
    key = read_local_key(settings.data_dir) if settings.on_loopback else None
    run, there = _this_program(), _server_options(settings, websocket)
    trusted = ""
    if settings.tls_self_signed:
        certificate = settings.self_signed_certificate
        there += f" --ca {shlex.quote(str(certificate))}"
        trusted = f"\n  certificate {certificate} (signed by itself: clients have to trust this file)"
    click.echo(
        f"""
hiwar is ready after {seconds:.1f} s.

  speak       {websocket}/v1/tts/stream
  listen      {websocket}/v1/asr/stream
  grpc        {server.grpc_target}{", TLS" if server.tls else ""}
  health      {server.url("http")}/readyz
  API key     {key or "made with: hiwar keys create --name me"}{trusted}

Try, in another terminal:

  {run} say "مرحبا بكم، كيف يمكنني مساعدتكم اليوم؟" -o hello.wav{there}
  {run} transcribe hello.wav --language ar --live{there}
  {run} voices{there}
"""
    )


def _this_program() -> str:
    """How this program was called, as short as it can be typed from here."""
    program = Path(sys.argv[0])
    if program.is_absolute() and program.is_relative_to(Path.cwd()):
        program = program.relative_to(Path.cwd())
    return shlex.quote(str(program)) if len(program.parts) > 1 else "hiwar"


def _server_options(settings: Settings, websocket: str) -> str:
    """What a client command needs to find a server that is not where it looks by itself."""
    # An address that stands for all of the machine's is none to connect to.
    here = websocket.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
    options = "" if here == DEFAULT_URL else f" --url {here}"
    if settings.data_dir != Settings().data_dir:
        options += f" --data-dir {shlex.quote(str(settings.data_dir))}"
    return options


def _binding_options(settings: Settings, websocket: str) -> str:
    """What `hiwar voices bind` needs as well: it fetches a voice to where the server will look for it."""
    options = _server_options(settings, websocket)
    if settings.models_dir != Settings().models_dir:
        options += f" --models-dir {shlex.quote(str(settings.models_dir))}"
    return options if settings.hub is None else f"{options} --hub {shlex.quote(settings.hub)}"


def _print_settings(loaded: LoadedSettings) -> None:
    table = Table("Setting", "Value", "From")
    for row in loaded.provenance:
        table.add_row(row.name, str(row.value), row.source)
    Console().print(table)
