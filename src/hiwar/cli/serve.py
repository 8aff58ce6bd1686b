"""`hiwar serve`: the server in the foreground, until it is told to stop."""

import asyncio
import shlex
import signal
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from hiwar.cli.options import config_option, data_dir_option, models_dir_option
from hiwar.cli.server_choice import DEFAULT_URL
from hiwar.cli.voice_offer import offer_voice
from hiwar.errors import EngineUnavailableError
from hiwar.server.settings import LoadedSettings, Settings, load_settings
from hiwar.serving.auth import read_local_key


@click.command(
    epilog="""\b
Examples:
  hiwar serve
  hiwar serve --port 9000 --data-dir ./data
  hiwar serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem
  HIWAR_LIMITS_STREAMS_MAX=16 hiwar serve --config hiwar.toml --print-config"""
)
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port of HTTP and WebSocket; 0 takes a free one. [default: 8080]")
@click.option("--grpc-port", type=int, help="Port of gRPC, kept for the version that serves it. [default: 9101]")
@click.option("--tls-cert", type=click.Path(dir_okay=False, path_type=Path), help="Certificate chain (PEM).")
@click.option("--tls-key", type=click.Path(dir_okay=False, path_type=Path), help="Its private key (PEM).")
@config_option
@data_dir_option
@models_dir_option
@click.option("--print-config", is_flag=True, help="Show every setting and where it comes from, then stop.")
def command(
    host: str | None,
    port: int | None,
    grpc_port: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    config: Path | None,
    data_dir: Path | None,
    models_dir: Path | None,
    print_config: bool,
) -> None:
    """Start the speech server. Ctrl-C or SIGTERM finishes what is under way, then stops it.

    On loopback it makes a key by itself; to be reached by others it needs one from: hiwar keys create
    """
    loaded = load_settings(
        {
            "host": host,
            "port": port,
            "grpc_port": grpc_port,
            "tls_cert": tls_cert and str(tls_cert),
            "tls_key": tls_key and str(tls_key),
            "data_dir": data_dir and str(data_dir),
            "models_dir": models_dir and str(models_dir),
        },
        config,
    )
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
    async with running(settings, lambda line: click.echo(f"  {line}", err=True)) as server:
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([server.ready, stopping], return_when=asyncio.FIRST_COMPLETED)
        if server.ready.done():
            server.ready.result()
            _announce(settings, server.url("ws"), server.url("http"), time.monotonic() - began_s)
            offer_voice(settings, _this_program(), _binding_options(settings, server.url("ws")))
        await stopping
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)  # Python's own would unwind every stream and log each
        click.echo("Finishing what is under way; a second Ctrl-C ends it at once.", err=True)


def _announce(settings: Settings, websocket: str, http: str, seconds: float) -> None:
    key = read_local_key(settings.data_dir) if settings.on_loopback else None
    run, there = _this_program(), _server_options(settings, websocket)
    click.echo(
        f"""
hiwar is ready after {seconds:.1f} s.

  speak       {websocket}/v1/tts/stream
  listen      {websocket}/v1/asr/stream
  health      {http}/readyz
  API key     {key or "made with: hiwar keys create --name me"}

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
