"""Decodes one stretch of an utterance: fits the context to it, and decodes again when the result is in doubt.

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
from hiwar.engines.whisper.features import FRAME_MS, FRAMES_PER_S, HOP, Spectrogram
from hiwar.engines.whisper.model import Encoded
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language, Word

AUDIO_MAX_S = 30
"""What Whisper hears at once."""

TOKENS_MAX = 224
"""Of text, what is forced included. Half of what the decoder holds: the other half is for the prompt."""

_FINAL_CONTEXT_MIN_S = 8.0
_FINAL_SPARE_S = 2.0
_PARTIAL_CONTEXT_MIN_S = 5.0
_PARTIAL_SPARE_S = 1.0
_CONTEXT_GRAIN_S = 0.5
"""Fits an even number of frames."""

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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Audio of an utterance from frame `start` on to the end of `samples`, which begin with the utterance."""

    spectrogram: Spectrogram
    samples: Samples
    start: int = 0

    @property
    def seconds(self) -> float:
        """Its length."""
        return max(0.0, len(self.samples) / MODEL_SAMPLE_RATE - self.start / FRAMES_PER_S)


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """How a stretch is to be decoded. Without `language` it is found; `guess` is what it was before.

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
    """One decode, and how much it is worth. It holds no audio, and nothing of the encoder's."""

    start: int
    """The frame of the utterance where its stretch begins."""
    frames: int
    """How many whole ones the stretch has."""
    decoded: Decoded
    sound: bool
    """It neither looped nor ran into its token budget."""

    @property
    def language(self) -> Language:
        """In which it was decoded."""
        return self.decoded.impression.language

    @property
    def margin(self) -> float:
        """How far its confidence lies above the floor."""
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


