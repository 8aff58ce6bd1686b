"""Recognition by Whisper on onnxruntime: finds the model folder, opens its graphs and warms them."""

import numpy as np

from hiwar.engines.contracts import EngineContext
from hiwar.engines.model_store import ModelStore
from hiwar.engines.whisper.engine import WhisperEngine
from hiwar.engines.whisper.graphs import open_model
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.vocabulary import MODEL_SAMPLE_RATE

DEFAULT_MODEL = "whisper-base"

_WARM_SECONDS = (2, 6)
"""So that the first utterance meets contexts that have been there before."""

_WARM_LEVEL = 0.01
"""Of full scale: audible noise."""


def load(context: EngineContext) -> WhisperEngine:
    """Load `context.model`, or Whisper base; the first time writes its graphs.

    Raises EngineUnavailableError when it is not there or not readable.
    """
    name = context.model or DEFAULT_MODEL
    folder = ModelStore(context.models_dir).ensure(name, context.report)
    context.report(f"Loading recognition model {name}")
    vocabulary = Vocabulary(folder)
    engine = WhisperEngine(open_model(folder, context), vocabulary, name, context.beam)
    _warm(engine)
    return engine


def _warm(engine: WhisperEngine) -> None:
    rng = np.random.default_rng(0)
    for seconds in _WARM_SECONDS:
        # Silence would be answered without the model.
        noise = (_WARM_LEVEL * rng.standard_normal(seconds * MODEL_SAMPLE_RATE)).astype(np.float32)
        for final in (False, True):
            engine.open().recognize(noise, language=None, final=final)
