"""Voice activity by Silero: the ONNX model inside the `silero-vad` package, run with onnxruntime alone.

The package itself is never imported, since that pulls in torch. What counts as speech is left to the pipelines.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import EngineContext, EngineInfo, Samples, VoiceActivityStream
from hiwar.engines.model_store import ModelStore
from hiwar.engines.onnx_sessions import Session, open_session
from hiwar.errors import EngineError
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE

_WINDOW = 512
_CONTEXT = 64
"""Samples of the window before that the model wants to see again."""

_STATE = (2, 1, 128)


def load(context: EngineContext) -> "SileroEngine":
    """Load the model. Raises EngineUnavailableError when its package is missing."""
    path = ModelStore(context.models_dir).ensure("silero", context.report)
    context.report(f"Loading voice activity from {path.name}")
    engine = SileroEngine(open_session(path.read_bytes()))
    engine.open().probability(np.zeros(_WINDOW, np.float32))  # warm: the first run allocates
    return engine


class SileroEngine:
    """A `VoiceActivityEngine`: windows of 512 samples (32 ms) at 16 kHz."""

    def __init__(self, session: Session) -> None:
        self._session: Session | None = session

    @property
    def info(self) -> EngineInfo:
        """Name, model, licence and sample rate."""
        return EngineInfo("silero", "silero-vad 6.2.3", "MIT", LANGUAGES, MODEL_SAMPLE_RATE)

    @property
    def window_samples(self) -> int:
        """512, the only length that the model knows at 16 kHz."""
        return _WINDOW

    def open(self) -> VoiceActivityStream:
        """Fresh state for one stream. Raises EngineError once closed."""
        if self._session is None:
            raise EngineError("The voice activity engine is closed.")
        return _SileroStream(self._session)

    def close(self) -> None:
        """Drop the model; onnxruntime frees it with its last reference."""
        self._session = None


class _SileroStream:
    """What the model carries from window to window of one stream."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._state = np.zeros(_STATE, np.float32)
        self._input = np.zeros((1, _CONTEXT + _WINDOW), np.float32)
        self._rate = np.array(MODEL_SAMPLE_RATE, np.int64)

    def probability(self, window: Samples) -> float:
        if window.shape != (_WINDOW,):
            raise EngineError("The voice activity model hears windows of exactly 512 samples.")
        self._input[0, :_CONTEXT] = self._input[0, -_CONTEXT:]
        self._input[0, _CONTEXT:] = window
        inputs: dict[str, NDArray[Any]] = {"input": self._input, "state": self._state, "sr": self._rate}
        output, self._state = self._session.run(None, inputs)
        return float(output[0, 0])
