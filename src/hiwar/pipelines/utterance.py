"""One utterance: asks the recogniser as it grows, and turns what it hears into transcripts that keep their promises.

When to ask, and about which audio, is left to the recognition pipeline.
"""

from dataclasses import dataclass, replace

from hiwar.engines.contracts import Hypothesis, RecognitionEngine, Samples
from hiwar.pipelines.stabilization import Stabilizer
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language, RecognitionConfig, Transcript

_SAMPLES_PER_MS = MODEL_SAMPLE_RATE // 1000


@dataclass(frozen=True, slots=True)
class UtteranceSettings:
    """When words settle, and when the detected language does."""

    agreement: int = 2
    held_back_words: int = 1
    language_settled_ms: int = 2000
    """Audio after which the detected language holds for the utterance: 95 % right for Arabic, 69 % after 1 s."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where the audio of a decode lies in the stream, and where its voice ends: positions in samples."""

    start: int
    voice_start: int
    voice_end: int


class Utterance:
    """The transcripts of one segment. `previous` is the text before it, when speech was cut there without a pause."""

    def __init__(
        self,
        segment: int,
        config: RecognitionConfig,
        settings: UtteranceSettings,
        recognizer: RecognitionEngine,
        previous: str = "",
    ) -> None:
        self._segment = segment
        self._config = config
        self._settings = settings
        self._recognizer = recognizer
        self._previous = previous
        self._language: Language | None = None if config.language == "auto" else config.language
        self._stabilizer = Stabilizer(settings.agreement, settings.held_back_words)
        self._shown: Transcript | None = None
        self._finished: tuple[Span, Transcript | None] | None = None

    def partial(self, samples: Samples, span: Span, *, settle: bool) -> Transcript | None:
        """What it says so far; None when that is nothing, or nothing new. `settle` lets words become stable."""
        heard = self._hear(samples, final=False)
        return self._show(self._transcript(heard, span, heard.text), settle=settle)

    def early_final(self, samples: Samples, span: Span, *, settle: bool) -> Transcript | None:
        """Make the final before it is certain that the voice ended; what it says is shown as a partial."""
        transcript = self.final(samples, span)
        if transcript is None or not self._config.interim_results:
            return None
        return self._show(replace(transcript, is_final=False, words=()), settle=settle)

    def final(self, samples: Samples, span: Span) -> Transcript | None:
        """What it says for good; None when that is nothing. The same span again costs nothing."""
        if self._finished is None or self._finished[0] != span:
            self._finished = (span, self._decide(samples, span))
        return self._finished[1]

    def has_final(self, span: Span) -> bool:
        """Whether `final` is made for this span."""
        return self._finished is not None and self._finished[0] == span

    def _decide(self, samples: Samples, span: Span) -> Transcript | None:
        heard = self._hear(samples, final=True)
        if not self._stabilizer.keeps(heard.text):
            # Only now: a forced prefix costs the recogniser its choice of the words that follow.
            heard = self._hear(samples, final=True, prefix=self._stabilizer.stable)
        text = self._stabilizer.reconcile(heard.text)
        transcript = self._transcript(heard, span, text)
        return replace(transcript, stable=text, is_final=True) if text else None

    def _hear(self, samples: Samples, *, final: bool, prefix: str = "") -> Hypothesis:
        heard = self._recognizer.recognize(
            samples,
            language=self._language,
            prefix=prefix,
            previous=self._previous,
            final=final,
            words=final and self._config.word_timestamps,
        )
        if heard.text and len(samples) >= self._settings.language_settled_ms * _SAMPLES_PER_MS:
            self._language = heard.language
        return heard

    def _show(self, transcript: Transcript, *, settle: bool) -> Transcript | None:
        if not transcript.text:
            return None
        text = self._stabilizer.update(transcript.text, settle=settle and self._language is not None)
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
                replace(word, start_ms=word.start_ms + offset_ms, end_ms=word.end_ms + offset_ms)
                for word in heard.words
            ),
        )
