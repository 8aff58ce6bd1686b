"""End of turn by Smart Turn v3.2: the ONNX model inside the `pipecat-ai` package, run with onnxruntime alone.

The package itself is never imported, and what it needs is not installed. When to ask is left to the pipelines.
"""

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import EngineContext, EngineInfo, Samples
from hiwar.engines.model_store import ModelStore
from hiwar.engines.onnx_sessions import Session, open_session
from hiwar.engines.whisper.features import HOP, log_mel
from hiwar.errors import EngineError
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE

_HEARD = 8 * MODEL_SAMPLE_RATE
"""Samples that the model hears: the last 8 s; what is missing is silence before them."""

_MEL_BANDS = 80
_VARIANCE_MIN = 1e-7
"""Keeps silence from being divided by zero; the value the model was trained with."""


def load(context: EngineContext) -> "SmartTurnEngine":
    """Load the model. Raises EngineUnavailableError when its package is missing."""
    path = ModelStore(context.models_dir).ensure("smart-turn", context.report)
    context.report(f"Loading end of turn from {path.name}")
    engine = SmartTurnEngine(open_session(path.read_bytes()))
    engine.probability(np.zeros(_HEARD, np.float32))  # warm: the first run allocates
    return engine


class SmartTurnEngine:
    """An `EndOfTurnEngine`; safe to call from several threads at once."""

    def __init__(self, session: Session) -> None:
        self._session: Session | None = session

    @property
    def info(self) -> EngineInfo:
        """Name, model, licence, languages and sample rate."""
        return EngineInfo("smart-turn", "smart-turn v3.2", "BSD-2-Clause", LANGUAGES, MODEL_SAMPLE_RATE)

    def probability(self, samples: Samples) -> float:
        """Probability that the turn is over at the end of `samples`, of which the last 8 s count.

        Coarse: a difference nobody hears moves it by 0.03 on average, and seldom by 0.3. Raises EngineError, also once
        closed.
        """
        if self._session is None:
            raise EngineError("The end-of-turn engine is closed.")
        found = self._session.run(None, {"input_features": _features(_normalized(samples))})
        return float(found[0].item())

    def close(self) -> None:
        """Drop the model; onnxruntime frees it with its last reference."""
        self._session = None


def _features(heard: Samples) -> NDArray[np.float32]:
    """Whisper's features, shape (1, bands, 800), the last frame as the model knows it: mirrored where the audio ends.

    Whisper's own run into silence there, which this model was not trained on.
    """
    mirrored = np.concatenate((heard, heard[-2 : -HOP - 2 : -1]))
    frames = _HEARD // HOP
    return np.ascontiguousarray(log_mel(mirrored, bands=_MEL_BANDS, frames=frames + 1)[:, :, :frames])


def _normalized(samples: Samples) -> Samples:
    """The last 8 s at a mean of 0 and a variance of 1 over all 8 s, the silence in front included."""
    heard = np.zeros(_HEARD, np.float32)
    recent = samples[-_HEARD:]
    heard[_HEARD - len(recent) :] = recent
    normalized: Samples = (heard - heard.mean()) / np.sqrt(heard.var() + _VARIANCE_MIN)
    return normalized
