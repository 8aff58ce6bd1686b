"""What a Piper voice says of itself in the JSON file beside its model; the model itself is `loading`'s."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from hiwar.errors import EngineUnavailableError
from hiwar.vocabulary import Language

BEGIN, PAD, END = "^", "_", "$"
"""Marks in the symbol table: before and after a text, and between its symbols."""

_Factor = Annotated[float, msgspec.Meta(ge=0.0, le=10.0)]


class _Audio(msgspec.Struct):
    sample_rate: Annotated[int, msgspec.Meta(ge=8000, le=48000)]


class _Espeak(msgspec.Struct):
    voice: str


class _Inference(msgspec.Struct):
    noise_scale: _Factor = 0.667
    length_scale: Annotated[float, msgspec.Meta(ge=0.1, le=10.0)] = 1.0
    noise_w: _Factor = 0.8


class _Config(msgspec.Struct):
    audio: _Audio
    espeak: _Espeak
    phoneme_id_map: dict[str, Annotated[list[int], msgspec.Meta(min_length=1)]]
    inference: _Inference = msgspec.field(default_factory=_Inference)
    phoneme_type: str = "espeak"
    num_speakers: int = 1
    speaker_id_map: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """A voice's files and facts. `speakers` maps names to the numbers that the model knows; empty for a single one.

    `symbols` maps a symbol of one character to its numbers. `noise_scale` is of the sound, `duration_noise_scale` of
    the durations.
    """

    path: Path
    language: Language
    sample_rate: int
    symbols: Mapping[str, tuple[int, ...]]
    speakers: Mapping[str, int]
    noise_scale: float
    length_scale: float
    duration_noise_scale: float

    @property
    def name(self) -> str:
        """The model's file name without its ending."""
        return self.path.stem


def read_voice(path: Path) -> VoiceFile:
    """The voice of the model at `path`. Raises EngineUnavailableError."""
    beside = path.with_name(f"{path.name}.json")
    try:
        config = msgspec.json.decode(beside.read_bytes(), type=_Config)
    except OSError as error:
        message = f"The voice {path.name} needs {beside.name} beside it; download both files of the voice."
        raise EngineUnavailableError(message) from error
    # msgspec's own errors are ValueErrors, and so are those of text that is no UTF-8.
    except ValueError as error:
        message = f"{beside.name} does not describe a Piper voice; download both files of the voice again."
        raise EngineUnavailableError(message) from error
    symbols = {symbol: tuple(numbers) for symbol, numbers in config.phoneme_id_map.items() if len(symbol) == 1}
    if config.phoneme_type != "espeak" or not {BEGIN, PAD, END} <= symbols.keys():
        message = f"The voice {path.name} is not trained on espeak's phonemes; hiwar speaks with voices that are."
        raise EngineUnavailableError(message)
    return VoiceFile(
        path=path,
        language=_language(path, config.espeak.voice),
        sample_rate=config.audio.sample_rate,
        symbols=symbols,
        speakers=_speakers(config),
        noise_scale=config.inference.noise_scale,
        length_scale=config.inference.length_scale,
        duration_noise_scale=config.inference.noise_w,
    )


def _language(path: Path, espeak_voice: str) -> Language:
    match espeak_voice.lower().replace("_", "-").split("-")[0]:
        case "en":
            return "en"
        case "ar":
            return "ar"
    message = f"The voice {path.name} is neither English nor Arabic; move it out of the folder of Piper voices."
    raise EngineUnavailableError(message)


def _speakers(config: _Config) -> dict[str, int]:
    if config.num_speakers <= 1:
        return {}
    return config.speaker_id_map or {str(number): number for number in range(config.num_speakers)}
