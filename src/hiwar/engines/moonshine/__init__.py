"""Recognition of English by Moonshine: small, quick, and its cost grows with the audio from the first second on.

The model's files are run with onnxruntime alone; the package that carries them is never imported.
"""

import numpy as np

from hiwar.engines.contracts import EngineContext
from hiwar.engines.model_store import ModelStore
from hiwar.engines.moonshine.engine import MoonshineEngine
from hiwar.engines.moonshine.model import MoonshineModel
from hiwar.engines.moonshine.tokens import Vocabulary
from hiwar.engines.onnx_sessions import open_session
from hiwar.errors import EngineError, EngineUnavailableError
from hiwar.vocabulary import MODEL_SAMPLE_RATE

DEFAULT_MODEL = "moonshine-tiny-en"


def load(context: EngineContext) -> MoonshineEngine:
    """Load `context.model`, or the tiny English one. Raises EngineUnavailableError when it is not there or readable."""
    name = context.model or DEFAULT_MODEL
    folder = ModelStore(context.models_dir).ensure(name, context.report)
    context.report(f"Loading recognition model {name}")
    try:
        encoder, decoder = (
            open_session((folder / f"{part}.ort").read_bytes()) for part in ("encoder_model", "decoder_model_merged")
        )
        vocabulary = Vocabulary((folder / "tokenizer.bin").read_bytes())
        engine = MoonshineEngine(MoonshineModel(encoder, decoder), vocabulary, name)
        # Warm: the first run allocates.
        engine.open().recognize(np.zeros(MODEL_SAMPLE_RATE, np.float32), language="en", final=False)
    except (OSError, ValueError, EngineError) as error:
        message = f"The model {name} is none that the engine moonshine can run; it runs {DEFAULT_MODEL}."
        raise EngineUnavailableError(message) from error
    return engine
