"""Builds the piper engine from the voice files that the operator has put in place, or pulled."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from hibari.g2p import G2P

from hiwar.engines.contracts import EngineContext, Samples
from hiwar.engines.hibari import arabic_sounds
from hiwar.engines.model_store import ModelStore
from hiwar.engines.onnx_graphs import Recipe, derive, load_model
from hiwar.engines.onnx_sessions import open_session
from hiwar.engines.piper import graphs
from hiwar.engines.piper.arabic import arabic_symbols, english_symbols
from hiwar.engines.piper.engine import LoadedVoice, PiperEngine
from hiwar.engines.piper.english import RespelledG2P, espeak_symbols
from hiwar.engines.piper.model import VitsModel
from hiwar.engines.piper.voice_file import BEGIN, END, PAD, VoiceFile, read_voice
from hiwar.engines.reading.loading import load_front_end
from hiwar.engines.reading.phonemizer import Phonemizer
from hiwar.errors import EngineError, EngineUnavailableError
from hiwar.text.arabic.phonemes import SpokenWord
from hiwar.text.front_end import FrontEnd
from hiwar.vocabulary import Language

if TYPE_CHECKING:
    from onnx import ModelProto

_FOLDER = "piper"
"""In the model folder; also the engine's name in the model catalogue."""
_WARM_UP: dict[Language, str] = {
    "en": "Ready to speak, and glad to be of help.",
    "ar": "جاهز للكلام، ويسعدني أن أساعدكم.",
}

_REMEDY = "hiwar speaks with voices that Piper exported; download both files of the voice again, or take it out."

_LEVEL = 0.085
"""Root mean square that speech is brought to; that of the hibari voices."""
_FAINTEST = 0.01
"""A voice below this is brought up by no more than this needs."""
_WINDOW = 480
"""Samples that one value of the level is taken from: about 20 ms."""
_MEASURED_GAIN = 0.5
"""Keeps full scale below where the engine limits, so that the level is the model's own."""


def load_engine(context: EngineContext) -> PiperEngine:
    """The engine, warmed up. Raises EngineUnavailableError, and ImportError naming a package that is missing."""
    found = [read_voice(path) for path in _voice_paths(context)]
    rates = {file.sample_rate for file in found}
    if len(rates) > 1:
        heard = ", ".join(f"{file.name} {file.sample_rate} Hz" for file in found)
        message = (
            f"Piper voices that are loaded together need one sample rate; here are {heard}. Name one of them as the "
            "model, or bind each by its name: hiwar voices bind"
        )
        raise EngineUnavailableError(message)
    models = [_load_model(file, context) for file in found]
    front_end, g2p = load_front_end(context)
    voices: dict[str, LoadedVoice] = {}
    for file, model in zip(found, models, strict=True):
        phonemizer = _phonemizer(file, front_end, g2p)
        for name, speaker in _speakers(file).items():
            voices[name] = LoadedVoice(name, speaker, file, model, phonemizer, phonemizer.explain)
    return PiperEngine(_levelled(voices))


def _voice_paths(context: EngineContext) -> list[Path]:
    own = context.models_dir / _FOLDER
    if context.model and (named := _named(context.model, own, context)):
        return [named]
    place = Path(context.model).expanduser() if context.model else own
    # A lone word is a name: whoever binds a voice may not choose a file of the folder that the server runs in.
    if context.model and "/" not in context.model:
        message = f"There is no Piper voice {context.model}; choose one from: hiwar voices available"
        raise EngineUnavailableError(message)
    found = sorted(place.glob("*.onnx")) if place.is_dir() else [place] if place.is_file() else []
    if not found:
        message = (
            f"There is no Piper voice in {place}; put a voice's two files there, NAME.onnx and NAME.onnx.json, "
            "or bind a name to one from: hiwar voices available"
        )
        raise EngineUnavailableError(message)
    return found


