"""Every text message on the WebSocket, once: the codec, both session roles and the docs read these definitions.

Times end in `_ms`. Audio travels beside these, as binary frames.
"""

from typing import Literal

import msgspec

from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import DEFAULT_VOICE, AudioEncoding, Language, LanguageChoice, SpeechFormat


class SignIn(msgspec.Struct, frozen=True, omit_defaults=True):
    """First frame of a client that could not set headers: an API key, or a JWT."""

    api_key: str | None = msgspec.field(default=None, name="x-api-key")
    token: str | None = None


class Synthesize(msgspec.Struct, frozen=True, omit_defaults=True):
    """A whole synthesis request. It has no `type`; every field but `text` has a default."""

    text: str
    voice: str = DEFAULT_VOICE
    format: SpeechFormat = SpeechFormat.PCM
    sample_rate: int | None = None
    speed: float = 1.0
    language: LanguageChoice = "auto"
    request_id: str | None = None
    word_timestamps: bool = False


class Start(msgspec.Struct, frozen=True, tag="start", tag_field="type", omit_defaults=True):
    """Begin a request whose text arrives piece by piece; `Text` follows, then `Finish`. Fields as in `Synthesize`."""

    voice: str = DEFAULT_VOICE
    format: SpeechFormat = SpeechFormat.PCM
    sample_rate: int | None = None
    speed: float = 1.0
    language: LanguageChoice = "auto"
    request_id: str | None = None
    word_timestamps: bool = False


class Text(msgspec.Struct, frozen=True, tag="text", tag_field="type"):
    """The next piece of text of the request that `Start` began; cut anywhere, as a language model gives it."""

    text: str


class Flush(msgspec.Struct, frozen=True, tag="flush", tag_field="type"):
    """Speak all text so far without waiting for more; answered by `flushed`."""


class Cancel(msgspec.Struct, frozen=True, tag="cancel", tag_field="type", omit_defaults=True):
    """Stop one synthesis request, or all of the connection's when `request_id` is absent."""

    request_id: str | None = None


class Finalize(msgspec.Struct, frozen=True, tag="finalize", tag_field="type"):
    """End the current utterance now."""


class Finish(msgspec.Struct, frozen=True, tag="finish", tag_field="type"):
    """No more follows. Audio: everything pending is answered, then `done`. Text: the request is spoken to its end."""


class KeepAlive(msgspec.Struct, frozen=True, tag="keepalive", tag_field="type"):
    """The client is there although it sends no audio."""


class SynthesisStarted(msgspec.Struct, frozen=True, tag="synthesis_started", tag_field="type"):
    """The request's audio follows, as binary frames in this format."""

    request_id: str
    voice: str
    format: SpeechFormat
    sample_rate: int
    channels: int = 1


class WordSpoken(msgspec.Struct, frozen=True):
    """A word with its times in ms from the start of the request's audio."""

    word: str
    start_ms: int
    end_ms: int


class WordTimestamps(msgspec.Struct, frozen=True, tag="word_timestamps", tag_field="type"):
    """The words that begin in the audio that follows. Sent when the request asked for them."""

    request_id: str
    words: tuple[WordSpoken, ...]


class Flushed(msgspec.Struct, frozen=True, tag="flushed", tag_field="type"):
    """Answers `flush`: the audio of all text before it has been sent. The counts are those of the request so far."""

    request_id: str
    audio_ms: int
    characters: int
    words: int


class SynthesisComplete(msgspec.Struct, frozen=True, tag="synthesis_complete", tag_field="type"):
    """The request is over. `characters`, `words` and `audio_ms` count what was sent, whatever the status.

    `ttfc_ms` runs from the request's arrival to its first audio; the stage times add up over
    the whole request, those that begin with `first_` up to its first audio.
    """

    request_id: str
    status: Literal["ok", "cancelled", "failed"]
    audio_ms: int = 0
    characters: int = 0
    words: int = 0
    ttfc_ms: float | None = None
    queue_ms: float = 0.0
    text_ms: float = 0.0
    model_ms: float = 0.0
    encode_ms: float = 0.0
    first_text_ms: float = 0.0
    first_model_ms: float = 0.0
    first_encode_ms: float = 0.0


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled", tag_field="type"):
    """Acknowledges `cancel`: no further audio of these requests follows. Empty when there was nothing to stop."""

    request_ids: tuple[str, ...]


