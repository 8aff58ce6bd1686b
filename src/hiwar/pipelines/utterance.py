"""One utterance: asks the recogniser as it grows, and turns what it hears into transcripts that keep their promises.

When to ask, and about which audio, is left to the recognition pipeline.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import fmean

from hiwar.engines.contracts import Hypothesis, RecognitionEngine, Samples, always
from hiwar.pipelines.settings import UtteranceSettings
from hiwar.pipelines.stabilization import Stabilizer
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language, RecognitionConfig, Transcript, Word

Wanted = Callable[[], bool]

_SAMPLES_PER_MS = MODEL_SAMPLE_RATE // 1000

_BRIEF_MS = 400
_BRIEF_WORDS = 2
_BRIEF_SURE: dict[Language, float] = {"en": 0.5, "ar": 0.35}
"""Confidence asked of a moment of voice, or of a word or two: what music and tones are taken for has 0.26 to 0.46."""

_PARTIAL_SHARE = 0.7
"""How much of it is asked of a partial: most speech begins with words that are heard so."""

_SAME_LANGUAGE_FAVOUR = 1.3
"""How much less sure an utterance in doubt may be in the language of the one right before it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where the audio of a decode lies in the stream, and where its voice ends: positions in samples."""

    start: int
    voice_start: int
    voice_end: int


@dataclass(frozen=True, slots=True)
class Closing:
    """An utterance whose voice has ended, or that is cut: it waits for its final. Its audio goes up to `stop`."""

    span: Span
    stop: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Recall:
    """The final right before an utterance, and the audio from its begin to the end of the utterance."""

    final: Transcript
    samples: Samples


class Utterance:
    """The transcripts of one segment.

    `context` is the text before a forced cut; across pauses it is not told, since measured there it loses digits and
    wins nothing. An utterance in doubt is heard once more together with the audio before it (`Recall`), which wins.
    """

    def __init__(
        self,
        segment: int,
        config: RecognitionConfig,
        settings: UtteranceSettings,
        recognizer: RecognitionEngine,
        *,
        context: str = "",
    ) -> None:
        self._segment = segment
        self._config = config
        self._settings = settings
        self._engine = recognizer
        self._recognizer = recognizer.open(context=context)
        self._language: Language | None = None if config.language == "auto" else config.language
        self._settles = self._language is not None
        self._stabilizer = Stabilizer(settings.agreement, settings.held_back_words, settings.sure_from)
        self._shown: Transcript | None = None
        self._finished: tuple[Span, Transcript | None] | None = None

    @property
    def has_shown(self) -> bool:
        """Whether any words of it were shown."""
        return self._shown is not None

    def partial(self, samples: Samples, span: Span, *, settle: bool, wanted: Wanted = always) -> Transcript | None:
        """What it says so far; None when that is nothing, or nothing new. `settle` lets words become stable.

        Raises AbandonedError, as `make_final` does, after which it can be asked again.
        """
        heard = self._hear(samples, wanted, final=False, settled=self._stabilizer.stable)
        text = self._believed(heard, span, _PARTIAL_SHARE)
        return self._show(self._transcript(heard, span, text), heard.word_confidences, settle=settle)

    def make_final(self, samples: Samples, span: Span, recall: Recall | None = None, wanted: Wanted = always) -> None:
        """Decide what it says for good, should it end with this span; the same span again costs nothing."""
        if not self.has_final(span):
            self._finished = (span, self._decide(samples, span, recall, wanted))

    def has_final(self, span: Span) -> bool:
        """Whether the final is made for this span."""
        return self._finished is not None and self._finished[0] == span

    @property
    def final(self) -> Transcript | None:
        """The final that was made last; None when it says nothing."""
        return self._finished[1] if self._finished else None

    def show_final(self, *, settle: bool) -> Transcript | None:
        """The final as a partial, since it is not certain yet that the voice has ended."""
        if self.final is None:
            return None
        return self._show(replace(self.final, is_final=False, words=()), (), settle=settle)

    def _decide(self, samples: Samples, span: Span, recall: Recall | None, wanted: Wanted) -> Transcript | None:
        heard = self._hear(samples, wanted, final=True)
        if recall is not None and heard.confidence < self._settings.doubt_below:
            again = self._hear_after(recall, len(samples), wanted)
            favour = 1.0 if again.language == heard.language else _SAME_LANGUAGE_FAVOUR
            heard = again if again.confidence * favour > heard.confidence else heard
        text = self._stabilizer.reconcile(self._believed(heard, span))
        if self._shown is not None and not heard.text:
            heard = replace(heard, confidence=self._shown.confidence)
        transcript = self._transcript(heard, span, text)
        words = _named(transcript.words, text)
        return replace(transcript, stable=text, is_final=True, words=words) if text else None

    @staticmethod
    def _believed(heard: Hypothesis, span: Span, share: float = 1.0) -> str:
        """The text, if so little voice may well have said it."""
        brief = span.voice_end - span.voice_start <= _BRIEF_MS * _SAMPLES_PER_MS
        if brief or len(heard.text.split()) <= _BRIEF_WORDS:
            return heard.text if heard.confidence >= share * _BRIEF_SURE[heard.language] else ""
        return heard.text

    def _hear(self, samples: Samples, wanted: Wanted, *, final: bool, settled: str = "") -> Hypothesis:
        heard = self._recognizer.recognize(
            samples,
            language=self._language,
            settled=settled,
            final=final,
            words=final and self._config.word_timestamps,
            wanted=wanted,
        )
        if heard.text and len(samples) >= self._settings.settled_after_ms * _SAMPLES_PER_MS:
            self._language, self._settles = heard.language, True
        return heard

    def _hear_after(self, recall: Recall, length: int, wanted: Wanted) -> Hypothesis:
        """What follows the utterance before, heard in one go with it; empty when they cannot be told apart."""
        before = recall.final
        nothing = Hypothesis("", before.language, 0.0)
        heard = self._engine.open().recognize(
            recall.samples,
            language=before.language,
            prefix=f"{before.text} {self._stabilizer.stable}".strip(),
            final=True,
            words=self._config.word_timestamps,
            wanted=wanted,
        )
        known = before.text.split()
        words = heard.text.split()
        text = " ".join(words[len(known) :])
        if words[: len(known)] != known or not text or not self._stabilizer.keeps(text):
            return nothing
        earlier_ms = (len(recall.samples) - length) // _SAMPLES_PER_MS
        timed = tuple(_shifted(word, -earlier_ms) for word in heard.words[len(known) :])
        return replace(heard, text=text, words=timed)

    def _show(self, transcript: Transcript, confidences: Sequence[float], *, settle: bool) -> Transcript | None:
        if not transcript.text:
            return None
        text = self._stabilizer.update(transcript.text, confidences, settle=settle and self._settles)
        shown = replace(transcript, text=text, stable=self._stabilizer.stable)
        if self._shown is not None and (shown.text, shown.stable) == (self._shown.text, self._shown.stable):
            return None
        self._shown = shown
        return shown

    def _transcript(self, heard: Hypothesis, span: Span, text: str) -> Transcript:
        offset_ms = span.start // _SAMPLES_PER_MS
        return Transcript(
            segment=self._segment,
            text=text,
            stable="",
            confidence=heard.confidence,
            language=heard.language,
            start_ms=span.voice_start // _SAMPLES_PER_MS,
            end_ms=span.voice_end // _SAMPLES_PER_MS,
            is_final=False,
            words=tuple(
                _within(
                    _shifted(word, offset_ms), span.voice_start // _SAMPLES_PER_MS, span.voice_end // _SAMPLES_PER_MS
                )
                for word in heard.words
            ),
        )


def _within(word: Word, start_ms: int, end_ms: int) -> Word:
    """A word inside the voice that it belongs to: alignments reach into the silence around it."""
    return replace(
        word, start_ms=min(max(word.start_ms, start_ms), end_ms), end_ms=min(max(word.end_ms, start_ms), end_ms)
    )


def _named(words: tuple[Word, ...], text: str) -> tuple[Word, ...]:
    """The timed words under the names that the text has; where they differ, the new ones share the time of the old."""
    names = text.split()
    if not words:
        return ()
    heard = [word.text.casefold() for word in words]
    matcher = SequenceMatcher(None, heard, [name.casefold() for name in names], autojunk=False)
    named: list[Word] = []
    for what, first, last, begin, end in matcher.get_opcodes():
        if what == "equal":
            pairs = zip(words[first:last], names[begin:end], strict=True)
            named += [replace(word, text=name) for word, name in pairs]
        else:
            named += _sharing(words, first, last, names[begin:end])
    return tuple(named)


def _sharing(words: tuple[Word, ...], first: int, last: int, names: list[str]) -> list[Word]:
    """Names in the place of `words[first:last]`: each gets the same part of their time, and is as sure as they are."""
    replaced = words[first:last] or words[max(0, first - 1) : first + 1]
    start_ms = replaced[0].start_ms if first < last else replaced[0].end_ms
    end_ms = replaced[-1].end_ms if first < last else max(start_ms, replaced[-1].start_ms)
    confidence = fmean(word.confidence for word in replaced)
    edges = [start_ms + (end_ms - start_ms) * place // len(names) for place in range(len(names) + 1)] if names else []
    return [
        Word(name, begin_ms, until_ms, confidence)
        for name, begin_ms, until_ms in zip(names, edges[:-1], edges[1:], strict=True)
    ]


def _shifted(word: Word, by_ms: int) -> Word:
    return replace(word, start_ms=max(0, word.start_ms + by_ms), end_ms=max(0, word.end_ms + by_ms))
