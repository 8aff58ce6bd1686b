"""The client's side of both conversations: what to send, and what an answer means. Plain synchronous code, no I/O."""

import codecs
from dataclasses import dataclass, field

import msgspec

from hiwar.protocol import json_codec
from hiwar.protocol.messages import (
    AsrServerMessage,
    Cancel,
    Done,
    Finish,
    Flush,
    Start,
    SynthesisComplete,
    SynthesisStarted,
    Synthesize,
    Text,
    TtsServerMessage,
)


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Audio of one request, in the format that its `synthesis_started` named."""

    request_id: str
    audio: bytes = field(repr=False)


TtsClientEvent = TtsServerMessage | AudioChunk


class TtsClientSession:
    """The client's side of one synthesis connection: requests are answered in the order in which they are sent.

    One request at a time takes its text piece by piece, from `start` to `finish`, `cancel` or its end. After that
    `text`, `flush` and `finish` return None: there is nothing to say. A request that ends while `finished` is False
    has not heard all of its text.
    """

    def __init__(self) -> None:
        self.finished = True
        self._speaking: str | None = None
        self._writing: str | None = None
        self._join_surrogates = codecs.getincrementaldecoder("utf-16-le")("replace")

    def speak(self, request: Synthesize, *, request_id: str) -> str:
        """The frame that asks for a synthesis under this id."""
        return json_codec.encode(msgspec.structs.replace(request, request_id=request_id))

    def start(self, request: Start, *, request_id: str) -> str:
        """The frame that begins a request under this id whose text follows piece by piece."""
        self._writing = request_id
        self.finished = False
        self._join_surrogates.reset()
        return json_codec.encode(msgspec.structs.replace(request, request_id=request_id))

    def text(self, piece: str) -> str | None:
        """The frame with the next piece; None when it is empty or half a surrogate pair, which waits for its other."""
        whole = self._join_surrogates.decode(piece.encode("utf-16-le", "surrogatepass"))
        return json_codec.encode(Text(whole)) if self._writing is not None and whole else None

    def flush(self) -> str | None:
        """The frame that has all text so far spoken."""
        return json_codec.encode(Flush()) if self._writing is not None else None

    def finish(self) -> str | None:
        """The frame that says that no more text follows."""
        if self._writing is None:
            return None
        self._writing = None
        self.finished = True
        return json_codec.encode(Finish())

    def cancel(self, request_id: str | None = None) -> str:
        """The frame that stops one request, or all."""
        if request_id in {None, self._writing}:
            self._writing = None
            self.finished = True
        return json_codec.encode(Cancel(request_id))

    def receive_text(self, frame: str) -> TtsClientEvent | None:
        """What a text frame says; None for a type that this version does not know."""
        message = json_codec.decode_tts_server(frame)
        if isinstance(message, SynthesisStarted):
            self._speaking = message.request_id
        if isinstance(message, SynthesisComplete):
            self._speaking = None if self._speaking == message.request_id else self._speaking
            self._writing = None if self._writing == message.request_id else self._writing
        return message

    def receive_audio(self, audio: bytes) -> TtsClientEvent | None:
        """The request that a binary frame belongs to; None when none is being spoken."""
        return AudioChunk(self._speaking, audio) if self._speaking is not None else None


class AsrClientSession:
    """The client's side of one recognition connection.

    `done` is the server's last word; before `finished` it does not cover everything that there was to hear.
    """

    def __init__(self) -> None:
        self.done: Done | None = None
        self.finished = False

    def finish(self) -> str:
        """The frame that says that no more audio follows."""
        self.finished = True
        return json_codec.encode(Finish())

    def receive_text(self, frame: str) -> AsrServerMessage | None:
        """What a text frame says; None for a type that this version does not know."""
        message = json_codec.decode_asr_server(frame)
        if isinstance(message, Done):
            self.done = message
        return message
