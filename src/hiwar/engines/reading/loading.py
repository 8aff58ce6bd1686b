"""Opens the models that read text, for every engine that speaks with phonemes: unknown English words, Arabic vowels."""

import functools
from importlib.resources import files
from pathlib import Path

from hibari.g2p import G2P
from hibari.g2p.oov import OOV

from hiwar.engines.contracts import EngineContext
from hiwar.engines.onnx_sessions import open_session
from hiwar.engines.reading.diacritizer import Diacritizer, model_bytes
from hiwar.errors import EngineError, EngineUnavailableError, ErrorCode, HiwarError
from hiwar.text.arabic.lexicon_entries import lexicon_entries
from hiwar.text.front_end import FrontEnd
from hiwar.text.pronunciations import Lexicon, read_lexicon


@functools.cache
def load_readers() -> tuple[G2P, Diacritizer]:
    """What reads English, and what adds the vowels to Arabic; calls raise EngineError.

    The same for every engine of the process: parsing the lexicons holds all other threads up for 0.2 s, so an engine
    that is loaded while others speak must not do it again.

    Raises EngineUnavailableError, and ImportError naming a package that is missing.
    """
    lexicon_entries()
    try:
        english = G2P(oov=OOV(session=open_session((files("hibari") / "assets" / "oov.onnx").read_bytes())))
        return english, load_diacritizer()
    except EngineError as error:
        message = "The models that read text cannot be run; run: pip install --force-reinstall 'hiwar[hibari]'"
        raise EngineUnavailableError(message) from error


def load_front_end(context: EngineContext) -> tuple[FrontEnd, G2P]:
    """What reads a text, and English words, with the operator's lexicon.

    Raises EngineUnavailableError, HiwarError for a lexicon that cannot be used, and ImportError.
    """
    english, diacritize = load_readers()
    return FrontEnd(diacritize, _lexicon(context.lexicon)), english


def _lexicon(path: Path | None) -> Lexicon:
    if path is None:
        return Lexicon({})
    try:
        with path.expanduser().open(encoding="utf-8") as lines:
            return read_lexicon(lines)
    except (OSError, UnicodeDecodeError) as error:
        message = f"The lexicon {path} cannot be read; name a text file in UTF-8 (engines.lexicon)."
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error


def load_diacritizer() -> Diacritizer:
    """What adds the vowels to Arabic. Raises EngineError."""
    return Diacritizer(open_session(model_bytes()))