class Transcriber:
    """One model's way to decode stretches. Shared by threads: nothing in it changes."""

    def __init__(self, vocabulary: Vocabulary, decoder: Decoder, beam: int | None = None) -> None:
        """`beam` is the width for every final, 1 for none; None is what was measured to be worth it."""
        self._vocabulary = vocabulary
        self._decoder = decoder
        self._beam = beam

    def transcribe(self, model: SpeechModel, stretch: Stretch, options: DecodingOptions) -> Attempt:
        """A final that is in doubt is decoded once more, with more context. Raises AbandonedError, EngineError."""
        context_s = fitted_context(stretch.seconds, final=options.final)
        attempt = self._attempt(model, stretch, options, context_s, in_doubt=False)
        hopeless = attempt.decoded.impression.no_speech >= guards.NO_SPEECH_MAX
        if not options.final or options.forced or attempt.trusted or hopeless:
            return attempt
        told = replace(options, language=attempt.language)
        context_s = _fitted(stretch.seconds, _DOUBT_CONTEXT_MIN_S, _DOUBT_SPARE_S)
        longer = self._attempt(model, stretch, told, context_s, in_doubt=True)
        return max(attempt, longer, key=lambda tried: (tried.trusted, tried.sound, tried.margin))

    def words(self, attempt: Attempt, tokens: Sequence[int]) -> tuple[Word, ...]:
        """The words of `tokens`, the first ones of an attempt; times in ms from the utterance's beginning."""
        decoded, audio_ms = attempt.decoded, attempt.frames * FRAME_MS
        steps = min(decoded.impression.steps, max(1, audio_ms // STEP_MS))
        path = time_path(decoded.attention[: len(tokens) + 1], steps)
        probabilities = np.exp(decoded.log_probs[: len(tokens)]).tolist()
        words = timed_words(self._vocabulary.words(tokens), path, probabilities, audio_ms)
        begins_ms = attempt.start * FRAME_MS
        return tuple(
            replace(word, start_ms=word.start_ms + begins_ms, end_ms=word.end_ms + begins_ms) for word in words
        )

    def _attempt(
        self, model: SpeechModel, stretch: Stretch, options: DecodingOptions, context_s: float, *, in_doubt: bool
    ) -> Attempt:
        """Decode in the language asked for or found, and where either may be meant, in both."""
        frames = round(context_s * FRAMES_PER_S)
        encoded = model.encode(stretch.spectrogram.features(stretch.samples, frames=frames, start=stretch.start))
        opening = self._open(model, encoded, options, options.language or options.guess)
        heard = opening.impression
        if not options.language and not heard.doubtful and heard.likeliest != heard.language:
            opening = self._open(model, encoded, replace(options, draft=()), heard.likeliest)
        attempt = self._decode(model, stretch, options, opening, in_doubt=in_doubt)
        open_to_both = options.final or stretch.seconds < _LANGUAGE_SETTLED_S
        if options.language or not heard.doubtful or not open_to_both:
            return attempt
        # Arabic with an accent or with English words in it is taken for English, and reads better as Arabic.
        other: Language = "en" if heard.language == "ar" else "ar"
        opening = self._open(model, encoded, replace(options, draft=()), other)
        return _better(attempt, self._decode(model, stretch, options, opening, in_doubt=in_doubt))

    def _decode(
        self, model: SpeechModel, stretch: Stretch, options: DecodingOptions, opening: Opening, *, in_doubt: bool
    ) -> Attempt:
        """Greedily, and when that is not sure, by the beam that is due."""
        budget = guards.token_budget(stretch.seconds, opening.impression.language)
        stop = min(len(options.forced) + budget, TOKENS_MAX)
        favour = 0.0 if options.final else _FAVOUR
        greedy = _attempted(stretch, self._decoder.greedy(model, opening, stop, favour))
        width = self._width(options, opening, in_doubt=in_doubt)
        if width == 1 or (greedy.sound and greedy.decoded.confidence >= _SURE):
            return greedy
        end = self._vocabulary.end
        found = beam_search(model, self._decoder.scores, opening, width=width, stop=stop, end=end)
        return _better(greedy, _attempted(stretch, found))

    def _width(self, options: DecodingOptions, opening: Opening, *, in_doubt: bool) -> int:
        """Of the beam: 1 is none. What is forced was decided before, and is only gone on with."""
        if not options.final or options.forced:
            return 1
        return self._beam or (_DOUBT_BEAM if in_doubt else _FINAL_BEAM[opening.impression.language])

    def _open(
        self, model: SpeechModel, encoded: Encoded, options: DecodingOptions, language: Language | None
    ) -> Opening:
        return self._decoder.open(
            model,
            encoded,
            language,
            previous=options.previous,
            forced=options.forced,
            draft=options.draft[:TOKENS_MAX],
        )


def _attempted(stretch: Stretch, decoded: Decoded) -> Attempt:
    frames = max(0, len(stretch.samples) // HOP - stretch.start)
    sound = decoded.ended and guards.before_loop(decoded.tokens) == decoded.tokens
    return Attempt(stretch.start, frames, decoded, sound)


def _better(attempt: Attempt, other: Attempt) -> Attempt:
    """The sound one, and of two such the surer one."""
    return max(attempt, other, key=lambda tried: (tried.sound, tried.decoded.confidence))


def fitted_context(seconds: float, *, final: bool) -> float:
    """How many seconds the encoder is given: a little more than there are, in steps, so that shapes come again."""
    if final:
        return _fitted(seconds, _FINAL_CONTEXT_MIN_S, _FINAL_SPARE_S)
    return _fitted(seconds, _PARTIAL_CONTEXT_MIN_S, _PARTIAL_SPARE_S)


def _fitted(seconds: float, least: float, spare: float) -> float:
    # The encoder wants an even number of frames, too.
    fitted = math.ceil((seconds + spare) / _CONTEXT_GRAIN_S) * _CONTEXT_GRAIN_S
    return min(float(AUDIO_MAX_S), max(least, fitted))
