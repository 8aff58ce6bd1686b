"""What a session wants done: its only output. The driver (server) or the client carries these out, in order."""

from dataclasses import dataclass, field

from hiwar.errors import HiwarError
from hiwar.protocol.messages import ErrorEvent, ServerMessage
from hiwar.vocabulary import SpeechRequest

NORMAL_CLOSURE = 1000
GOING_AWAY = 1001


@dataclass(frozen=True, slots=True)
class Send:
    """Send one text message."""

    message: ServerMessage


@dataclass(frozen=True, slots=True)
class SendAudio:
    """Send one binary frame."""

    audio: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CheckCredentials:
    """Look the credential up, then call `signed_in` or `refused`."""

    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StartSynthesis:
    """Begin to compute this request; its audio goes through `audio`, its end through `completed` or `failed`.

    When its text is None, AddText, FlushText and EndText bring the text.
    """

    request: SpeechRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddText:
    """The next piece of the text of the request that was started last."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlushText:
    """Speak what is held of that text without waiting for more, then call `flushed`."""


@dataclass(frozen=True, slots=True)
class EndText:
    """No more text of it follows."""


@dataclass(frozen=True, slots=True)
class StopSynthesis:
    """Nobody waits for this request any more: stop computing it."""

    request_id: str


@dataclass(frozen=True, slots=True)
class FeedAudio:
    """Give this audio to the recogniser."""

    audio: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndUtterance:
    """End the current utterance now."""


@dataclass(frozen=True, slots=True)
class EndStream:
    """No more audio follows: answer everything pending, then call `completed`."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection with this WebSocket code."""

    code: int
    reason: str


TtsEffect = Send | SendAudio | CheckCredentials | StartSynthesis | AddText | FlushText | EndText | StopSynthesis | Close
AsrEffect = Send | CheckCredentials | FeedAudio | EndUtterance | EndStream | Close


def error_event(error: HiwarError, request_id: str | None = None) -> Send:
    """The `error` message for an error; the connection stays usable."""
    return Send(ErrorEvent(error.code, error.message, error.retryable, request_id, error.retry_after_ms))


def fatal(error: HiwarError, request_id: str | None = None) -> tuple[Send, Close]:
    """The `error` message and the close that an error ends a connection with. The reason is the stable code."""
    return error_event(error, request_id), Close(error.status.websocket_close, error.code)
