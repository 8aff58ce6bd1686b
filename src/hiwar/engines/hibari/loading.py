"""Builds the hibari engine from the files in its packages: sessions with bounded threads, lexicons, one warm-up."""

import json
from importlib.resources import files
from typing import Any

import onnxruntime
from hibari.g2p import G2P
from hibari.g2p.oov import OOV
from hibari.voices import voice_path

from hiwar.engines.contracts import EngineContext
from hiwar.engines.hibari.diacritizer import Diacritizer, model_bytes
from hiwar.engines.hibari.engine import HibariEngine
from hiwar.engines.hibari.phonemizer import Phonemizer
from hiwar.vocabulary import Language

_PACKAGED_VOICE = "heart"
_WARM_UP: tuple[tuple[str, Language], ...] = (("Ready to speak.", "en"), ("جاهز للكلام.", "ar"))


def load_engine(context: EngineContext) -> HibariEngine:
    """The engine, warmed up. Raises ImportError naming a package that is missing."""
    context.report("Loading the hibari voice model")
    assets = files("hibari") / "assets"
    ids: dict[str, int] = json.loads((assets / "vocab.json").read_text(encoding="utf-8"))
    english = G2P(oov=OOV(session=_session((assets / "oov.onnx").read_bytes())))
    diacritizer = Diacritizer(_session(model_bytes()))
    phonemizer = Phonemizer(english, diacritizer, frozenset(ids))
    engine = HibariEngine(_session(voice_path(_PACKAGED_VOICE)), phonemizer, ids)
    for text, language in _WARM_UP:
        for _ in engine.synthesize(text, voice=engine.voices[0].name, language=language, speed=1.0):
            pass
    return engine


def _session(model: str | bytes) -> Any:  # noqa: ANN401  # onnxruntime publishes no types
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A spinning worker takes the core from the streams beside it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
