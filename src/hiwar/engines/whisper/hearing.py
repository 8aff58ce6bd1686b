"""Hears one stretch of an utterance: fits the context to it, decodes it, and tries again when the result is in doubt.

Which stretch, and what was said before and after it, is `utterance`'s.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiwar.engines.contracts import Samples
from hiwar.engines.whisper import guards
from hiwar.engines.whisper.alignment import STEP_MS, time_path, timed_words
from hiwar.engines.whisper.beam import beam_search
from hiwar.engines.whisper.decoding import Decoded, Decoder, Opening, SpeechModel
from hiwar.engines.whisper.features import FRAMES_PER_S, HOP, Spectrogram
from hiwar.engines.whisper.model import Encoded
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language, Word

AUDIO_MAX_S = 30
"""What Whisper hears at once."""

_FINAL_CONTEXT_MIN_S = 8.0
_FINAL_SPARE_S = 2.0
_PARTIAL_CONTEXT_MIN_S = 5.0
_PARTIAL_SPARE_S = 1.0
_CONTEXT_GRAIN_S = 0.5

_FINAL_BEAM: dict[Language, int] = {"ar": 5, "en": 1}
"""Beam search wins 4 points of word error on Arabic readings and nothing on English ones; 2 or 3 rows win less, at
nearly the cost of 5."""

_DOUBT_BEAM = 5
_DOUBT_CONTEXT_MIN_S = 15.0
_DOUBT_SPARE_S = 5.0

_SURE = 0.7
"""Confidence from which on greedy decoding is as good as a beam."""

_FAVOUR = 0.7
"""Nats (a factor of 2) by which a partial prefers what it heard before: between two near readings it does not swing."""

_LANGUAGE_SETTLED_S = 3.0
"""Whisper knows the language of clear speech after 3 s: a partial of more keeps the language that it has."""

_TOKENS_MAX = 224
"""Half of what the decoder holds: the other half is for the prompt."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Audio of an utterance from a frame on to the end of `samples`, which begin with the utterance."""

    spectrogram: Spectrogram
    samples: Samples
    start: int = 0

    @property
    def seconds(self) -> float:
        """Its length."""
        return max(0.0, len(self.samples) / MODEL_SAMPLE_RATE - self.start / FRAMES_PER_S)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a stretch is to be heard. Without `language` it is found; `guess` is what it was before.

    `previous` is a prompt of what was said before, `forced` begins the text, `draft` may follow.
    """

    final: bool
    language: Language | None
    guess: Language | None = None
    previous: Sequence[int] = ()
    forced: Sequence[int] = ()
    draft: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One decode, and how much it is worth."""

    stretch: Stretch
    decoded: Decoded
    sound: bool
    """It neither looped nor ran into its token budget."""

    @property
    def language(self) -> Language:
        """In which it was decoded."""
        return self.decoded.impression.language

    @property
    def margin(self) -> float:
        """How far it lies above the floor."""
        return self.decoded.confidence - guards.floor(self.decoded.impression.no_speech)

    @property
    def trusted(self) -> bool:
        """Whether all of it is believed."""
        return self.sound and self.margin >= 0

    def kept(self, *, final: bool) -> list[int]:
        """The tokens to show: what was forced stays, a partial in doubt adds nothing, a final drops its loop."""
        forced, tokens = self.decoded.impression.forced, self.decoded.tokens
        if self.trusted:
            return tokens
        believed = final and self.margin >= 0 and self.decoded.impression.no_speech < guards.NO_SPEECH_MAX
        kept = guards.before_loop(tokens) if believed else []
        return kept if len(kept) > len(forced) else forced


