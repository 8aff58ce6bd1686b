"""Recognition by Whisper through CTranslate2: finds the model folder and loads it."""

import ctranslate2
import numpy as np

from hiwar.engines.contracts import EngineContext
from hiwar.engines.model_store import ModelStore
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.engines.whisper_ctranslate2.engine import CTranslate2Engine
from hiwar.errors import EngineUnavailableError
from hiwar.vocabulary import MODEL_SAMPLE_RATE

DEFAULT_MODEL = "whisper-base"


def load(context: EngineContext) -> CTranslate2Engine:
    """Load `context.model`, or Whisper base. Raises EngineUnavailableError when it is not there or not readable."""
    name = context.model or DEFAULT_MODEL
    folder = ModelStore(context.models_dir).ensure(name, context.report)
    context.report(f"Loading recognition model {name}")
    try:
        model = ctranslate2.models.Whisper(
            str(folder),
            device="cpu",
            compute_type="int8",
            intra_threads=1,
            inter_threads=context.concurrent_calls,
        )
    except (RuntimeError, ValueError) as error:
        raise EngineUnavailableError(
            f"The recognition model {name} cannot be read; fetch it again with: hiwar models pull {name}"
        ) from error
    engine = CTranslate2Engine(model, Vocabulary(folder), name, context.beam)
    engine.open().recognize(
        np.zeros(MODEL_SAMPLE_RATE, np.float32), language="en", final=False
    )  # warm: tables and kernels
    return engine
