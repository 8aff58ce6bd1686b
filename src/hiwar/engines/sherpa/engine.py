"""Streaming transducers as a recognition engine: a stream for each utterance, fed with what is new in it.

The native library computes without the interpreter's lock, and its recogniser may be called from several threads.
When to call, and where an utterance ends, is left to the pipelines.
"""

from collections.abc import Callable

import numpy as np
import sherpa_onnx

from hiwar.engines.contracts import (
    AbandonedError,
    EngineInfo,
    Hypothesis,
    Samples,
    UtteranceRecognizer,
    always,
)
from hiwar.engines.sherpa.model_files import ModelFiles
from hiwar.engines.sherpa.transcript import Heard, confidence_of, text_of, words_of
from hiwar.errors import EngineError
from hiwar.text.language import language_of
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language

_FRAME_SAMPLES = MODEL_SAMPLE_RATE // 100
_SPARE_FRAMES = 5
"""After the window that lets the last frame be heard: tokens come a little after their sound."""
_SILENCE_MAX_SAMPLES = MODEL_SAMPLE_RATE
"""What a final may leave out of the audio heard before it, and still be of the same stream: silence at its end."""


class SherpaEngine:
    """A `RecognitionEngine` over `sherpa_onnx.OnlineRecognizer`; safe to call from several threads at once."""

    def __init__(self, recognizer: sherpa_onnx.OnlineRecognizer, files: ModelFiles, info: EngineInfo) -> None:
        self._recognizer: sherpa_onnx.OnlineRecognizer | None = recognizer
        self._files = files
        self._info = info

    @property
    def info(self) -> EngineInfo:
        """What it is; the languages are those that the catalogue or the model's folder names."""
        return self._info

    def open(self, *, context: str = "") -> UtteranceRecognizer:  # noqa: ARG002 - transducers begin without text
        """A stream of its own. Raises EngineError once closed."""
        if self._recognizer is None:
            raise EngineError("The recognition engine is closed.")
        return _Utterance(self._recognizer, self._files, self._info.languages)

    def close(self) -> None:
        """Drop the model; it goes with the last stream."""
        self._recognizer = None


class _Utterance:
    """One stream: how much of the utterance it was fed, and whether it was told that there is no more."""

    def __init__(
        self, recognizer: sherpa_onnx.OnlineRecognizer, files: ModelFiles, languages: tuple[Language, ...]
    ) -> None:
        self._recognizer = recognizer
        self._files = files
        self._languages = languages
        self._stream: sherpa_onnx.OnlineStream | None = None
        self._fed = 0
        self._language: Language | None = None

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None,
        settled: str = "",  # noqa: ARG002 - what was heard is not heard again
        prefix: str = "",
        final: bool,
        words: bool = False,
        wanted: Callable[[], bool] = always,
    ) -> Hypothesis:
        """Hear what is new. After a final, in another language or with less audio it is heard again from its start."""
        try:
            heard = self._hear(samples, language, final, wanted)
        except RuntimeError as error:
            # What the stream holds after a broken step is not known.
            self._stream = None
            raise EngineError from error
        text = text_of(heard, prefix, capitals_only=self._files.capitals_only)
        default = "en" if "en" in self._languages else self._languages[0]
        audio_ms = len(samples) * 1000 // MODEL_SAMPLE_RATE
        return Hypothesis(
            text,
            language or (self._languages[0] if len(self._languages) == 1 else language_of(text, default)),
            confidence_of(heard),
            words_of(heard, text, audio_ms) if words else (),
        )

    def _hear(self, samples: Samples, language: Language | None, final: bool, wanted: Callable[[], bool]) -> Heard:
        stream = self._stream
        other = self._files.chooses_language and language != self._language
        missing = self._fed - len(samples)
        if stream is None or other or missing > (_SILENCE_MAX_SAMPLES if final else 0):
            stream = self._fresh(language)
        stream.accept_waveform(MODEL_SAMPLE_RATE, samples[self._fed :])
        self._fed = len(samples)
        if final:
            # It takes no more audio after this.
            self._stream = None
            tail = (self._files.window_frames + _SPARE_FRAMES) * _FRAME_SAMPLES
            stream.accept_waveform(MODEL_SAMPLE_RATE, np.zeros(tail, np.float32))
            stream.input_finished()
        while self._recognizer.is_ready(stream):
            if not wanted():
                raise AbandonedError
            self._recognizer.decode_stream(stream)
        result = self._recognizer.get_result_all(stream)
        return Heard(result.text, result.tokens, result.timestamps, result.ys_probs)

    def _fresh(self, language: Language | None) -> sherpa_onnx.OnlineStream:
        self._stream = self._recognizer.create_stream()
        self._fed = 0
        self._language = language
        if self._files.chooses_language:
            self._stream.set_option("language", language or "auto")
        return self._stream
