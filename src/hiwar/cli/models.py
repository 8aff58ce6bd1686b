"""`hiwar models`: what models there are, bringing them here, and where they lie."""

from pathlib import Path

import click
import msgspec

from hiwar.cli.options import config_option, json_option, models_dir_option
from hiwar.cli.tables import print_table
from hiwar.engines.model_entries import CatalogueEntry, HubRepository, JoinedFromPackages
from hiwar.engines.model_store import ModelStore, StoredModel
from hiwar.server.settings import load_settings


@click.group("models")
def command() -> None:
    """List, fetch and find models. A voice is pulled and spoken with at once by: hiwar voices bind

    \b
    Example:
      hiwar models list
      hiwar models pull whisper-small
    """


@command.command("list")
@json_option
@config_option
@models_dir_option
def list_models(as_json: bool, config: Path | None, models_dir: Path | None) -> None:
    """List the models that hiwar knows, how good each is in which language, and which of them are here.

    \b
    Example:
      hiwar models list
    """
    stored = _store(config, models_dir).list()
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode([_public(model) for model in stored])).decode())
        return
    columns = ("name", "here", "size", "quality", "licence", "kind", "for")
    print_table(columns, map(_row, stored))


@command.command()
@click.argument("name", required=False)
@click.option("--embedded", is_flag=True, help="Prepare the models that installed packages carry. Uses no network.")
@click.option("--hub", help="Address of the model hub. [env: HIWAR_HUB]")
@config_option
@models_dir_option
def pull(name: str | None, embedded: bool, hub: str | None, config: Path | None, models_dir: Path | None) -> None:
    """Bring the model NAME here; what was broken off is continued.

    \b
    Example:
      hiwar models pull whisper-small
      hiwar models pull --embedded
    """
    if (name is None) == (not embedded):
        raise click.UsageError("Give either the NAME of a model or --embedded.")
    store = _store(config, models_dir, hub)
    names = [name] if name else _embedded(store)
    for each in names:
        path = pull_shown(store, each)
        click.echo(f"{each}: {path}", err=True)


@command.command()
@click.argument("name")
@config_option
@models_dir_option
def path(name: str, config: Path | None, models_dir: Path | None) -> None:
    """Print where the model NAME lies; fails when it is not here.

    \b
    Example:
      ls $(hiwar models path whisper-base)
    """
    found = _store(config, models_dir).path(name)
    if found is None:
        raise click.ClickException(f"The model {name} is not here yet; run: hiwar models pull {name}")
    click.echo(found)


def pull_shown(store: ModelStore, name: str) -> Path:
    """Pull a model and say how that goes, its licence first. Raises HiwarError."""
    if store.path(name) is None:
        entry = store.entry(name)
        click.echo(f"{name}: {entry.size_bytes / 1e6:,.0f} MB, licence: {entry.licence}", err=True)
    return store.pull(name, lambda line: click.echo(line, err=True))


def graded(entry: CatalogueEntry) -> str:
    """The languages of a model, and what to expect of it in each."""
    return ", ".join(f"{language} {grade}" for language, grade in entry.quality.items()) or "any"


def _store(config: Path | None, models_dir: Path | None, hub: str | None = None) -> ModelStore:
    settings = load_settings({"models_dir": models_dir, "hub": hub}, config).settings
    return ModelStore(settings.models_dir, settings.hub)


def _embedded(store: ModelStore) -> list[str]:
    return [model.entry.name for model in store.list() if isinstance(model.entry.source, JoinedFromPackages)]


def _row(model: StoredModel) -> tuple[str, ...]:
    entry = model.entry
    absent = "pull it" if isinstance(entry.source, HubRepository) else "at first use"
    here = absent if model.path is None else "yes"
    size = f"{entry.size_bytes / 1e6:,.0f} MB"
    return (entry.name, here, size, graded(entry), entry.licence, entry.kind, entry.purpose)


def _public(model: StoredModel) -> dict[str, object]:
    entry = model.entry
    return {
        "name": entry.name,
        "kind": entry.kind,
        "purpose": entry.purpose,
        "languages": list(entry.quality),
        "quality": entry.quality,
        "size_bytes": entry.size_bytes,
        "licence": entry.licence,
        "engines": entry.engines,
        "sha256": _hashes(entry),
        "path": None if model.path is None else str(model.path),
    }


def _hashes(entry: CatalogueEntry) -> dict[str, str | None]:
    """By file; None where the hub is trusted to declare it. Files in packages are pip's to check."""
    source = entry.source
    if isinstance(source, JoinedFromPackages):
        return {file.name: file.sha256 for file in source.files}
    return {name: source.sha256.get(name) for name in source.files} if isinstance(source, HubRepository) else {}
