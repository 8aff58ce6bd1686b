"""One synthesis request as steps: text to segments, segments to samples, samples to encoded audio. Blocking.

Knows engines only by contract; who waits for the audio, and whether still, is left to the driver.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from hiwar.audio.encoding import SpeechEncoder, encoded_rate
from hiwar.engines.contracts import EngineInfo, SpeechPiece, SynthesisEngine
from hiwar.pipelines.spoken_text import SpokenText
from hiwar.text.feed import Flushed, Segment, SegmentFeed
from hiwar.text.language import language_of
from hiwar.vocabulary import Language, SpeechRequest, SynthesisProgress, Voice, WordTime

CHUNK_BYTES_MAX = 16_384
"""Size of one chunk: 372 ms at 22,050 Hz. A barge-in waits for no longer piece than this."""

_PLAYBACK_LEAD_S = 0.25
"""Text is held for more context until so much audio is left to play: time enough to speak the next segment."""


@dataclass(frozen=True, slots=True)
class SpeechChunk:
    """At most CHUNK_BYTES_MAX of encoded audio (may be empty), and the progress with it counted in.

    `words` begin in it. `flushed`: it has no audio, and all text before a flush has been spoken.
    """

    audio: bytes = field(repr=False)
    progress: SynthesisProgress
    words: tuple[WordTime, ...] = field(default=(), repr=False)
    flushed: bool = False


class SynthesisPipeline:
    """One request being spoken. `clock` returns seconds: for the stage times, and for how long text is held."""

    def __init__(
        self,
        request: SpeechRequest,
        feed: SegmentFeed,
        *,
        voice: Voice,
        engine: SynthesisEngine,
        clock: Callable[[], float],
    ) -> None:
        self.reduced = False
        """Whether less is to be spent on it, for the sake of others: longer pieces, from the next segment on."""
        self._request = request
        self._feed = feed
        self._voice = voice
        self._engine = engine
        self._clock = clock
        self._engine_rate = _engine_rate(engine.info, encoded_rate(request.format))
        self._encoder = SpeechEncoder(request.format, self._engine_rate)
        self._spoken = SpokenText(knows_words=engine.info.word_timestamps)
        self._pieces: Iterator[SpeechPiece] | None = None
        self._made_samples = 0
        self._segment_began_ms = 0.0
        self._progress = SynthesisProgress()
        self._played_until_s = 0.0
        self._starved = False
        self._finished = False

    @property
    def progress(self) -> SynthesisProgress:
        """What has been spoken so far."""
        return self._progress

    @property
    def played_until_s(self) -> float:
        """When a listener who plays the audio as it is made has none left: the deadline of the next step."""
        return self._played_until_s

    @property
    def starved(self) -> bool:
        """Whether the last step found no text to speak: the next one may come at `resumes_s`, or with more text."""
        return self._starved

    @property
    def resumes_s(self) -> float | None:
        """When text that is held will be spoken although no more comes; None: not before more comes."""
        return self._feed.ready_at

    def step(self) -> tuple[SpeechChunk, ...] | None:
        """One engine step, or the end of a segment; None when the request has been spoken to its end.

        Raises EngineError.
        """
        if self._finished:
            return None
        if self._pieces is None:
            began = self._clock()
            found = self._feed.next(began, self._held_until_s)
            self._starved = found is None and not self._feed.finished
            if isinstance(found, Flushed):
                return (replace(self._chunk(b""), flushed=True),)
            if found is None:
                return () if self._starved else self._finish()
            self._spoken.begin(found.text, found.raw)
            self._segment_began_ms = self._made_ms
            self._pieces = self._speak(found)
            self._spent(text_s=self._clock() - began)
        began = self._clock()
        piece = next(self._pieces, None)
        self._spent(model_s=self._clock() - began)
        if piece is None:
            self._pieces = None
            self._spoken.end(self._made_ms)
            return (self._chunk(b""),)
        self._spoken.add(piece.words, self._segment_began_ms)
        self._made_samples += piece.samples.size
        return self._chunks(self._timed_encode(lambda: self._encoder.encode(piece.samples)))

    def close(self) -> None:
        """Stop; the engine cleans up at the place where it yielded last. No step may be under way."""
        self._finished = True
        pieces, self._pieces = self._pieces, None
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
        self._encoder.close()

    @property
    def _held_until_s(self) -> float:
        return self._played_until_s - _PLAYBACK_LEAD_S

    @property
    def _made_ms(self) -> float:
        return self._made_samples * 1000 / self._engine_rate

    def _speak(self, segment: Segment) -> Iterator[SpeechPiece]:
        return self._engine.synthesize(
            segment.text,
            voice=self._voice.engine_voice,
            language=self._language(segment.text),
            speed=self._request.speed,
            sample_rate=self._engine_rate,
            continues=segment.continues,
            long_pieces=self.reduced,
        )

    def _language(self, segment: str) -> Language:
        if self._request.language != "auto":
            return self._request.language
        return language_of(segment, self._voice.language)

    def _finish(self) -> tuple[SpeechChunk, ...]:
        self._finished = True
        self._spoken.finish(self._feed.rest)
        return self._chunks(self._timed_encode(self._encoder.finish))

    def _timed_encode(self, encode: Callable[[], bytes]) -> bytes:
        began = self._clock()
        audio = encode()
        self._spent(encode_s=self._clock() - began)
        return audio

    def _spent(self, *, text_s: float = 0.0, model_s: float = 0.0, encode_s: float = 0.0) -> None:
        """Add to the stage times."""
        progress = self._progress
        self._progress = replace(
            progress,
            text_ms=progress.text_ms + text_s * 1000,
            model_ms=progress.model_ms + model_s * 1000,
            encode_ms=progress.encode_ms + encode_s * 1000,
        )

    def _chunks(self, audio: bytes) -> tuple[SpeechChunk, ...]:
        """Audio that has just been encoded, cut into chunks that each count what has been spoken with them."""
        if not audio:
            return (self._chunk(b""),)
        before_ms, after_ms = self._progress.audio_ms, self._encoder.audio_ms
        self._played_until_s = max(self._clock(), self._played_until_s) + (after_ms - before_ms) / 1000
        chunks: list[SpeechChunk] = []
        for start in range(0, len(audio), CHUNK_BYTES_MAX):
            part = audio[start : start + CHUNK_BYTES_MAX]
            until_ms = before_ms + (after_ms - before_ms) * (start + len(part)) / len(audio)
            self._progress = replace(self._progress, audio_ms=until_ms)
            chunks.append(self._chunk(part))
        return tuple(chunks)

    def _chunk(self, audio: bytes) -> SpeechChunk:
        words = self._spoken.words_begun(self._progress.audio_ms)
        characters, word_count = self._spoken.counts(self._progress.audio_ms)
        self._progress = replace(self._progress, characters=characters, words=word_count)
        return SpeechChunk(audio, self._progress, words if self._request.word_timestamps else ())


def _engine_rate(info: EngineInfo, wanted: int) -> int:
    """The rate to ask the engine for: the wanted one, else the lowest that loses nothing of it, or of the model."""
    rates = info.native_rates or (info.sample_rate,)
    if wanted in rates:
        return wanted
    return min(rate for rate in rates if rate >= min(wanted, info.sample_rate))
