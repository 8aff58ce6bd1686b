"""Whisper as a recognition engine: one loaded model, shared; each utterance is heard by an object of its own.

How an utterance is heard is `utterance`'s.
"""

from hiwar.engines.contracts import EngineInfo, UtteranceRecognizer
from hiwar.engines.whisper.decoding import Decoder
from hiwar.engines.whisper.model import WhisperModel
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.engines.whisper.transcriber import Transcriber
from hiwar.engines.whisper.utterance import WhisperUtterance
from hiwar.vocabulary import MODEL_SAMPLE_RATE


class WhisperEngine:
    """A `RecognitionEngine` over `WhisperModel`; safe to call from several threads at once."""

    def __init__(self, model: WhisperModel, vocabulary: Vocabulary, name: str, beam: int | None = None) -> None:
        """`beam` is as in `EngineContext`."""
        self._model = model
        self._vocabulary = vocabulary
        self._transcriber = Transcriber(vocabulary, Decoder(vocabulary, model.columns), beam)
        self._info = EngineInfo("whisper", name, "MIT", vocabulary.languages, MODEL_SAMPLE_RATE, word_timestamps=True)

    @property
    def info(self) -> EngineInfo:
        """Name, model, licence, languages and sample rate."""
        return self._info

    def open(self, *, context: str = "") -> UtteranceRecognizer:
        """Fresh state for one utterance."""
        return WhisperUtterance(self._model, self._transcriber, self._vocabulary, context)

    def close(self) -> None:
        """Release the weights."""
        self._model.close()
