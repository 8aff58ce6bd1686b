"""Recognition of one audio stream: bytes in, speech events and transcripts out, at most one decode a step.

Knows its engines by contract alone. Who calls it, on which thread, and what goes over the wire is left to serving.
"""

from enum import Enum

from hiwar.audio.decoding import PcmDecoder
from hiwar.engines.contracts import RecognitionEngine, Samples, VoiceActivityEngine
from hiwar.pipelines.audio_inbox import AudioInbox, Wish
from hiwar.pipelines.endpointing import Endpointer, Turn, quietest
from hiwar.pipelines.settings import EndpointingSettings, RecognitionSettings
from hiwar.pipelines.utterance import Recall, Span, Utterance
from hiwar.pipelines.utterance_buffer import UtteranceBuffer
from hiwar.vocabulary import (
    MODEL_SAMPLE_RATE,
    RecognitionConfig,
    RecognitionEvent,
    SpeechEnded,
    SpeechStarted,
    Transcript,
)

_SAMPLES_PER_MS = MODEL_SAMPLE_RATE // 1000

_SLACK_MS = 2_000
"""Room beside the longest utterance: a piece of audio, what a resampler held back, the beginning of speech."""

_RECALL_SLACK_MS = 1_000
"""Kept beyond the limit, so that what is recalled does not depend on the chunks that the audio came in."""

_QUIET_MS = 96
"""Silence from which on no partial is made, since the early final is near."""

_CUT_SPAN_MS = 96
"""Length of the quiet place that a cut looks for."""

_MOVES_PER_STEP = 400
"""Bound of a step that needs no decode: about 10 s of audio, or 0.1 s of compute."""


class _Progress(Enum):
    MOVED = "moved"
    DECODED = "decoded"
    WAITING = "waiting"


