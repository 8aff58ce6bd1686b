"""Builds the hibari engine from the files in its packages: sessions with bounded threads, lexicons, one warm-up."""

import json
from importlib.resources import files
from pathlib import Path

from hibari.voices import voice_path

from hiwar.engines.contracts import EngineContext
from hiwar.engines.hibari import arabic_sounds
from hiwar.engines.hibari.acoustic import AcousticModel
from hiwar.engines.hibari.engine import HibariEngine
from hiwar.engines.hibari.graphs import RECIPE
from hiwar.engines.hibari.stream import Schedule
from hiwar.engines.onnx_graphs import derive
from hiwar.engines.onnx_sessions import open_session
from hiwar.engines.reading.loading import load_readers
from hiwar.engines.reading.phonemizer import Phonemizer
from hiwar.errors import EngineError, EngineUnavailableError
from hiwar.vocabulary import Language

_PACKAGED_VOICE = "heart"
_WARM_UP: tuple[tuple[str, Language], ...] = (("Ready to speak.", "en"), ("جاهز للكلام.", "ar"))


def load_engine(context: EngineContext) -> HibariEngine:
    """The engine, warmed up.

    Raises ImportError naming a package that is missing, EngineUnavailableError for models that cannot be run or a
    voice model of another structure.
    """
    context.report("Loading the hibari voice model")
    ids: dict[str, int] = json.loads((files("hibari") / "assets" / "vocab.json").read_text(encoding="utf-8"))
    phonemizer = Phonemizer(*load_readers(), frozenset(ids), arabic_sounds.sounds)
    parts = derive(Path(voice_path(_PACKAGED_VOICE)).read_bytes(), RECIPE, context)
    try:
        model = AcousticModel({name: open_session(part) for name, part in parts.items()})
        engine = HibariEngine(model, phonemizer, ids, Schedule())
        _warm_up(engine)
    except EngineError as error:
        raise EngineUnavailableError(f"The hibari voice model cannot be run. {RECIPE.remedy}") from error
    return engine


def _warm_up(engine: HibariEngine) -> None:
    for text, language in _WARM_UP:
        for voice in engine.voices:
            for _ in engine.synthesize(
                text, voice=voice.name, language=language, speed=1.0, sample_rate=engine.info.sample_rate
            ):
                pass
