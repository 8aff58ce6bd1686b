"""The faces of the server, and how much of the messages each of them can say. Data only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Face(StrEnum):
    """A way to the one core."""

    MEMORY = "memory"
    WEBSOCKET = "websocket"
    GRPC = "grpc"
    REST = "rest"


class CannotCarryError(Exception):
    """A face has no form for a step; the text says why."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What of the messages a face says. A step about a message or a field that it does not say is passed over."""

    silent: Collection[str] = ()
    """Types of messages that it has no form for."""
    late: Collection[str] = ()
    """Types that come with what follows them: a step about one is held until it comes."""
    fields: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By type: the fields it says. All of those that are not named."""
    headers: Collection[str] | None = None
    """Headers that a handshake is answered with; None has all."""
    error_ends: bool = False
    """Whether an error is the last word on its request, with no `synthesis_complete` behind it."""


TELLING: Mapping[Face, Telling] = {
    Face.MEMORY: Telling(),
    Face.WEBSOCKET: Telling(),
    # The end of a call is its `done`, the summary its `cancelled`; what the audio is comes with its first bytes.
    Face.GRPC: Telling(
        silent=("ready", "done", "cancelled"),
        late=("synthesis_started",),
        headers=("x-request-id",),
        error_ends=True,
    ),
    # A response is its audio and no more; its error is a response of its own.
    Face.REST: Telling(
        silent=("ready", "speech_started", "speech_ended", "partial", "word_timestamps", "cancelled", "flushed"),
        fields={
            "synthesis_started": ("type", "request_id", "format"),
            "synthesis_complete": ("type", "request_id", "status"),
            "final": ("type", "segment", "transcript", "confidence", "start_ms", "end_ms", "words"),
            "done": ("type", "audio_ms", "segments", "request_id"),
        },
        error_ends=True,
    ),
}