class RecognitionPipeline:
    """One recognition stream. `accept`, `finalize` and `finish` only take note; `step` does the work, in their order.

    Finals do not depend on the chunks that the audio came in; partials are made of what has arrived. Not thread-safe.
    """

    def __init__(
        self,
        config: RecognitionConfig,
        recognizer: RecognitionEngine,
        voice_activity: VoiceActivityEngine,
        settings: RecognitionSettings | None = None,
    ) -> None:
        self._config = config
        self._settings = settings = settings or RecognitionSettings()
        self._recognizer = recognizer
        self._inbox = AudioInbox(config.sample_rate * config.encoding.bytes_per_sample, settings.pending_max_ms)
        self._decoder = PcmDecoder(config.encoding, config.sample_rate)
        self._buffer = UtteranceBuffer(_samples(settings.pre_roll_ms + settings.utterance_max_ms + _SLACK_MS))
        self._voice = voice_activity.open() if config.voice_activity else None
        self._window = voice_activity.window_samples
        asked_ms = config.endpointing_ms
        self._endpointer = Endpointer(
            EndpointingSettings(
                speech_start_ms=settings.speech_start_ms,
                endpointing_ms=settings.endpointing_ms if asked_ms is None else asked_ms,
            ),
            self._window / _SAMPLES_PER_MS,
        )
        self._recall_max = _samples(min(settings.recall_max_ms, settings.utterance_max_ms))
        self._segments = 0
        self._utterance: Utterance | None = None
        # Positions in samples at 16 kHz from the start of the stream.
        self._heard = 0
        self._start = 0
        self._voice_start = 0
        self._released = 0
        self._asked_at = 0
        self._said: Transcript | None = None
        self._said_from = 0
        self._said_until = 0

    @property
    def audio_ms(self) -> int:
        """Audio accepted so far."""
        return self._inbox.audio_ms

    def accept(self, audio: bytes) -> None:
        """Take the next bytes of the stream, of any number. Raises HiwarError when too much waits for `step`."""
        self._inbox.put(audio)

    def finalize(self) -> None:
        """End the utterance after the audio accepted so far."""
        self._inbox.wish(Wish.FINALIZE)

    def finish(self) -> None:
        """No more audio: what is pending gets its final."""
        self._inbox.wish(Wish.FINISH)

    def step(self) -> tuple[RecognitionEvent, ...] | None:
        """Work on what was accepted, up to one decode. None when nothing is left to do.

        A final in doubt may take a second decode. Raises EngineError, after which the stream cannot go on.
        """
        events: list[RecognitionEvent] = []
        for _ in range(_MOVES_PER_STEP):
            progress = self._advance(events)
            if progress is _Progress.WAITING:
                return tuple(events) or None
            if progress is _Progress.DECODED:
                break
        return tuple(events)

    def close(self) -> None:
        """Let go of everything that waits; `step` has nothing to do any more."""
        self._inbox.clear()
        self._utterance = None
        self._buffer.drop_before(self._buffer.end)
        self._heard = self._buffer.end

    def _advance(self, events: list[RecognitionEvent]) -> _Progress:
        if self._voice is not None and self._buffer.end - self._heard >= self._window:
            window = self._buffer.view(self._heard, self._heard + self._window)
            return self._turn(self._voice.probability(window), events)
        utterance = self._utterance
        if utterance is not None and self._buffer.end - self._start >= _samples(self._settings.utterance_max_ms):
            return self._cut(utterance, events)
        item = self._inbox.take()
        if item is None:
            return self._listen(utterance, events)
        if isinstance(item, bytes):
            return self._append(self._decoder.decode(item), events)
        if item is not Wish.END:
            # What the resampler held back, up to 115 ms at 8 kHz, is heard before the end.
            self._inbox.put_back(Wish.END)
            return self._append(self._decoder.flush(), events)
        self._endpointer.reset()
        return self._end(utterance, events, self._buffer.end)

    def _append(self, samples: Samples, events: list[RecognitionEvent]) -> _Progress:
        self._buffer.drop_before(self._needed())
        self._buffer.append(samples)
        if self._voice is None:
            self._heard = self._buffer.end
            if self._utterance is None and self._buffer.end > self._released:
                self._begin(self._released, self._released, events)
        return _Progress.MOVED

    def _needed(self) -> int:
        """The oldest position that may still be asked for."""
        start, voice = self._start, self._voice_start
        if self._utterance is None:
            voice = self._endpointer.first_voice * self._window if self._voice is not None else self._heard
            start = min(self._heard, max(self._released, voice - _samples(self._settings.pre_roll_ms)))
        recall_max = self._recall_max + _samples(_RECALL_SLACK_MS)
        if self._is_near(voice) and self._buffer.end - self._said_from <= recall_max:
            return min(start, self._said_from)
        return start

    def _is_near(self, voice_start: int) -> bool:
        gap = voice_start - self._said_until
        return self._said is not None and gap <= _samples(self._settings.recall_gap_ms)

    def _recall(self, stop: int) -> Recall | None:
        """The utterance before and this one, if they are near, and short enough to be heard together."""
        if self._said is None or not self._is_near(self._voice_start) or self._buffer.begin > self._said_from:
            return None
        if stop - self._said_from > self._recall_max:
            return None
        return Recall(self._said, self._buffer.view(self._said_from, stop))

    def _turn(self, probability: float, events: list[RecognitionEvent]) -> _Progress:
        turn = self._endpointer.hear(probability)
        self._heard += self._window
        if turn is Turn.STARTED:
            voice = max(self._released, self._endpointer.first_voice * self._window)
            self._begin(max(self._released, voice - _samples(self._settings.pre_roll_ms)), voice, events)
        elif turn is Turn.ENDED:
            return self._end(self._utterance, events, self._heard)
        return _Progress.MOVED

    def _begin(self, start: int, voice_start: int, events: list[RecognitionEvent]) -> None:
        self._start = start
        self._voice_start = self._asked_at = voice_start
        self._utterance = Utterance(self._segments, self._config, self._settings.utterance, self._recognizer)
        events.append(SpeechStarted(self._segments, voice_start // _SAMPLES_PER_MS))
        self._segments += 1

    def _end(self, utterance: Utterance | None, events: list[RecognitionEvent], limit: int) -> _Progress:
        if utterance is None:
            return _Progress.MOVED
        span = self._span()
        stop = self._stop(span, limit)
        final = utterance.final(self._buffer.view(self._start, stop), span, self._recall(stop))
        self._close_segment(final, span, stop, events)
        return _Progress.DECODED

    def _cut(self, utterance: Utterance, events: list[RecognitionEvent]) -> _Progress:
        """End an utterance that got too long in the quietest place, and begin the next one right there."""
        latest_ms = min(self._settings.cut_search_ms, self._settings.utterance_max_ms // 2)
        search = self._heard - _samples(latest_ms)
        cut = search + quietest(self._buffer.view(search, self._heard), _samples(_CUT_SPAN_MS))
        span = Span(self._start, self._voice_start, cut)
        final = utterance.final(self._buffer.view(self._start, cut), span)
        self._close_segment(final, span, cut, events)
        self._buffer.drop_before(cut)
        self._begin(cut, cut, events)
        return _Progress.DECODED

    def _close_segment(
        self, final: Transcript | None, span: Span, released: int, events: list[RecognitionEvent]
    ) -> None:
        self._say(final, events)
        self._said, self._said_from, self._said_until = final, span.start, span.voice_end
        events.append(SpeechEnded(self._segments - 1, span.voice_end // _SAMPLES_PER_MS))
        self._released = released
        self._utterance = None

    def _listen(self, utterance: Utterance | None, events: list[RecognitionEvent]) -> _Progress:
        """Nothing waits: make the early final or a partial, when one of them is due."""
        if utterance is None:
            return _Progress.WAITING
        span = self._span()
        settle = self._heard - self._start <= _samples(self._settings.utterance_max_ms - self._settings.cut_search_ms)
        silence_ms = self._endpointer.silence_ms if self._voice is not None else 0
        if silence_ms >= self._settings.speculative_final_ms:
            if utterance.has_final(span):
                return _Progress.WAITING
            stop = self._stop(span, self._heard)
            samples = self._buffer.view(self._start, stop)
            self._say(utterance.early_final(samples, span, self._recall(stop), settle=settle), events)
            return _Progress.DECODED
        due = self._heard - self._asked_at >= _samples(self._settings.partial_interval_ms)
        if not (due and self._config.interim_results and silence_ms < _QUIET_MS):
            return _Progress.WAITING
        self._asked_at = self._heard
        self._say(utterance.partial(self._buffer.view(self._start, self._heard), span, settle=settle), events)
        return _Progress.DECODED

    def _span(self) -> Span:
        voice_end = self._endpointer.voice_end * self._window if self._voice is not None else self._buffer.end
        return Span(self._start, self._voice_start, max(self._voice_start, voice_end))

    def _stop(self, span: Span, limit: int) -> int:
        return min(limit, span.voice_end + _samples(self._settings.speculative_final_ms))

    @staticmethod
    def _say(transcript: Transcript | None, events: list[RecognitionEvent]) -> None:
        if transcript is not None:
            events.append(transcript)


def _samples(milliseconds: int) -> int:
    return milliseconds * _SAMPLES_PER_MS