class Hearing:
    """One model's way to hear. Shared by threads: nothing in it changes."""

    def __init__(self, vocabulary: Vocabulary, decoder: Decoder, beam: int | None = None) -> None:
        self._vocabulary = vocabulary
        self._decoder = decoder
        self._beam = beam

    def hear(self, model: SpeechModel, stretch: Stretch, wish: Wish) -> Attempt:
        """A final that is in doubt is decoded once more, with more context. Raises AbandonedError, EngineError."""
        attempt = self._attempt(model, stretch, wish, fitted_context(stretch.seconds, final=wish.final), 0)
        hopeless = attempt.decoded.impression.no_speech >= guards.NO_SPEECH_MAX
        if not wish.final or wish.forced or attempt.trusted or hopeless:
            return attempt
        told = replace(wish, language=attempt.language)
        context_s = min(float(AUDIO_MAX_S), max(_DOUBT_CONTEXT_MIN_S, stretch.seconds + _DOUBT_SPARE_S))
        longer = self._attempt(model, stretch, told, context_s, _DOUBT_BEAM)
        return max(attempt, longer, key=lambda tried: (tried.trusted, tried.sound, tried.margin))

    def words(self, attempt: Attempt, tokens: list[int]) -> tuple[Word, ...]:
        """The words of the first tokens of an attempt; times in ms from the utterance's beginning."""
        stretch = attempt.stretch
        heard = len(stretch.samples) // HOP - stretch.start
        decoded = attempt.decoded
        steps = min(decoded.impression.steps, max(1, heard * 10 // STEP_MS))
        path = time_path(decoded.attention[: len(tokens) + 1], steps)
        probabilities = np.exp(decoded.log_probs[: len(tokens)]).tolist()
        words = timed_words(self._vocabulary.words(tokens), path, probabilities, heard * 10)
        offset = stretch.start * 10
        return tuple(Word(word.text, word.start_ms + offset, word.end_ms + offset, word.confidence) for word in words)

    def _attempt(self, model: SpeechModel, stretch: Stretch, wish: Wish, context_s: float, doubt_beam: int) -> Attempt:
        frames = round(context_s * FRAMES_PER_S)
        encoded = model.encode(stretch.spectrogram.features(stretch.samples, frames=frames, start=stretch.start))
        opening = self._open(model, encoded, wish, wish.language or wish.guess)
        if (
            not wish.language
            and not opening.impression.doubtful
            and opening.impression.likeliest != opening.impression.language
        ):
            opening = self._open(model, encoded, replace(wish, draft=()), opening.impression.likeliest)
        attempt = self._decode(model, stretch, wish, opening, doubt_beam)
        open_to_both = wish.final or stretch.seconds < _LANGUAGE_SETTLED_S
        if wish.language or not opening.impression.doubtful or not open_to_both:
            return attempt
        # Arabic with an accent or with English words in it is taken for English, and reads better as Arabic.
        other: Language = "en" if opening.impression.language == "ar" else "ar"
        opening = self._open(model, encoded, replace(wish, draft=()), other)
        return max(
            attempt,
            self._decode(model, stretch, wish, opening, doubt_beam),
            key=lambda tried: (tried.sound, tried.decoded.confidence),
        )

    def _decode(self, model: SpeechModel, stretch: Stretch, wish: Wish, opening: Opening, doubt_beam: int) -> Attempt:
        budget = guards.token_budget(stretch.seconds, opening.impression.language)
        stop = min(len(wish.forced) + budget, _TOKENS_MAX)
        greedy = _attempted(stretch, self._decoder.greedy(model, opening, stop, 0.0 if wish.final else _FAVOUR))
        width = doubt_beam or self._width(wish, opening)
        if width == 1 or (greedy.sound and greedy.decoded.confidence >= _SURE):
            return greedy
        end = self._vocabulary.end
        found = beam_search(model, self._decoder.scores, opening, width=width, stop=stop, end=end)
        return max(greedy, _attempted(stretch, found), key=lambda tried: (tried.sound, tried.decoded.confidence))

    def _width(self, wish: Wish, opening: Opening) -> int:
        """Of the beam: 1 is none. What is forced was decided before, and is only gone on with."""
        if not wish.final or wish.forced:
            return 1
        return self._beam or _FINAL_BEAM[opening.impression.language]

    def _open(self, model: SpeechModel, encoded: Encoded, wish: Wish, language: Language | None) -> Opening:
        return self._decoder.open(
            model, encoded, language, previous=wish.previous, forced=wish.forced, draft=wish.draft
        )


def _attempted(stretch: Stretch, decoded: Decoded) -> Attempt:
    return Attempt(stretch, decoded, decoded.ended and guards.before_loop(decoded.tokens) == decoded.tokens)


def fitted_context(seconds: float, *, final: bool) -> float:
    """How many seconds the encoder is given: a little more than there are, in steps, so that shapes come again."""
    least, spare = (_FINAL_CONTEXT_MIN_S, _FINAL_SPARE_S) if final else (_PARTIAL_CONTEXT_MIN_S, _PARTIAL_SPARE_S)
    fitted = math.ceil((seconds + spare) / _CONTEXT_GRAIN_S) * _CONTEXT_GRAIN_S
    return min(float(AUDIO_MAX_S), max(least, fitted))
