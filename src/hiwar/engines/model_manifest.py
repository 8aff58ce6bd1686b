"""The manifest of a model folder: size, time and SHA-256 of each file, so that starts need not hash again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

_NAME = "manifest.json"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _FileRecord:
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Manifest:
    origin: str
    files: dict[str, _FileRecord]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, read in blocks of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def write_manifest(folder: Path, origin: str, hashes: Mapping[str, str]) -> None:
    """Record the files named in `hashes` (name to SHA-256) as they now lie in `folder`."""
    records = {}
    for name, sha256 in hashes.items():
        found = (folder / name).stat()
        records[name] = _FileRecord(found.st_size, found.st_mtime_ns, sha256)
    encoded = msgspec.json.format(msgspec.json.encode(_Manifest(origin, records)), indent=2)
    fresh = folder / f"{_NAME}.new"
    fresh.write_bytes(encoded)
    fresh.replace(folder / _NAME)


def is_intact(folder: Path, expected: Mapping[str, str | None]) -> bool:
    """Whether `folder` holds every file of `expected`, whole.

    `expected` maps a name to its SHA-256, or to None when the recorded hash will do. Size and time
    as recorded are trusted; a file with another time (a copied folder) is hashed once.
    """
    try:
        manifest = msgspec.json.decode((folder / _NAME).read_bytes(), type=_Manifest)
        touched = False
        for name, sha256 in expected.items():
            record = manifest.files[name]
            found = (folder / name).stat()
            if found.st_size != record.size or sha256 not in (None, record.sha256):
                return False
            if found.st_mtime_ns != record.mtime_ns:
                touched = True
                if sha256_of(folder / name) != record.sha256:
                    return False
    except (OSError, KeyError, ValueError):  # msgspec's own errors are ValueErrors, and so are those of text no UTF-8
        return False
    if touched:
        _refresh(folder, manifest)
    return True


def _refresh(folder: Path, manifest: _Manifest) -> None:
    try:
        write_manifest(folder, manifest.origin, {name: record.sha256 for name, record in manifest.files.items()})
    except OSError:
        return  # A read-only model folder is served all the same; it is hashed at each start.
