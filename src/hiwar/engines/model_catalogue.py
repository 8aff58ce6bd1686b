"""The models hiwar knows, as data: what each is for and how good, its size, its licence and where it comes from.

Finding, joining and downloading them is `model_store`'s.
"""

from collections.abc import Mapping

from hiwar.engines.model_entries import CatalogueEntry, Grade, HubRepository, PackageFile
from hiwar.engines.recognition_models import RECOGNITION_MODELS
from hiwar.vocabulary import Language

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
    *RECOGNITION_MODELS,
    CatalogueEntry(
        "smart-turn",
        "end of turn",
        "tells the end of a turn from a pause in it; optional",
        8_679_182,
        "BSD-2-Clause",
        PackageFile("pipecat", "audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx", "smart-turn"),
        ("smart-turn",),
    ),
    *_PIPER_VOICES,
)
