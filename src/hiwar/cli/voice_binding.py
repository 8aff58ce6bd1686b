"""`hiwar voices bind`, `unbind` and `available`: which voices could speak, and putting one behind a name."""

import asyncio
import urllib.parse
from pathlib import Path

import click
import msgspec

from hiwar.cli.http_request import request
from hiwar.cli.models import graded, pull_shown
from hiwar.cli.options import config_option, data_dir_option, json_option, models_dir_option
from hiwar.cli.server_choice import DEFAULT_URL, Server, ca_option, on_this_machine, running_server, shown_here
from hiwar.cli.tables import print_table
from hiwar.engines.model_entries import CatalogueEntry
from hiwar.engines.model_store import ModelStore
from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.settings import Settings, load_settings
from hiwar.serving.auth import read_operator_key
from hiwar.serving.binding_file import BindingFile
from hiwar.serving.bindings import EMBEDDED, binding_of, bindings

_TIMEOUT_S = 180.0
"""A server loads a voice in seconds; on a machine that is busy speaking, the voice waits."""
_NICENESS = 19
"""The server of this machine is speaking."""

_url_option = click.option("--url", envvar="HIWAR_URL", help=f"The server's address. [default: {DEFAULT_URL}]")


@click.command(
    epilog="""\b
Examples:
  hiwar voices available
  hiwar voices bind Yara ar_JO-kareem-medium
  hiwar voices bind Nouf hibari/male"""
)
@click.argument("name")
@click.argument("voice")
@_url_option
@ca_option
@click.option("--hub", help="Address of the model hub. [env: HIWAR_HUB]")
@config_option
@data_dir_option
@models_dir_option
def bind(
    name: str,
    voice: str,
    url: str | None,
    ca: Path | None,
    hub: str | None,
    config: Path | None,
    data_dir: Path | None,
    models_dir: Path | None,
) -> None:
    """Put VOICE behind the public NAME, now and at later starts; a voice that is not here is pulled first.

    A running server speaks with it from the next request on, without a restart. Run this on the server's own machine.
    """
    settings = load_settings({"data_dir": data_dir, "models_dir": models_dir, "hub": hub}, config).settings
    _check_name(settings, name)
    _prepare(settings, name, voice)
    address = asyncio.run(running_server(url))
    if address is None:
        BindingFile(settings.bindings_file).change(name, voice)
    else:
        _ask(_operated(settings, address, ca), name, "PUT", {"voice": voice})
    _say_done(address, f"{name} speaks with {voice}")


@click.command(
    epilog="""\b
Example:
  hiwar voices unbind Yara"""
)
@click.argument("name")
@_url_option
@ca_option
@config_option
@data_dir_option
def unbind(name: str, url: str | None, ca: Path | None, config: Path | None, data_dir: Path | None) -> None:
    """Give NAME back the voice that it has by the settings, now and at later starts."""
    settings = load_settings({"data_dir": data_dir}, config).settings
    _check_name(settings, name)
    address = asyncio.run(running_server(url))
    if address is None:
        BindingFile(settings.bindings_file).change(name, None)
    else:
        _ask(_operated(settings, address, ca), name, "DELETE", None)
    _say_done(address, f"{name} speaks with its default voice")


@click.command(
    epilog="""\b
Example:
  hiwar voices available"""
)
@json_option
@config_option
@models_dir_option
def available(as_json: bool, config: Path | None, models_dir: Path | None) -> None:
    """List every voice that a name can be bound to: those here, and those that can be pulled."""
    settings = load_settings({"models_dir": models_dir}, config).settings
    rows = _choices(settings)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
    else:
        print_table(tuple(rows[0]), [tuple(row.values()) for row in rows])


