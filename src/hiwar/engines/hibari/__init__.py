"""English and Arabic synthesis with the hibari-tts voice model; Arabic through hiwar's own phones.

Importing this is cheap: the packages and their models load in `load`.
"""

from hiwar.engines.contracts import EngineContext, SynthesisEngine


def load(context: EngineContext) -> SynthesisEngine:
    """Load the models that the packages carry, and speak once in each language so that the first request is warm."""
    from hiwar.engines.hibari.loading import load_engine

    return load_engine(context)
