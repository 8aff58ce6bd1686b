"""Builds the hibari engine from the files in its packages: sessions with bounded threads, lexicons, one warm-up."""

from pathlib import Path

from hibari.voices import voice_path

from hiwar.engines.contracts import EngineContext
from hiwar.engines.hibari import arabic_sounds
from hiwar.engines.hibari.acoustic import AcousticModel
from hiwar.engines.hibari.alphabet import LENGTHS, vocabulary
from hiwar.engines.hibari.engine import HibariEngine
from hiwar.engines.hibari.graphs import RECIPE
from hiwar.engines.hibari.stream import Schedule
from hiwar.engines.onnx_graphs import derive
from hiwar.engines.onnx_sessions import open_session
from hiwar.engines.reading.loading import load_front_end
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
    ids = vocabulary()
    phonemizer = Phonemizer(*load_front_end(context), frozenset({*ids, *LENGTHS}), arabic_sounds.sounds)
    try:
        engine = HibariEngine(load_model(context), phonemizer, ids, Schedule())
        _warm_up(engine)
    except EngineError as error:
        raise EngineUnavailableError(f"The hibari voice model cannot be run. {RECIPE.remedy}") from error
    return engine


def load_model(context: EngineContext) -> AcousticModel:
    """The parts of the voice model, opened. Raises EngineUnavailableError for another structure, and EngineError."""
    parts = derive(Path(voice_path(_PACKAGED_VOICE)), RECIPE, context)
    return AcousticModel({name: open_session(part) for name, part in parts.items()})


def _warm_up(engine: HibariEngine) -> None:
    for text, language in _WARM_UP:
        for voice in engine.voices:
            for _ in engine.synthesize(
                text, voice=voice.name, language=language, speed=1.0, sample_rate=engine.info.sample_rate
            ):
                pass