def _choices(settings: Settings) -> list[dict[str, str]]:
    store, by_hand = ModelStore(settings.models_dir), _put_by_hand(settings)
    rows = []
    for name, bound in EMBEDDED.items():
        entry = store.entry(bound.engine or "")
        here = "yes" if store.path(entry.name) else "not installed"
        rows.append(_choice(f"{bound.engine}/{bound.engine_voice}", here, entry, f"embedded; {name} by default"))
    for model in store.voices("piper"):
        if model.entry.name not in by_hand:
            here = "yes" if model.path else f"pull {model.entry.size_bytes / 1e6:.0f} MB"
            rows.append(_choice(model.entry.name, here, model.entry, model.entry.purpose))
    return rows + [
        {"voice": name, "here": "yes", "quality": "", "licence": "see its model card", "about": "put here by hand"}
        for name in sorted(by_hand)
    ]


def _choice(voice: str, here: str, entry: CatalogueEntry, about: str) -> dict[str, str]:
    return {"voice": voice, "here": here, "quality": graded(entry), "licence": entry.licence, "about": about}


def _put_by_hand(settings: Settings) -> set[str]:
    return {path.stem for path in (settings.models_dir / "piper").glob("*.onnx")}


def _check_name(settings: Settings, name: str) -> None:
    names = bindings(settings.engines.synthesis, settings.voices)
    if name not in names:
        message = (
            f"There is no voice {name!r} to bind; there are: {', '.join(names)}. A new name is made by a table "
            "[voices.NAME] in the settings file; name that file with --config."
        )
        raise HiwarError(ErrorCode.INVALID_VOICE, message)


def _prepare(settings: Settings, name: str, reference: str) -> None:
    """Bring a voice here and speak with it once, in this process: a server then has little to do, and can rely on it.

    Raises HiwarError.
    """
    # These load numpy, which a bare install has not.
    from hiwar.engines import registry
    from hiwar.server.voice_loading import load_voice_engine
    from hiwar.serving.catalogue import bound_voice
    from hiwar.serving.workers import Workers

    binding = binding_of(reference, registry.names(registry.SYNTHESIS))
    store = ModelStore(settings.models_dir, settings.hub)
    if binding.model not in _put_by_hand(settings):
        for model in store.voices(binding.engine or ""):
            if model.entry.name == binding.model:
                pull_shown(store, model.entry.name)  # outside of any event loop: Ctrl-C must end it at once

    def speak_once() -> None:
        engine = load_voice_engine(settings, lambda line: click.echo(line, err=True), binding.loaded_as)
        try:
            bound_voice(name, binding, engine)
        finally:
            engine.close()

    async def speak_aside() -> None:
        workers = Workers(name="prepare", threads=1, niceness=_NICENESS, waiting_max=1)
        try:
            await workers.run(speak_once, 0.0)
        finally:
            workers.close()

    asyncio.run(speak_aside())


def _operated(settings: Settings, address: str, ca: Path | None) -> Server:
    """The running server with the key of its operator. Raises HiwarError when it is not for us to say."""
    if not on_this_machine(address):
        message = "Voices are bound on the server's own machine only; run the command there, without --url."
        raise HiwarError(ErrorCode.FORBIDDEN, message)
    key = read_operator_key(settings.data_dir)
    if key is None:
        message = (
            f"The server at {address} is told with the key in operator.key of its data folder, and there is none "
            f"in {settings.data_dir}; name the server's folder with --data-dir."
        )
        raise HiwarError(ErrorCode.FORBIDDEN, message)
    return Server(address, key, ca or shown_here(address, settings))


def _ask(server: Server, name: str, method: str, body: dict[str, str] | None) -> None:
    """Have the running server do it. Raises HiwarError with what it says."""
    path = f"/v1/voices/{urllib.parse.quote(name, safe='')}/binding"
    request(server, path, body, method=method, timeout_s=_TIMEOUT_S)


def _say_done(address: str | None, what: str) -> None:
    if address is None:
        click.echo(
            f"{what} from the next start on; no server runs at {DEFAULT_URL} (name another with --url).", err=True
        )
    else:
        click.echo(f"{what} at {address}, now and after a restart.", err=True)
