"""What the pipelines ask of an engine. A loaded engine is shared by all streams and holds no state of any of them.

Every method blocks and is called on a worker thread, several at once; none touches the event loop.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from hiwar.text.explanation import TokenReading
from hiwar.vocabulary import Language, Word

Samples = NDArray[np.float32]
"""Mono audio, shape (n,), full scale -1.0 to 1.0."""


@dataclass(frozen=True, slots=True)
class EngineContext:
    """What a loader may know of the machine: where models lie, how many call at once, how to tell progress."""

    models_dir: Path
    concurrent_calls: int = 2
    model: str | None = None
    """A model chosen by the operator, by its name in the model store; None is the engine's own default."""
    beam: int | None = None
    """How many readings side by side the operator wants a final to be chosen from; None is the engine's own choice."""
    lexicon: Path | None = None
    """The operator's file of words and how they are spoken (`text.pronunciations`)."""
    report: Callable[[str], None] = lambda _line: None


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Data about a loaded engine, read by validation, catalogue and docs alike."""

    name: str
    model: str
    licence: str
    languages: tuple[Language, ...]
    sample_rate: int
    """In Hz: what the model works at."""
    word_timestamps: bool = False
    native_rates: tuple[int, ...] = ()
    """Rates in Hz that a synthesis engine emits without a resampler; empty means `sample_rate` alone."""
    streams: Literal["pieces", "segments"] = "segments"
    """Whether a synthesis engine gives the audio of a segment piece by piece as it is made, or whole."""


@dataclass(frozen=True, slots=True)
class EngineVoice:
    """One voice of a synthesis engine, described as it really is."""

    name: str
    language: Language
    languages: tuple[Language, ...]
    gender: Literal["female", "male", "none"]
    quality: Literal["basic", "good", "exact"]
    description: str


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """The word `text[start:end]` of a segment, and when it sounds: in ms from the segment's first sample."""

    start: int
    end: int
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class SpeechPiece:
    """The next samples of a segment, and the words that begin in them; an engine that knows none gives none."""

    samples: Samples
    words: tuple[SpokenWord, ...] = ()


class SynthesisEngine(Protocol):
    """Speakable text in, audio out."""

    @property
    def info(self) -> EngineInfo:
        """Name, model, licence, languages and the sample rates that `synthesize` emits."""
        ...

    @property
    def voices(self) -> tuple[EngineVoice, ...]:
        """The voices that `synthesize` accepts, by name."""
        ...

    def synthesize(
        self,
        text: str,
        *,
        voice: str,
        language: Language,
        speed: float,
        sample_rate: int,
        continues: bool = False,
        long_pieces: bool = False,
    ) -> Iterator[SpeechPiece]:
        """Speak one segment as it is made: the call reads the text, each step of the iterator is one bounded piece of
        compute.

        `text` is one segment (a sentence or clause) as the segmenter cut it; runs of the other script in it are spoken
        in their own language. `language` is that of the segment; `sample_rate` is one of `info.native_rates`, or else
        `info.sample_rate`. The audio begins with the voice, without leading silence, and ends with the pause that the
        segment's last mark asks for; `continues` says that the sentence goes on in the next segment although no mark
        stands there. The first piece is short and the later ones grow; a piece may be empty. `long_pieces` lets the
        later ones grow further, where they cost less for it.
        Closing the iterator stops the compute. Raises EngineError; yields no samples for text without anything
        speakable.
        """
        ...

    def explain(self, text: str, *, voice: str, language: Language) -> tuple[TokenReading, ...]:
        """What `synthesize` reads in a segment, stage by stage; () when it reads nothing. Raises EngineError."""
        ...

    def close(self) -> None:
        """Release the model. No call is under way and none follows."""
        ...


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What an engine hears in one stretch of audio. Word times in ms from the start of that audio.

    `confidence` is 0 to 1; below the engine's own floor it returns empty text rather than an invention.
    """

    text: str
    language: Language
    confidence: float
    words: tuple[Word, ...] = ()
    word_confidences: tuple[float, ...] = ()
    """How sure each word of `text.split()` is, 0 to 1; empty from an engine that cannot tell."""


class AbandonedError(Exception):
    """Raised by `recognize` when `wanted` says that nobody waits for the result any more."""


def always() -> bool:
    """For a result that is waited for whatever happens."""
    return True


class UtteranceRecognizer(Protocol):
    """The state of one utterance: what an engine keeps from one hearing of it to the next. One call at a time."""

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
        """Transcribe the utterance so far: mono audio at the engine's `info.sample_rate`, from its beginning.

        Each call brings what the one before did, and more, or at a final a little less (silence at its end).
        `language` None asks for detection.
        `settled` are the first words of the text as they were shown for good: a partial need not hear them again. The
        result may have others there. `prefix` is text that the result must begin with.
        `final` may spend more on quality; the utterance may go on after it all the same.
        `words` asks for word times. `wanted` is asked between steps of compute. Raises AbandonedError, EngineError.
        """
        ...


class RecognitionEngine(Protocol):
    """A shared recognition model; each utterance opens its own state."""

    @property
    def info(self) -> EngineInfo:
        """Name, model, licence, languages; `sample_rate` is what utterances are heard at."""
        ...

    def open(self, *, context: str = "") -> UtteranceRecognizer:
        """Fresh state for one utterance. `context` is the text right before it, when it was cut off from it."""
        ...

    def close(self) -> None:
        """Release the model. No call is under way and none follows."""
        ...


class VoiceActivityStream(Protocol):
    """The state of one audio stream's voice activity model."""

    def probability(self, window: Samples) -> float:
        """Probability of voice (0 to 1) in the next `window_samples` of the stream."""
        ...


class VoiceActivityEngine(Protocol):
    """A shared voice activity model; each audio stream opens its own state."""

    @property
    def info(self) -> EngineInfo:
        """Name, model, licence; `sample_rate` is what streams hear."""
        ...

    @property
    def window_samples(self) -> int:
        """Exact length of the window that `probability` takes."""
        ...

    def open(self) -> VoiceActivityStream:
        """Fresh state for one stream."""
        ...

    def close(self) -> None:
        """Release the model. No call is under way and none follows."""
        ...


class EndOfTurnEngine(Protocol):
    """A shared model that tells whether somebody has said what they wanted to say, or only pauses."""

    @property
    def info(self) -> EngineInfo:
        """Name, model, licence, languages; `sample_rate` is what `probability` takes."""
        ...

    def probability(self, samples: Samples) -> float:
        """Probability (0 to 1) that the turn is over where `samples` end: the utterance from its beginning to the
        pause in question, with some 200 ms of the pause. Raises EngineError.
        """
        ...

    def close(self) -> None:
        """Release the model. No call is under way and none follows."""
        ...