class ErrorEvent(msgspec.Struct, frozen=True, tag="error", tag_field="type", omit_defaults=True):
    """Something was refused. The connection stays usable unless it is closed right after."""

    code: ErrorCode
    message: str
    retryable: bool
    request_id: str | None = None
    retry_after_ms: int | None = None

    def as_error(self) -> HiwarError:
        """What to raise where there is no stream to tell it on."""
        return HiwarError(self.code, self.message, self.retry_after_ms, retryable=self.retryable)


class Ready(msgspec.Struct, frozen=True, tag="ready", tag_field="type"):
    """Signed in: what the stream will hear and how."""

    request_id: str
    language: LanguageChoice
    sample_rate: int
    encoding: AudioEncoding
    interim_results: bool


class SpeechStartedEvent(msgspec.Struct, frozen=True, tag="speech_started", tag_field="type"):
    """Voice began at `start_ms` of the stream."""

    request_id: str
    segment: int
    start_ms: int


class WordTiming(msgspec.Struct, frozen=True):
    """A word with its times in the stream and its confidence, 0 to 1."""

    word: str
    start_ms: int
    end_ms: int
    confidence: float


class Partial(msgspec.Struct, frozen=True, tag="partial", tag_field="type"):
    """What the utterance is heard to say so far. `stable` is the prefix of `transcript` that never changes again."""

    request_id: str
    segment: int
    transcript: str
    stable: str
    confidence: float
    language: Language
    start_ms: int
    end_ms: int
    audio_to_emit_ms: int


class Final(msgspec.Struct, frozen=True, tag="final", tag_field="type", omit_defaults=True):
    """What the utterance said. `words` and `itn`, the transcript with spoken numbers as digits, come when asked for."""

    request_id: str
    segment: int
    transcript: str
    confidence: float
    language: Language
    start_ms: int
    end_ms: int
    audio_to_emit_ms: int
    words: tuple[WordTiming, ...] | None = None
    itn: str | None = None


class SpeechEndedEvent(msgspec.Struct, frozen=True, tag="speech_ended", tag_field="type"):
    """The utterance's voice ended at `end_ms`."""

    request_id: str
    segment: int
    end_ms: int


class Done(msgspec.Struct, frozen=True, tag="done", tag_field="type"):
    """What was taken has been answered; close 1000 follows, or 1001 when the server stops. `segments` counts finals."""

    request_id: str
    audio_ms: int
    segments: int


class ServiceLevel(msgspec.Struct, frozen=True, tag="service_level", tag_field="type", omit_defaults=True):
    """The server is under pressure and spends less on this stream, or no longer: what is said and heard is the same.

    `reduced`: partials come every `partial_interval_ms` at the most often; speech comes in longer pieces, less far
    ahead of its playback. Streams begin with `full`, which is not said.
    """

    level: Literal["full", "reduced"]
    request_id: str
    partial_interval_ms: int | None = None


TtsServerMessage = (
    SynthesisStarted | WordTimestamps | Flushed | SynthesisComplete | Cancelled | ErrorEvent | ServiceLevel
)
AsrServerMessage = Ready | SpeechStartedEvent | Partial | Final | SpeechEndedEvent | ErrorEvent | Done | ServiceLevel
ServerMessage = TtsServerMessage | AsrServerMessage
ClientMessage = SignIn | Synthesize | Start | Text | Flush | Cancel | Finalize | Finish | KeepAlive
Message = ClientMessage | ServerMessage
