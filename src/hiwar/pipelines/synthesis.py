"""One synthesis request as steps: text to segments, segments to samples, samples to encoded audio. Blocking.

Knows engines only by contract; who waits for the audio, and whether still, is left to the driver.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from hiwar.audio.encoding import SpeechEncoder
from hiwar.engines.contracts import Samples, SynthesisEngine
from hiwar.text.language import language_of
from hiwar.text.normalization import clean
from hiwar.text.segmentation import segments
from hiwar.vocabulary import Language, SpeechRequest, SynthesisProgress, Voice

_MS_PER_CHARACTER = 65.0
"""How fast speech is until the first segment of a request has told: for the count of what was spoken, in its middle."""


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """Encoded audio of one step (may be empty) and the progress with it counted in."""

    audio: bytes = field(repr=False)
    progress: SynthesisProgress


class SynthesisPipeline:
    """One request being spoken. `clock` returns seconds and is used for the stage times alone."""

    def __init__(
        self, request: SpeechRequest, *, voice: Voice, engine: SynthesisEngine, clock: Callable[[], float]
    ) -> None:
        self._request = request
        self._voice = voice
        self._engine = engine
        self._clock = clock
        self._encoder = SpeechEncoder(request.format, engine.info.sample_rate)
        self._segments: Iterator[str] | None = None
        self._segment = ""
        self._words = 0
        self._segment_began_ms = 0
        self._ms_per_character = _MS_PER_CHARACTER
        self._whole_segments = SynthesisProgress()
        self._samples: Iterator[Samples] | None = None
        self._progress = SynthesisProgress()
        self._finished = False

    @property
    def progress(self) -> SynthesisProgress:
        """What has been spoken so far."""
        return self._progress

    def step(self) -> SpeechChunk | None:
        """One engine step, or the end of a segment; None when the request has been spoken to its end.

        Raises EngineError.
        """
        if self._finished:
            return None
        if self._samples is None:
            self._samples = self._begin_segment()
        if self._samples is None:
            self._finished = True
            audio = self._timed_encode(self._encoder.finish)
            return self._chunk(audio, characters=len(self._request.text), words=self._words)
        began = self._clock()
        samples = next(self._samples, None)
        self._spent(model_ms=self._clock() - began)
        if samples is None:
            self._end_segment()
            return self._spoken_chunk(b"", "")
        audio = self._timed_encode(lambda: self._encoder.encode(samples))
        spoken_ms = self._encoder.audio_ms - self._segment_began_ms
        return self._spoken_chunk(audio, self._segment[: int(spoken_ms / self._ms_per_character)])

    def close(self) -> None:
        """Stop; the engine cleans up at the place where it yielded last. No step may be under way."""
        self._finished = True
        samples, self._samples = self._samples, None
        close = getattr(samples, "close", None)
        if close is not None:
            close()

    def _begin_segment(self) -> Iterator[Samples] | None:
        began = self._clock()
        if self._segments is None:
            self._segments = segments(clean(self._request.text))
            self._words = len(self._request.text.split())
        segment = next(self._segments, None)
        self._spent(text_ms=self._clock() - began)
        if segment is None:
            return None
        self._segment = segment
        return self._engine.synthesize(
            segment,
            voice=self._voice.engine_voice,
            language=self._language(segment),
            speed=self._request.speed,
        )

    def _language(self, segment: str) -> Language:
        if self._request.language != "auto":
            return self._request.language
        return language_of(segment, self._voice.language)

    def _end_segment(self) -> None:
        """Count the segment, and learn from it how fast this voice speaks."""
        self._samples = None
        spoken_ms = self._encoder.audio_ms - self._segment_began_ms
        if spoken_ms:
            self._ms_per_character = spoken_ms / len(self._segment)
        self._segment_began_ms += spoken_ms
        self._whole_segments = replace(
            self._whole_segments,
            characters=self._whole_segments.characters + len(self._segment),
            words=self._whole_segments.words + len(self._segment.split()),
        )

    def _timed_encode(self, encode: Callable[[], bytes]) -> bytes:
        began = self._clock()
        audio = encode()
        self._spent(encode_ms=self._clock() - began)
        return audio

    def _spent(self, *, text_ms: float = 0.0, model_ms: float = 0.0, encode_ms: float = 0.0) -> None:
        """Add to the stage times; the arguments are in seconds, as the clock is."""
        progress = self._progress
        self._progress = replace(
            progress,
            text_ms=progress.text_ms + text_ms * 1000,
            model_ms=progress.model_ms + model_ms * 1000,
            encode_ms=progress.encode_ms + encode_ms * 1000,
        )

    def _spoken_chunk(self, audio: bytes, begun: str) -> SpeechChunk:
        """A chunk whose progress is all whole segments and `begun`, the part of the next that should be spoken."""
        return self._chunk(
            audio,
            characters=min(len(self._request.text), self._whole_segments.characters + len(begun)),
            words=min(self._words, self._whole_segments.words + len(begun.split())),
        )

    def _chunk(self, audio: bytes, *, characters: int, words: int) -> SpeechChunk:
        audio_ms = self._encoder.audio_ms
        self._progress = replace(self._progress, audio_ms=audio_ms, characters=characters, words=words)
        return SpeechChunk(audio, self._progress)
