"""Audio that carries words as levels, the fake engines that read it exactly, and ways to drive a pipeline with them."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from hiwar.engines.contracts import EngineInfo, Hypothesis, Samples, UtteranceRecognizer, VoiceActivityStream, always
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE, Language, RecognitionEvent, Transcript, Word

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "قمر", "شمس")
WORD_MS = 320
GAP_MS = 96

_SAMPLES_PER_MS = MODEL_SAMPLE_RATE // 1000
_FIRST_LEVEL = 30
_GAP_LEVEL = 20
_VOICE_ABOVE = 0.1


def speech(*numbers: int) -> bytes:
    """16 kHz linear16 that says `WORDS` by number: a level for each, parted by a lower one that is voice too."""
    return b"".join(_level(_FIRST_LEVEL + number, WORD_MS) + _level(_GAP_LEVEL, GAP_MS) for number in numbers)


def silence(milliseconds: int) -> bytes:
    """16 kHz linear16 without a sound."""
    return bytes(2 * milliseconds * _SAMPLES_PER_MS)


def _level(level: int, milliseconds: int) -> bytes:
    return np.full(milliseconds * _SAMPLES_PER_MS, level * 32768 // 100, "<i2").tobytes()


class LevelVoice:
    """Voice activity by level: sure of every window that is louder than a tenth of full scale."""

    info = EngineInfo("level", "none", "Apache-2.0", LANGUAGES, MODEL_SAMPLE_RATE)
    window_samples = 512

    def open(self) -> VoiceActivityStream:
        return self

    def probability(self, window: Samples) -> float:
        return float(np.mean(np.abs(window) > _VOICE_ABOVE))

    def close(self) -> None:
        pass


class LevelRecognizer:
    """Reads `speech`; a word that is not over yet is misheard as its first letters. Keeps what it was asked."""

    info = EngineInfo("level", "none", "Apache-2.0", LANGUAGES, MODEL_SAMPLE_RATE, word_timestamps=True)

    def __init__(self, confidence: float = 0.9) -> None:
        self.confidence = confidence
        self.asked: list[tuple[int, Language | None, str, bool]] = []

    @property
    def finals_asked(self) -> int:
        return sum(final for _, _, _, final in self.asked)

    def open(self, *, context: str = "") -> UtteranceRecognizer:
        return self

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
        self.asked.append((len(samples), language, prefix, final))
        found = list(_words(samples))
        text = " ".join(word.text for word in found)
        spoken: Language = language or ("ar" if any(word > "\u0600" for word in text) else "en")
        return Hypothesis(text, spoken, self.confidence if text else 0.0, tuple(found) if words else ())

    def close(self) -> None:
        pass


class ListRecognizer(LevelRecognizer):
    """Says the given texts in turn, whatever it hears; of a forced prefix it keeps to the letter."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self._texts = iter(texts)

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
        self.asked.append((len(samples), language, prefix, final))
        text = next(self._texts, "")
        return Hypothesis(f"{prefix} {text}".strip(), language or "en", self.confidence)


def _words(samples: Samples) -> Iterable[Word]:
    levels = np.round(samples * 100).astype(int)
    edges = np.flatnonzero(np.diff(levels)) + 1
    for begin, end in zip([0, *edges], [*edges, len(levels)], strict=True):
        number = levels[begin] - _FIRST_LEVEL if begin < len(levels) else -1
        if 0 <= number < len(WORDS):
            heard_ms = (end - begin) // _SAMPLES_PER_MS
            word = WORDS[number]
            text = word if heard_ms >= WORD_MS else word[: max(1, len(word) * heard_ms // WORD_MS)]
            yield Word(text, int(begin) // _SAMPLES_PER_MS, int(end) // _SAMPLES_PER_MS, 0.9)


def work(pipeline: RecognitionPipeline) -> list[RecognitionEvent]:
    """Listen, and hear at once what that asks for, until nothing is left to do."""
    events: list[RecognitionEvent] = []
    while True:
        listened = pipeline.listen()
        events += listened.events
        if listened.hearing is not None:
            listened.hearing.run()
        elif not listened.more:
            return events


def stream(pipeline: RecognitionPipeline, audio: bytes, chunk_bytes: int) -> list[RecognitionEvent]:
    """All of the audio in chunks, each worked on before the next, and the end of the stream."""
    events: list[RecognitionEvent] = []
    for start in range(0, len(audio), chunk_bytes):
        pipeline.accept(audio[start : start + chunk_bytes])
        events += work(pipeline)
    pipeline.finish()
    return events + work(pipeline)


def finals(events: Iterable[RecognitionEvent]) -> list[str]:
    """The texts of the final transcripts."""
    return [event.text for event in events if isinstance(event, Transcript) and event.is_final]


def partials(events: Iterable[RecognitionEvent]) -> list[Transcript]:
    """The transcripts that are not final."""
    return [event for event in events if isinstance(event, Transcript) and not event.is_final]