def _named(name: str, own: Path, context: EngineContext) -> Path | None:
    """The file of a voice put into the folder by hand, or else pulled; None for what is no name of a voice.

    Raises EngineUnavailableError for a voice that is yet to be pulled.
    """
    by_hand = own / f"{name}.onnx"
    if Path(name).name == name and by_hand.is_file():
        return by_hand
    store = ModelStore(context.models_dir)
    if any(model.entry.name == name for model in store.voices(_FOLDER)):
        return store.ensure(name, context.report) / f"{name}.onnx"
    return None


def _load_model(file: VoiceFile, context: EngineContext) -> VitsModel:
    context.report(f"Loading the Piper voice {file.name}")
    recipe = Recipe(f"piper-{file.name}", graphs.DEFINITION, graphs.PARTS, _parts, _REMEDY)
    try:
        parts = derive(file.path, recipe, context)
    except OSError as error:
        raise EngineUnavailableError(f"The voice {file.path} cannot be read; check its permissions.") from error
    try:
        return VitsModel({name: open_session(part) for name, part in parts.items()})
    except EngineError as error:
        raise _unusable(file, "cannot be run") from error


def _parts(path: Path) -> Mapping[str, "ModelProto"]:
    return graphs.split(load_model(path))


def _unusable(file: VoiceFile, fault: str) -> EngineUnavailableError:
    return EngineUnavailableError(f"The voice {file.path.name} {fault}. {_REMEDY}")


def _phonemizer(file: VoiceFile, front_end: FrontEnd, g2p: G2P) -> Phonemizer:
    alphabet = frozenset(file.symbols) - {BEGIN, PAD, END}
    if file.language == "ar":
        return Phonemizer(front_end, RespelledG2P(g2p, english_symbols), alphabet, arabic_symbols)
    return Phonemizer(front_end, RespelledG2P(g2p, espeak_symbols), alphabet, _arabic_by_english)


def _arabic_by_english(word: SpokenWord) -> str:
    return espeak_symbols(arabic_sounds.sounds(word))


def _speakers(file: VoiceFile) -> dict[str, int]:
    if not file.speakers:
        return {file.name: 0}
    return {f"{file.name}/{speaker}": number for speaker, number in file.speakers.items()}


def _levelled(voices: Mapping[str, LoadedVoice]) -> dict[str, LoadedVoice]:
    """The voices with the gain that brings them to the common level; the first speaker of a file decides for all."""
    gains: dict[str, float] = {}
    for voice in voices.values():
        if voice.file.name not in gains:
            gains[voice.file.name] = _gain(voice)
    return {name: replace(voice, gain=gains[voice.file.name]) for name, voice in voices.items()}


def _gain(voice: LoadedVoice) -> float:
    """What brings a voice to the common level. Raises EngineUnavailableError for one that cannot be heard."""
    language = voice.file.language
    engine = PiperEngine({voice.name: replace(voice, gain=_MEASURED_GAIN)})
    try:
        pieces = engine.synthesize(
            _WARM_UP[language],
            voice=voice.name,
            language=language,
            speed=1.0,
            sample_rate=voice.file.sample_rate,
        )
        level = _level([piece.samples for piece in pieces]) / _MEASURED_GAIN
    except EngineError as error:
        raise _unusable(voice.file, "cannot be run") from error
    if not level:
        raise _unusable(voice.file, "gives no sound")
    return _LEVEL / max(_FAINTEST, level)


def _level(pieces: Sequence[Samples]) -> float:
    """Root mean square of windows within 30 dB of the loudest; 0 for nothing, silence, or what is no sound."""
    samples = np.concatenate([np.zeros(0, np.float32), *pieces])
    power = np.square(samples[: samples.size // _WINDOW * _WINDOW]).reshape(-1, _WINDOW).mean(axis=1)
    loudest = power.max(initial=0.0)
    # A sample that is not a number makes the loudest window none either.
    return float(np.sqrt(power[power >= loudest / 1000].mean())) if loudest > 0 else 0.0
