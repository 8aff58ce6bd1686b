"""Whisper by CTranslate2: every hearing is of the whole utterance, from nothing. The simple engine and the reference.

When to call it, and with which audio, is left to the pipelines.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import ctranslate2

from hiwar.engines.contracts import EngineInfo, Hypothesis, Samples, UtteranceRecognizer, always
from hiwar.engines.whisper import guards
from hiwar.engines.whisper.alignment import timed_words
from hiwar.engines.whisper.detection import pick_language
from hiwar.engines.whisper.features import HOP, log_mel
from hiwar.engines.whisper.repairs import repaired
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.errors import EngineError
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language, Word

AUDIO_MAX_S = 30
"""What Whisper hears at once."""

_FRAMES_PER_S = MODEL_SAMPLE_RATE // HOP
_CONTEXT_MIN_S = 8
_CONTEXT_SPARE_S = 2
_FINAL_BEAM: dict[Language, int] = {"ar": 5, "en": 1}
"""Beam search wins 4 points of word error on Arabic readings and nothing on English ones."""

_DOUBT_BEAM = 5

_TOKENS_MAX = 224
"""Half of what the decoder holds: the other half is for the prompt."""


@dataclass(frozen=True, slots=True)
class _Encoded:
    """The encoder's output for some audio, and how many mel frames of it are audio."""

    states: ctranslate2.StorageView
    frames: int


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One decode: all its tokens (the forced ones too), and how sure it is of those that it chose."""

    encoded: _Encoded
    tokens: list[int]
    confidence: float
    no_speech: float
    sound: bool
    """It neither looped nor ran into its token budget."""

    @property
    def margin(self) -> float:
        """How far it lies above the floor."""
        return self.confidence - guards.floor(self.no_speech)

    @property
    def trusted(self) -> bool:
        return self.sound and self.margin >= 0


class CTranslate2Engine:
    """A `RecognitionEngine` over `ctranslate2.models.Whisper`; safe to call from several threads at once."""

    def __init__(
        self, model: ctranslate2.models.Whisper, vocabulary: Vocabulary, name: str, beam: int | None = None
    ) -> None:
        """`beam` is as in `EngineContext`."""
        self._model = model
        self._vocabulary = vocabulary
        self._beam = beam
        self._info = EngineInfo(
            "whisper-ctranslate2", name, "MIT", vocabulary.languages, MODEL_SAMPLE_RATE, word_timestamps=True
        )

    @property
    def info(self) -> EngineInfo:
        """Name, model, licence, languages and sample rate."""
        return self._info

    def open(self, *, context: str = "") -> UtteranceRecognizer:  # noqa: ARG002 - each utterance is heard by itself
        """Itself: nothing is kept from one hearing to the next."""
        return self

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None,
        settled: str = "",  # noqa: ARG002 - every hearing is of the whole
        prefix: str = "",
        final: bool,
        words: bool = False,
        wanted: Callable[[], bool] = always,  # noqa: ARG002 - a decode here cannot be stopped
    ) -> Hypothesis:
        """Transcribe up to 30 s. A final that is in doubt is decoded once more, with all the context there is.

        Raises EngineError for longer audio, and when CTranslate2 fails.
        """
        if len(samples) > AUDIO_MAX_S * MODEL_SAMPLE_RATE:
            raise EngineError("The recognition model hears at most 30 s at once; send shorter utterances.")
        with _translated():
            if not final or prefix:
                return self._recognize(samples, language, prefix, final=final, words=words)
            heard = self._recognize(samples, language, prefix, final=True, words=True)
            heard = repaired(samples, heard, lambda start, stop, spoken: self._part(samples, start, stop, spoken))
            return heard if words else replace(heard, words=())

    def close(self) -> None:
        """Release the weights."""
        self._model.unload_model()

    def _part(self, samples: Samples, start: int, stop: int, language: Language) -> Hypothesis:
        """A part of the audio as a final; word times from the beginning of it all."""
        heard = self._recognize(samples[start:stop], language, "", final=True, words=True)
        at_ms = start * 1000 // MODEL_SAMPLE_RATE
        words = (replace(word, start_ms=word.start_ms + at_ms, end_ms=word.end_ms + at_ms) for word in heard.words)
        return replace(heard, words=tuple(words))

    def _recognize(
        self,
        samples: Samples,
        language: Language | None,
        prefix: str,
        *,
        final: bool,
        words: bool,
    ) -> Hypothesis:
        seconds = len(samples) / MODEL_SAMPLE_RATE
        encoded = self._encode(samples, min(AUDIO_MAX_S, max(_CONTEXT_MIN_S, math.ceil(seconds) + _CONTEXT_SPARE_S)))
        spoken = language or self._detect(encoded)
        forced = self._vocabulary.encode(prefix)
        budget = guards.token_budget(seconds, spoken)
        start = self._vocabulary.start(spoken)
        beam = (self._beam or _FINAL_BEAM[spoken]) if final else 1
        attempt = self._decode(encoded, start, forced, budget, beam)
        if final and not attempt.trusted and attempt.no_speech < guards.NO_SPEECH_MAX:
            longer = self._decode(self._encode(samples, AUDIO_MAX_S), start, forced, budget, self._beam or _DOUBT_BEAM)
            attempt = max(attempt, longer, key=lambda tried: (tried.trusted, tried.sound, tried.margin))
        tokens = _kept(attempt, forced, final=final)
        text = self._vocabulary.decode(tokens)
        timed = self._words(attempt.encoded, start, tokens) if words and tokens else ()
        return Hypothesis(text, spoken, attempt.confidence if text else 0.0, timed)

    def _encode(self, samples: Samples, context_s: int) -> _Encoded:
        # CTranslate2 takes fewer frames than the 30 s of the model and adds only as many positions.
        features = log_mel(samples, bands=self._model.n_mels, frames=context_s * _FRAMES_PER_S)
        states = self._model.encode(ctranslate2.StorageView.from_array(features))
        return _Encoded(states, min(len(samples) // HOP, features.shape[2]))

    def _detect(self, encoded: _Encoded) -> Language:
        if len(self._vocabulary.languages) == 1:
            return self._vocabulary.languages[0]
        ranked = self._model.detect_language(encoded.states)[0]
        return pick_language({token.strip("<|>"): probability for token, probability in ranked})

    def _decode(self, encoded: _Encoded, prompt: list[int], forced: list[int], budget: int, beam: int) -> _Attempt:
        asked = [*prompt, *forced]
        stop = min(len(forced) + budget, _TOKENS_MAX)
        result = self._model.generate(
            encoded.states,
            [asked],
            beam_size=beam,
            # CTranslate2 stops at half of max_length, and at what the prompt leaves of it.
            max_length=min(2 * _TOKENS_MAX, max(2 * stop, len(asked) + stop)),
            suppress_blank=not forced,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = self._vocabulary.plain(result.sequences_ids[0])
        chosen = max(1, len(tokens) - len(forced))
        # The score is the mean over all tokens, but only those that were chosen add to it.
        confidence = math.exp(result.scores[0] * max(1, len(tokens)) / chosen)
        sound = len(tokens) < stop and guards.before_loop(tokens) == tokens
        return _Attempt(encoded, tokens, min(1.0, confidence), result.no_speech_prob, sound)

    def _words(self, encoded: _Encoded, start: list[int], tokens: list[int]) -> tuple[Word, ...]:
        aligned = self._model.align(encoded.states, start, [tokens], encoded.frames)[0]
        audio_ms = encoded.frames * 1000 // _FRAMES_PER_S
        words = self._vocabulary.words(tokens)
        return timed_words(words, aligned.alignments, aligned.text_token_probs, audio_ms)


def _kept(attempt: _Attempt, forced: list[int], *, final: bool) -> list[int]:
    """The tokens to show: what was forced stays, a partial in doubt adds nothing, a final drops its loop."""
    if attempt.trusted:
        return attempt.tokens
    believed = final and attempt.margin >= 0 and attempt.no_speech < guards.NO_SPEECH_MAX
    kept = guards.before_loop(attempt.tokens) if believed else []
    return kept if len(kept) > len(forced) else forced


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise EngineError from error
