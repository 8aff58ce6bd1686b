"""Moonshine as a recognition engine: one greedy decode of the whole utterance, and text only when it is sure.

When to call it, and with which audio, is left to the pipelines.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hiwar.engines.contracts import (
    AbandonedError,
    EngineInfo,
    Hypothesis,
    Samples,
    UtteranceRecognizer,
    always,
)
from hiwar.engines.moonshine import guards
from hiwar.engines.moonshine.model import MoonshineModel
from hiwar.engines.moonshine.tokens import BEGIN, END, Vocabulary
from hiwar.errors import EngineError
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language

AUDIO_MAX_S = 30
"""The model was trained on up to so much, and its cost grows with the square."""

_AUDIO_MIN_SAMPLES = MODEL_SAMPLE_RATE // 10
"""Less holds no word."""

_LEAD_SAMPLES = MODEL_SAMPLE_RATE // 5
"""Silence before the audio: where speech begins at once, the model mishears first words and adds last ones."""


@dataclass(frozen=True, slots=True)
class _Decoded:
    """Tokens with the forced ones, and their probabilities, that of the end too when it was reached."""

    tokens: list[int]
    probabilities: list[float]


class MoonshineEngine:
    """A `RecognitionEngine` for English; safe to call from several threads at once."""

    def __init__(self, model: MoonshineModel, vocabulary: Vocabulary, name: str) -> None:
        self._model: MoonshineModel | None = model
        self._vocabulary = vocabulary
        self._info = EngineInfo("moonshine", name, "MIT", ("en",), MODEL_SAMPLE_RATE)

    @property
    def info(self) -> EngineInfo:
        """What it is; the decoder tells nothing of where a word sounds."""
        return self._info

    def open(self, *, context: str = "") -> UtteranceRecognizer:  # noqa: ARG002 - each utterance is heard by itself
        """Itself: nothing is kept from one hearing to the next."""
        return self

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None,  # noqa: ARG002 - it knows but one
        settled: str = "",
        prefix: str = "",
        final: bool,
        words: bool = False,  # noqa: ARG002 - it knows none
        wanted: Callable[[], bool] = always,
    ) -> Hypothesis:
        """Transcribe up to 30 s of English. A partial goes on from the settled words, which cost it one step in all.

        Raises EngineError for longer audio, when the model fails, and once closed.
        """
        if len(samples) > AUDIO_MAX_S * MODEL_SAMPLE_RATE:
            raise EngineError("The recognition model hears at most 30 s at once; send shorter utterances.")
        if self._model is None:
            raise EngineError("The recognition engine is closed.")
        begin = prefix if final else max(prefix, settled, key=len)
        if len(samples) < _AUDIO_MIN_SAMPLES:
            return Hypothesis(begin, "en", 0.0)
        forced = self._vocabulary.encode(begin)
        decoded = _decode(self._model, samples, forced, wanted)
        text = self._vocabulary.decode(decoded.tokens)
        if not guards.believable(text, decoded.tokens, decoded.probabilities):
            return Hypothesis(begin, "en", 0.0)
        return Hypothesis(text, "en", guards.mean(decoded.probabilities))

    def close(self) -> None:
        """Drop the model; onnxruntime frees it with its last reference."""
        self._model = None


def _decode(model: MoonshineModel, samples: Samples, forced: list[int], wanted: Callable[[], bool]) -> _Decoded:
    """The likeliest token again and again; a loop is cut after its first turn. Raises AbandonedError, EngineError."""
    decode = model.encode(np.concatenate([np.zeros(_LEAD_SAMPLES, np.float32), samples]))
    budget = len(forced) + guards.token_budget(len(samples) / MODEL_SAMPLE_RATE)
    tokens = list(forced)
    steps = [BEGIN, *forced]
    probabilities: list[float] = []
    while len(tokens) < budget:
        if not wanted():
            raise AbandonedError
        following = model.step(decode, steps)
        if len(steps) > 1:
            probabilities += [float(following[place, token]) for place, token in enumerate(forced)]
        token = int(following[-1].argmax())
        probabilities.append(float(following[-1, token]))
        if token == END:
            break
        tokens.append(token)
        steps = [token]
        begin = guards.loop_begin(tokens[len(forced) :])
        if begin is not None:
            kept = len(forced) + begin
            return _Decoded(tokens[:kept], probabilities[:kept])
    return _Decoded(tokens, probabilities)
