"""Recognition of one audio stream: bytes in, speech events and transcripts out; it listens, and asks for decodes.

Knows its engines by contract alone. Who calls it, where decodes run, and what goes over the wire is left to serving.
"""

from collections.abc import Callable, Iterator

from hiwar.audio.decoding import PcmDecoder
from hiwar.engines.contracts import EndOfTurnEngine, RecognitionEngine, Samples, VoiceActivityEngine
from hiwar.pipelines.audio_inbox import AudioInbox, Wish
from hiwar.pipelines.endpointing import Endpointer, Turn, quietest
from hiwar.pipelines.hearing import Hearing, Listened
from hiwar.pipelines.partial_pace import PartialPace
from hiwar.pipelines.recollection import Recollection
from hiwar.pipelines.settings import EndpointingSettings, RecognitionSettings
from hiwar.pipelines.turn_hint import hinted_ms
from hiwar.pipelines.utterance import Closing, Span, Utterance
from hiwar.pipelines.utterance_buffer import UtteranceBuffer
from hiwar.pipelines.writing import Writing
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

_QUIET_MS = 96
"""Silence from which on no partial is made, since the early final is near."""
_CUT_SPAN_MS = 96
"""Length of the quiet place that a cut looks for."""

_MOVES_MAX = 400
"""Bound of one call: about 8 s of audio, or 0.1 s of compute."""

_FIRST_PARTIAL_DUE_MS, _PARTIAL_DUE_MS = 100, 1_000
"""When streams compete, finals and first words go before a later partial that is younger than this."""


