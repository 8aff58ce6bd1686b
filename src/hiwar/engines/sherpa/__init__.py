"""Recognition with streaming transducers through sherpa-onnx: models that hear new audio alone, not the whole again.

Importing this is cheap: the package and the model load in `load`.
"""

from hiwar.engines.contracts import EngineContext, RecognitionEngine


def load(context: EngineContext) -> RecognitionEngine:
    """Load the model that `context.model` names: one of the model store, or with a / in it a folder.

    Raises EngineUnavailableError, also for a folder that is not complete, and ImportError without the package.
    """
    from hiwar.engines.sherpa.loading import load_engine

    return load_engine(context)
