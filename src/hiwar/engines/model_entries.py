"""What a catalogue of models is made of, as data: an entry, and the places a model may come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hiwar.vocabulary import Language

ModelKind = Literal["recognition", "synthesis", "voice activity", "end of turn", "diacritization"]
Grade = Literal["basic", "fair", "good", "best"]
"""What to expect among the models of one kind; of models on a hub by what is known of them, not by our measurement."""


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file inside an installed package; `extra` is the extra of hiwar that installs it."""

    package: str
    path: str
    extra: str


@dataclass(frozen=True, slots=True)
class JoinedFile:
    """A file that is the concatenation of `parts`; `sha256` is that of the whole."""

    name: str
    sha256: str
    parts: tuple[PackageFile, ...]


@dataclass(frozen=True, slots=True)
class JoinedFromPackages:
    """A model folder made once from files that installed packages carry."""

    files: tuple[JoinedFile, ...]


@dataclass(frozen=True, slots=True)
class HubRepository:
    """A model folder downloaded from a hub: the named files below `folder` of one commit of `repository`.

    `sha256` pins the files whose hash is known here. The others are held to the hash that the hub declares.
    """

    repository: str
    files: tuple[str, ...]
    revision: str = "main"
    folder: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict)


ModelSource = PackageFile | JoinedFromPackages | HubRepository


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model. `size_bytes` is exact for models in packages, rounded for those on a hub.

    `engines` run it, by their registered names. `quality` is by language; a model that hears no language has none.
    """

    name: str
    kind: ModelKind
    purpose: str
    size_bytes: int
    licence: str
    source: ModelSource
    engines: tuple[str, ...]
    quality: Mapping[Language, Grade] = field(default_factory=dict)
