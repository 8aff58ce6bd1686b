"""Builds the sherpa engine from a model of the store or from a folder that the operator has put in place."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import sherpa_onnx

from hiwar.engines.contracts import EngineContext, EngineInfo
from hiwar.engines.model_store import ModelStore
from hiwar.engines.sherpa.engine import SherpaEngine
from hiwar.engines.sherpa.model_files import ModelFiles, read_model
from hiwar.errors import EngineUnavailableError, HiwarError
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language

_ENGINE = "sherpa"
"""Also the engine's name in the model catalogue."""
_SETTINGS = "hiwar.json"
_EXAMPLE = '{"languages": ["ar", "en"], "licence": "Apache-2.0"}'


class _Settings(msgspec.Struct, forbid_unknown_fields=True):
    """What a folder of the operator's says of its model."""

    languages: list[Language]
    licence: str = "not stated"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a model lies, and what is known of it."""

    folder: Path
    name: str
    languages: tuple[Language, ...]
    licence: str


def load_engine(context: EngineContext) -> SherpaEngine:
    """The engine, warmed up. Raises EngineUnavailableError."""
    place = _place(context)
    files = read_model(place.folder)
    context.report(f"Loading recognition model {place.name}")
    info = EngineInfo(_ENGINE, place.name, place.licence, place.languages, MODEL_SAMPLE_RATE, word_timestamps=True)
    try:
        engine = SherpaEngine(_recognizer(files), files, info)
        # Warm: the first run allocates. It also shows whether the parts fit each other.
        engine.open().recognize(np.zeros(MODEL_SAMPLE_RATE, np.float32), language=place.languages[0], final=True)
    except (RuntimeError, HiwarError) as error:
        message = f"The recognition model {place.name} cannot be run; its files may be damaged or of different models."
        raise EngineUnavailableError(message) from error
    return engine


def _place(context: EngineContext) -> _Place:
    if context.model is None:
        message = (
            "The engine sherpa has no model of its own; name one as recognition_model: a streaming one of "
            "`hiwar models list`, or a folder, with a / in it."
        )
        raise EngineUnavailableError(message)
    if "/" in context.model:
        return _by_hand(Path(context.model).expanduser())
    store = ModelStore(context.models_dir)
    known = [model.entry for model in store.list() if _ENGINE in model.entry.engines]
    entry = next((entry for entry in known if entry.name == context.model), None)
    if entry is None:
        names = ", ".join(entry.name for entry in known) or "none"
        message = f"There is no streaming model {context.model}; there are: {names}. A folder is named with a / in it."
        raise EngineUnavailableError(message)
    return _Place(store.ensure(entry.name, context.report), entry.name, tuple(entry.quality), entry.licence)


def _by_hand(folder: Path) -> _Place:
    if not folder.is_dir():
        raise EngineUnavailableError(f"There is no model folder {folder}.")
    try:
        settings = msgspec.json.decode((folder / _SETTINGS).read_bytes(), type=_Settings)
    except FileNotFoundError as error:
        message = f"{folder / _SETTINGS} is missing; write there what the model hears, such as: {_EXAMPLE}"
        raise EngineUnavailableError(message) from error
    # msgspec's own errors are ValueErrors, and so are those of text that is no UTF-8.
    except (OSError, ValueError) as error:
        raise EngineUnavailableError(f"{folder / _SETTINGS} must be like this: {_EXAMPLE}") from error
    if not settings.languages:
        raise EngineUnavailableError(f"{folder / _SETTINGS} must name a language, such as: {_EXAMPLE}")
    return _Place(folder, folder.name, tuple(settings.languages), settings.licence)


def _recognizer(files: ModelFiles) -> sherpa_onnx.OnlineRecognizer:
    """Greedy, so that text only grows; its own endpointing stays off. Raises RuntimeError."""
    return sherpa_onnx.OnlineRecognizer.from_transducer(
        encoder=str(files.encoder),
        decoder=str(files.decoder),
        joiner=str(files.joiner),
        tokens=str(files.tokens),
        model_type=files.kind,
        num_threads=1,
        sample_rate=MODEL_SAMPLE_RATE,
        decoding_method="greedy_search",
        # Probabilities as the model gives them, unsmoothed.
        temperature_scale=1.0,
    )
