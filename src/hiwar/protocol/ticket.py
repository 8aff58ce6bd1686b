"""One request of a synthesis connection, from its arrival to its `synthesis_complete`, and what is said about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from hiwar.errors import HiwarError
from hiwar.protocol.effects import Send, SendAudio, StartSynthesis, TtsEffect, error_event
from hiwar.protocol.messages import Flushed, SynthesisComplete, SynthesisStarted, WordSpoken, WordTimestamps
from hiwar.protocol.piecewise_text import PiecewiseText
from hiwar.vocabulary import SpeechRequest, SynthesisProgress, WordTime

Effects = tuple[TtsEffect, ...]


@dataclass(slots=True, eq=False)
class Ticket:
    """A request, or its refusal waiting for its turn. Times in seconds of the session's clock."""

    request_id: str
    received_s: float
    asked: SpeechRequest | HiwarError = field(repr=False)
    """What to speak, or why that is refused."""
    text: PiecewiseText | None = None
    """The text of a request that does not carry it."""
    started_s: float | None = None
    first_audio_s: float | None = None
    first: SynthesisProgress = field(default_factory=SynthesisProgress)
    """The progress with the first audio."""
    progress: SynthesisProgress = field(default_factory=SynthesisProgress)

    @property
    def awaits_text(self) -> bool:
        """Whether its client may still send text for it."""
        return self.text is not None and not self.text.ended

    @property
    def heard_until_s(self) -> float:
        """When a client that plays its audio as it comes has heard all of it."""
        return self.received_s if self.first_audio_s is None else self.first_audio_s + self.progress.audio_ms / 1000

    def started(self, request: SpeechRequest, now: float) -> Effects:
        """Its turn has come: say so, and have it spoken."""
        self.started_s = now
        audio = request.format
        started = SynthesisStarted(self.request_id, request.voice, audio.encoding, audio.sample_rate)
        return Send(started), StartSynthesis(request), *(() if self.text is None else self.text.begin())

    def spoken(self, audio: bytes, progress: SynthesisProgress, now: float, words: Sequence[WordTime]) -> Effects:
        """Its next audio; the words that begin in it go before, when they were asked for."""
        self.progress = progress
        effects: list[TtsEffect] = []
        if words and isinstance(self.asked, SpeechRequest) and self.asked.word_timestamps:
            spoken = tuple(WordSpoken(word.text, word.start_ms, word.end_ms) for word in words)
            effects.append(Send(WordTimestamps(self.request_id, spoken)))
        if audio:
            if self.first_audio_s is None:
                self.first_audio_s, self.first = now, progress
            effects.append(SendAudio(audio))
        return tuple(effects)

    def flushed(self, progress: SynthesisProgress) -> Effects:
        """The answer to its oldest flush; nothing when none waits for one."""
        if self.text is None or not self.text.flushed():
            return ()
        self.progress = progress
        return (Send(Flushed(self.request_id, round(progress.audio_ms), progress.characters, progress.words)),)

    def failed(self, error: HiwarError, now: float) -> Effects:
        """It is refused, or could not be spoken to its end."""
        return error_event(error, self.request_id), Send(self.complete("failed", now))

    def complete(self, status: Literal["ok", "cancelled", "failed"], now: float) -> SynthesisComplete:
        """The message that ends it; counts what was sent, whatever the status."""
        waited_s = (now if self.started_s is None else self.started_s) - self.received_s
        ttfc_s = self._ttfc_s()
        return SynthesisComplete(
            request_id=self.request_id,
            status=status,
            audio_ms=round(self.progress.audio_ms),
            characters=self.progress.characters,
            words=self.progress.words,
            ttfc_ms=None if ttfc_s is None else round(ttfc_s * 1000, 3),
            queue_ms=round(waited_s * 1000, 3),
            text_ms=round(self.progress.text_ms, 3),
            model_ms=round(self.progress.model_ms, 3),
            encode_ms=round(self.progress.encode_ms, 3),
            first_text_ms=round(self.first.text_ms, 3),
            first_model_ms=round(self.first.model_ms, 3),
            first_encode_ms=round(self.first.encode_ms, 3),
        )

    def _ttfc_s(self) -> float | None:
        """From the arrival of something to speak, which may come long after a `start`, to the first audio."""
        asked_s = self.received_s if self.text is None else self.text.first_text_s
        return None if self.first_audio_s is None or asked_s is None else self.first_audio_s - asked_s