class RecognitionPipeline:
    """One recognition stream. `accept`, `finalize` and `finish` only take note; `listen` works on it, in their order.

    `listen` is quick: it finds speech and its end, and is to be called when audio came or a hearing is done. What costs
    is a `Hearing`, run by the caller while `listen` may be called on: at most one of each at a time, on any threads.
    Partials are made of what has arrived. Finals do not depend on the chunks that the audio came in, but for the words
    that partials have settled.
    """

    def __init__(
        self,
        config: RecognitionConfig,
        recognizer: RecognitionEngine,
        voice_activity: VoiceActivityEngine,
        settings: RecognitionSettings | None = None,
        end_of_turn: EndOfTurnEngine | None = None,
    ) -> None:
        self._config = config
        self._settings = settings = settings or RecognitionSettings()
        self.pace = PartialPace(settings)
        self._recognizer = recognizer
        self._end_of_turn = end_of_turn
        self._inbox = AudioInbox(config.encoding.bytes_per_s(config.sample_rate), settings.pending_max_ms)
        self._decoder = PcmDecoder(config.encoding, config.sample_rate)
        self._decoded: Iterator[Samples] = iter(())
        self._buffer = UtteranceBuffer(_samples(settings.pre_roll_ms + settings.utterance_max_ms + _SLACK_MS))
        self._writing = Writing(config)
        self._voice = voice_activity.open() if config.voice_activity else None
        self._window = voice_activity.window_samples
        self._asked_ms = settings.endpointing_ms if config.endpointing_ms is None else config.endpointing_ms
        self._endpointer = Endpointer(
            EndpointingSettings(speech_start_ms=settings.speech_start_ms, endpointing_ms=self._asked_ms),
            self._window / _SAMPLES_PER_MS,
        )
        self._recollection = Recollection(settings)
        self._utterance: Utterance | None = None
        self._segments = 0
        # Positions in samples at 16 kHz from the start of the stream.
        self._heard = 0
        self._start = 0
        self._voice_start = 0
        self._released = 0
        self._hearing: Hearing | None = None
        self._heard_for: Span | None = None
        self._closing: Closing | None = None

    @property
    def audio_ms(self) -> int:
        """Audio decoded so far; once a stream is finished, its length."""
        return self._buffer.end // _SAMPLES_PER_MS

    @property
    def is_behind(self) -> bool:
        """Whether some of what was accepted is still to be listened to."""
        return self._inbox.is_waiting or self._closing is not None

    def accept(self, audio: bytes) -> None:
        """Take the next bytes of the stream, of any number. Raises HiwarError when too much waits for `listen`."""
        self._inbox.put(audio)

    def finalize(self) -> None:
        """End the utterance after the audio accepted so far."""
        self._inbox.wish(Wish.FINALIZE)

    def finish(self) -> None:
        """No more audio: what is pending gets its final."""
        self._inbox.wish(Wish.FINISH)

    def listen(self) -> Listened:
        """Work on what was accepted, and take in the hearing that is done. Raises EngineError."""
        events: list[RecognitionEvent] = []
        if self._hearing is not None and self._hearing.done:
            self._say(self._hearing.transcript, events)
            self._hearing = None
        moves = 0
        while moves < _MOVES_MAX and self._advance(events):
            moves += 1
        more = moves == _MOVES_MAX
        return Listened(tuple(events), None if more else self._ask(), more)

    def close(self) -> None:
        """Let go of everything that waits. No hearing runs any more."""
        self._inbox.clear()
        self._decoder.close()
        self._decoded = iter(())
        self._utterance = self._hearing = self._closing = None
        self._buffer.drop_before(self._buffer.end)
        self._heard = self._buffer.end

    def _advance(self, events: list[RecognitionEvent]) -> bool:
        """One move; False when there is nothing to do before audio comes, or a hearing is done."""
        if self._closing is not None:
            return self._close_segment(self._closing, events)
        if self._voice is not None and self._buffer.end - self._heard >= self._window:
            window = self._buffer.view(self._heard, self._heard + self._window)
            self._turn(self._voice.probability(window), events)
            return True
        if self._utterance is not None and self._buffer.end - self._start >= _samples(self._settings.utterance_max_ms):
            self._cut()
            return True
        if (samples := next(self._decoded, None)) is not None:
            self._append(samples, events)
            return True
        item = self._inbox.take()
        if item is None:
            return False
        if isinstance(item, bytes):
            self._decoded = self._decoder.decode(item)
        elif item is not Wish.END:
            # What the resampler held back is heard before the end.
            self._inbox.put_back(Wish.END)
            self._append(self._decoder.flush(), events)
        else:
            self._endpointer.reset()
            self._end(self._buffer.end)
        return True

    def _append(self, samples: Samples, events: list[RecognitionEvent]) -> None:
        self._buffer.drop_before(self._needed())
        self._buffer.append(samples)
        if self._voice is None:
            self._heard = self._buffer.end
            if self._utterance is None and self._buffer.end > self._released:
                self._begin(self._released, self._released, events)

    def _needed(self) -> int:
        """The oldest position that may still be asked for."""
        start, voice = self._start, self._voice_start
        if self._utterance is None:
            voice = self._endpointer.first_voice * self._window if self._voice is not None else self._heard
            start = min(self._heard, max(self._released, voice - _samples(self._settings.pre_roll_ms)))
        return self._recollection.needed(start, voice, self._buffer.end)

    def _turn(self, probability: float, events: list[RecognitionEvent]) -> None:
        turn = self._endpointer.hear(probability)
        self._heard += self._window
        if turn is Turn.STARTED:
            voice = max(self._released, self._endpointer.first_voice * self._window)
            self._begin(max(self._released, voice - _samples(self._settings.pre_roll_ms)), voice, events)
        elif turn is Turn.ENDED:
            self._end(self._heard)

    def _begin(self, start: int, voice_start: int, events: list[RecognitionEvent], context: str = "") -> None:
        self._start = start
        self._voice_start = voice_start
        self.pace.begin(voice_start / _SAMPLES_PER_MS)
        self._utterance = Utterance(
            self._segments, self._config, self._settings.utterance, self._recognizer, context=context
        )
        events.append(SpeechStarted(self._segments, voice_start // _SAMPLES_PER_MS))
        self._segments += 1

    def _end(self, limit: int) -> None:
        if self._utterance is not None:
            span = self._span()
            self._closing = Closing(span, self._stop(span, limit), is_cut=False)

    def _cut(self) -> None:
        """End an utterance that got too long in the quietest place; the next one begins right there."""
        search = self._heard - _samples(min(self._settings.cut_search_ms, self._settings.utterance_max_ms // 2))
        cut = search + quietest(self._buffer.view(search, self._heard), _samples(_CUT_SPAN_MS))
        self._closing = Closing(Span(self._start, self._voice_start, cut), cut, is_cut=True)

    def _close_segment(self, closing: Closing, events: list[RecognitionEvent]) -> bool:
        """Send the final, once it is made."""
        if self._hearing is not None or self._utterance is None or not self._utterance.has_final(closing.span):
            return False
        span = closing.span
        final = self._utterance.final
        self._say(final, events)
        self._recollection.keep(final, span)
        events.append(SpeechEnded(self._segments - 1, span.voice_end // _SAMPLES_PER_MS))
        self._released = closing.stop
        self._utterance = self._closing = None
        if closing.is_cut:
            self._buffer.drop_before(closing.stop)
            self._begin(closing.stop, closing.stop, events, context=final.text if final else "")
        return True

    def _ask(self) -> Hearing | None:
        """The hearing that is due now, if it does not run already; one that is no longer due is abandoned."""
        utterance = self._utterance
        if utterance is None:
            return None
        closing = self._closing
        span = closing.span if closing else self._span()
        silence_ms = self._endpointer.silence_ms if self._voice is not None else 0
        wants_final = closing is not None or silence_ms >= self._settings.speculative_final_ms
        heard_for = span if wants_final else None
        if self._hearing is not None:
            if self._heard_for == heard_for or not self._hearing.abandon():
                return None
            self._hearing = None
        if closing is not None:
            self._hearing = self._final(utterance, span, closing.stop, due_ms=0)
        elif wants_final and not utterance.has_final(span):
            due_ms = max(1, self._endpointer.endpointing_ms - silence_ms)
            self._hearing = self._final(utterance, span, self._stop(span, self._heard), due_ms=due_ms)
        elif self._config.interim_results and silence_ms < _QUIET_MS:
            heard_ms, is_first = self._heard / _SAMPLES_PER_MS, not utterance.has_shown
            self._hearing = self._partial(utterance) if self.pace.is_due(heard_ms, is_first=is_first) else None
        self._heard_for = heard_for
        return self._hearing

    def _partial(self, utterance: Utterance) -> Hearing:
        asked_at = self._heard

        def decode(wanted: Callable[[], bool]) -> Transcript | None:
            heard = self._heard  # more may have arrived since it was asked for
            self.pace.begun(asked_at / _SAMPLES_PER_MS, heard / _SAMPLES_PER_MS)
            samples = self._buffer.view(self._start, heard)
            return utterance.partial(samples, self._span(), settle=self._settles(heard), wanted=wanted)

        due_ms = _PARTIAL_DUE_MS if utterance.has_shown else _FIRST_PARTIAL_DUE_MS
        return Hearing(decode, due_ms=due_ms, audio_ms=asked_at // _SAMPLES_PER_MS)

    def _final(self, utterance: Utterance, span: Span, stop: int, due_ms: float) -> Hearing:
        """One that is due at once is sent as soon as it is made; before, it may only be a pause."""
        samples = self._buffer.view(self._start, stop)
        recall = self._recollection.recall(self._buffer, self._voice_start, stop)
        settle = self._settles(stop)

        def decode(wanted: Callable[[], bool]) -> Transcript | None:
            utterance.make_final(samples, span, recall, wanted)
            if not due_ms:
                return None
            self._take_hint(samples)
            return utterance.show_final(settle=settle) if self._config.interim_results else None

        return Hearing(decode, due_ms=due_ms, audio_ms=stop // _SAMPLES_PER_MS)

    def _take_hint(self, samples: Samples) -> None:
        """Let the utterance end sooner or later than asked for, by how finished it sounds."""
        if self._end_of_turn is not None:
            over = self._end_of_turn.probability(samples)
            audio_ms = len(samples) // _SAMPLES_PER_MS
            self._endpointer.endpointing_ms = hinted_ms(over, audio_ms, self._asked_ms, self._settings.turn)

    def _settles(self, heard: int) -> bool:
        """Near the longest utterance nothing settles any more: the cut may come before it."""
        return heard - self._start <= _samples(self._settings.utterance_max_ms - self._settings.cut_search_ms)

    def _span(self) -> Span:
        voice_end = self._endpointer.voice_end * self._window if self._voice is not None else self._buffer.end
        return Span(self._start, self._voice_start, max(self._voice_start, voice_end))

    def _stop(self, span: Span, limit: int) -> int:
        return min(limit, span.voice_end + _samples(self._settings.speculative_final_ms))

    def _say(self, transcript: Transcript | None, events: list[RecognitionEvent]) -> None:
        if transcript is not None:
            events.append(self._writing.of(transcript))


def _samples(milliseconds: int) -> int:
    return milliseconds * _SAMPLES_PER_MS
