"""Opens the models that read text, for every engine that speaks with phonemes: unknown English words, Arabic vowels."""

from importlib.resources import files

from hibari.g2p import G2P
from hibari.g2p.oov import OOV

from hiwar.engines.onnx_sessions import open_session
from hiwar.engines.reading.diacritizer import Diacritizer, model_bytes
from hiwar.errors import EngineError, EngineUnavailableError


def load_readers() -> tuple[G2P, Diacritizer]:
    """What reads English, and what adds the vowels to Arabic; calls raise EngineError.

    Raises EngineUnavailableError, and ImportError naming a package that is missing.
    """
    try:
        english = G2P(oov=OOV(session=open_session((files("hibari") / "assets" / "oov.onnx").read_bytes())))
        return english, Diacritizer(open_session(model_bytes()))
    except EngineError as error:
        message = "The models that read text cannot be run; run: pip install --force-reinstall 'hiwar[hibari]'"
        raise EngineUnavailableError(message) from error
