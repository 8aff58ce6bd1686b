"""One utterance: what was heard of it last is the draft of the next hearing, and what is settled is not heard again.

When to hear it is left to the pipelines.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from hiwar.engines.contracts import Hypothesis, Samples, always
from hiwar.engines.whisper import guards
from hiwar.engines.whisper.decoding import SpeechModel, WantedModel
from hiwar.engines.whisper.features import FRAME_MS, HOP, Spectrogram, quietest_place
from hiwar.engines.whisper.repairs import repaired
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.engines.whisper.transcriber import AUDIO_MAX_S, TOKENS_MAX, Attempt, DecodingOptions, Stretch, Transcriber
from hiwar.errors import EngineError
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language, Word

_SAMPLES_PER_MS = MODEL_SAMPLE_RATE // 1000

_PREVIOUS_TOKENS = 50
"""Of the text before what is heard: the last words say enough, and each token makes the first pass dearer."""

_SENTENCE_ENDS = " .!?؟،…"

_PARTIAL_MAX_MS = 9000
"""A partial hears no more than this when enough of its text is settled."""

_PARTIAL_END_MS = 12000
"""And no more than this whatever is settled, as long as there are words in it; the final hears it all."""

_PARTIAL_KEPT_MS = 4000
"""What it hears at the least, so that it has its context."""

_EARLY_MS, _LATE_MS = 160, 80
"""Where around the beginning of a word the quiet before it may lie."""

_PLACES_APART = 3
"""Words by which what is shown and what is heard may have come apart."""


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """The beginning of the utterance that partials do not hear again: its frames, and its words."""

    frames: int = 0
    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class WhisperUtterance:
    """An `UtteranceRecognizer`."""

    def __init__(self, model: SpeechModel, transcriber: Transcriber, vocabulary: Vocabulary, context: str) -> None:
        self._model = model
        self._transcriber = transcriber
        self._vocabulary = vocabulary
        # A cut is not the end of a sentence, although the text before it was closed like one.
        self._context = context.rstrip(_SENTENCE_ENDS)
        self._spectrogram = Spectrogram(model.bands)
        self._left_out = _LeftOut()
        self._last: Attempt | None = None
        """Of the audio after what is left out."""

    @property
    def left_out_ms(self) -> int:
        """How much of its beginning the last partial did not hear again."""
        return self._left_out.frames * FRAME_MS

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None,
        settled: str = "",
        prefix: str = "",
        final: bool,
        words: bool = False,
        wanted: Callable[[], bool] = always,
    ) -> Hypothesis:
        """Transcribe up to 30 s. A prefix as long as the longest text comes back as it is.

        Raises AbandonedError, and EngineError for longer audio, for samples that are no numbers, and when the model
        fails; the utterance can be asked again after each of them.
        """
        if len(samples) > AUDIO_MAX_S * MODEL_SAMPLE_RATE:
            raise EngineError("The recognition model hears at most 30 s at once; send shorter utterances.")
        if not np.isfinite(samples).all():
            raise EngineError("The audio has samples that are no finite numbers; check what decodes it.")
        forced = self._vocabulary.encode(prefix)
        if guards.is_silent(samples) or len(forced) >= TOKENS_MAX:
            return Hypothesis(prefix, language or self._guess() or self._vocabulary.languages[0], 0.0)
        model = WantedModel(self._model, wanted)
        if not final:
            return self._partial(model, samples, language, settled, forced, words=words)
        heard = self._final(model, samples, language, forced)
        return heard if words else replace(heard, words=())

    def _partial(
        self,
        model: SpeechModel,
        samples: Samples,
        language: Language | None,
        settled: str,
        forced: list[int],
        *,
        words: bool,
    ) -> Hypothesis:
        # What is forced begins the text, and so the audio.
        left_out, draft = (_LeftOut(), self._draft()) if forced else self._shortened(samples, settled)
        stretch = Stretch(self._spectrogram, samples, left_out.frames)
        previous = self._vocabulary.previous(f"{self._context} {left_out.text}".strip(), _PREVIOUS_TOKENS)
        options = DecodingOptions(False, language, self._guess(), previous, forced, draft[len(forced) :])
        attempt = self._transcriber.transcribe(model, stretch, options)
        self._left_out, self._last = left_out, attempt
        heard = self._hypothesis(attempt, final=False, words=words)
        if not left_out.words:
            return heard
        known = (word.confidence for word in left_out.words)
        sure = heard.word_confidences
        return replace(
            heard,
            text=f"{left_out.text} {heard.text}".strip(),
            words=(*left_out.words, *heard.words) if words else (),
            word_confidences=(*known, *sure) if len(sure) == len(heard.text.split()) else (),
        )

    def _guess(self) -> Language | None:
        return self._last.language if self._last else None

    def _shortened(self, samples: Samples, settled: str) -> tuple[_LeftOut, list[int]]:
        """What to leave out from now on, and the draft of the rest."""
        if self._last is None:
            return _LeftOut(), []
        left_out, draft = self._left_out, self._last.decoded.tokens
        if not (settled.startswith(left_out.text) or left_out.text.startswith(settled)):
            return _LeftOut(), self._draft()
        length_ms = len(samples) // _SAMPLES_PER_MS
        heard_ms = length_ms - self.left_out_ms
        if heard_ms <= _PARTIAL_MAX_MS:
            return left_out, draft
        known = self._transcriber.words(self._last, draft)
        ready = known[: sum(length_ms - word.end_ms >= _PARTIAL_KEPT_MS for word in known[:-1])]
        stable = settled.split()[len(left_out.words) :]
        shown, most = _same_place(stable, [word.text for word in ready])
        texts = stable[:shown]
        if heard_ms > _PARTIAL_END_MS:
            # What was not believed was not shown.
            believed = [word.text for word in ready] if self._last.trusted else []
            apart = most - shown
            texts, most = [*stable[: len(ready) - apart], *believed[len(stable) + apart :]], len(ready)
        if not most:
            return left_out, draft
        begins = known[most].start_ms * _SAMPLES_PER_MS
        cut = quietest_place(samples, begins - _EARLY_MS * _SAMPLES_PER_MS, begins + _LATE_MS * _SAMPLES_PER_MS)
        tokens = sum(count for _, count in self._vocabulary.words(draft)[:most])
        words = _retold(texts, ready[:most], cut // HOP * FRAME_MS)
        return _LeftOut(cut // HOP, (*left_out.words, *words)), draft[tokens:]

    def _final(self, model: SpeechModel, samples: Samples, language: Language | None, forced: list[int]) -> Hypothesis:
        previous = self._vocabulary.previous(self._context, _PREVIOUS_TOKENS)
        options = DecodingOptions(True, language, self._guess(), previous, forced, self._draft()[len(forced) :])
        attempt = self._transcriber.transcribe(model, Stretch(self._spectrogram, samples), options)
        self._left_out, self._last = _LeftOut(), attempt
        heard = self._hypothesis(attempt, final=True, words=True)
        if forced:
            return heard

        def hear(start: int, stop: int, language: Language) -> Hypothesis:
            stretch = Stretch(self._spectrogram, samples[:stop], start // HOP)
            attempt = self._transcriber.transcribe(model, stretch, DecodingOptions(True, language))
            return self._hypothesis(attempt, final=True, words=True)

        return repaired(samples, heard, hear)

    def _draft(self) -> list[int]:
        if self._last is None:
            return []
        return [*self._vocabulary.encode(self._left_out.text), *self._last.decoded.tokens]

    def _hypothesis(self, attempt: Attempt, *, final: bool, words: bool) -> Hypothesis:
        tokens = attempt.kept(final=final)
        text = self._vocabulary.decode(tokens)
        timed = self._transcriber.words(attempt, tokens) if words and tokens else ()
        sure = attempt.decoded.confidence if text else 0.0
        return Hypothesis(text, attempt.language, sure, timed, self._word_confidences(attempt, tokens, text))

    def _word_confidences(self, attempt: Attempt, tokens: list[int], text: str) -> tuple[float, ...]:
        """Empty where the words of the text are not those of the tokens."""
        found: list[float] = []
        place = 0
        for _, count in self._vocabulary.words(tokens):
            found.append(math.exp(fmean(attempt.decoded.log_probs[place : place + count])))
            place += count
        return tuple(found) if len(found) == len(text.split()) else ()


def _same_place(shown: Sequence[str], heard: Sequence[str]) -> tuple[int, int]:
    """How many words of each lie before the last place at which both have said the same; (0, 0) without any.

    They may differ in spelling and by a few words; the last two agree.
    """
    left, right = [_letters(word) for word in shown], [_letters(word) for word in heard]
    for place in range(len(right), 1, -1):
        for other in sorted(range(2, len(left) + 1), key=lambda count: abs(count - place)):
            if abs(other - place) <= _PLACES_APART and left[other - 2 : other] == right[place - 2 : place]:
                return other, place
    return 0, 0


def _letters(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def _retold(texts: Sequence[str], heard: Sequence[Word], until_ms: int) -> Iterator[Word]:
    """The words as they were shown, with the times of those that were heard, none after `until_ms`."""
    for place, text in enumerate(texts):
        word = heard[min(place, len(heard) - 1)]
        start_ms = word.start_ms if place < len(heard) else word.end_ms
        yield replace(word, text=text, start_ms=min(start_ms, until_ms), end_ms=min(word.end_ms, until_ms))
