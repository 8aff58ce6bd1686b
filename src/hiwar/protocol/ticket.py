"""One request of a synthesis connection, from its arrival to its `synthesis_complete`."""

from dataclasses import dataclass, field
from typing import Literal

from hiwar.errors import HiwarError
from hiwar.protocol.messages import SynthesisComplete
from hiwar.vocabulary import SpeechRequest, SynthesisProgress


@dataclass(slots=True)
class Ticket:
    """A request, or its refusal waiting for its turn. Times in seconds of the session's clock."""

    request_id: str
    received_s: float
    request: SpeechRequest | None = field(default=None, repr=False)
    refusal: HiwarError | None = None
    started_s: float | None = None
    first_audio_s: float | None = None
    progress: SynthesisProgress = field(default_factory=SynthesisProgress)

    def complete(self, status: Literal["ok", "cancelled", "failed"], now: float) -> SynthesisComplete:
        """The message that ends it; counts what was sent, whatever the status."""
        waited_s = (now if self.started_s is None else self.started_s) - self.received_s
        first_s = None if self.first_audio_s is None else self.first_audio_s - self.received_s
        return SynthesisComplete(
            request_id=self.request_id,
            status=status,
            audio_ms=round(self.progress.audio_ms),
            characters=self.progress.characters,
            words=self.progress.words,
            ttfc_ms=None if first_s is None else round(first_s * 1000, 3),
            queue_ms=round(waited_s * 1000, 3),
            text_ms=round(self.progress.text_ms, 3),
            model_ms=round(self.progress.model_ms, 3),
            encode_ms=round(self.progress.encode_ms, 3),
        )
