"""Synthesis with Piper voices, any VITS model in Piper's ONNX format, without the phonemes of espeak-ng.

Importing this is cheap: the packages and the voices load in `load`.
"""

from hiwar.engines.contracts import EngineContext, SynthesisEngine


def load(context: EngineContext) -> SynthesisEngine:
    """Load the voices that `context` names, and speak once with each so that the first request is warm.

    `context.model` is the path of a `.onnx` file or of a folder of such, with a / in it, or the name of a voice in the
    model folder; None means the folder `piper` of the model folder. Raises EngineUnavailableError.
    """
    from hiwar.engines.piper.loading import load_engine

    return load_engine(context)
