"""Builds the hibari engine from the files in its packages: sessions with bounded threads, lexicons, one warm-up."""

import json
from importlib.resources import files
from pathlib import Path

from hibari.g2p import G2P
from hibari.g2p.oov import OOV
from hibari.voices import voice_path

from hiwar.engines.contracts import EngineContext
from hiwar.engines.hibari.acoustic import AcousticModel
from hiwar.engines.hibari.diacritizer import Diacritizer, model_bytes
from hiwar.engines.hibari.engine import HibariEngine
from hiwar.engines.hibari.graphs import RECIPE
from hiwar.engines.hibari.phonemizer import Phonemizer
from hiwar.engines.hibari.stream import Schedule
from hiwar.engines.onnx_graphs import derive
from hiwar.engines.onnx_sessions import open_session
from hiwar.vocabulary import Language

_PACKAGED_VOICE = "heart"
_WARM_UP: tuple[tuple[str, Language], ...] = (("Ready to speak.", "en"), ("جاهز للكلام.", "ar"))


def load_engine(context: EngineContext) -> HibariEngine:
    """The engine, warmed up.

    Raises ImportError naming a package that is missing, EngineUnavailableError for a voice model of another structure.
    """
    context.report("Loading the hibari voice model")
    assets = files("hibari") / "assets"
    ids: dict[str, int] = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
    english = G2P(oov=OOV(session=open_session((assets / "oov.onnx").read_bytes())))
    diacritizer = Diacritizer(open_session(model_bytes()))
    phonemizer = Phonemizer(english, diacritizer, frozenset(ids))
    parts = derive(Path(voice_path(_PACKAGED_VOICE)).read_bytes(), RECIPE, context)
    model = AcousticModel({name: open_session(part) for name, part in parts.items()})
    engine = HibariEngine(model, phonemizer, ids, Schedule())
    for text, language in _WARM_UP:
        for voice in engine.voices:
            for _ in engine.synthesize(
                text, voice=voice.name, language=language, speed=1.0, sample_rate=engine.info.sample_rate
            ):
                pass
    return engine
