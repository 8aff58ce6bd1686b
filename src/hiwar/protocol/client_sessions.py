"""The client's side of both conversations: what to send, and what an answer means. Plain synchronous code, no I/O."""

from dataclasses import dataclass, field

import msgspec

from hiwar.protocol import json_codec
from hiwar.protocol.messages import (
    AsrServerMessage,
    Cancel,
    Done,
    Finish,
    SynthesisComplete,
    SynthesisStarted,
    Synthesize,
    TtsServerMessage,
)


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Audio of one request, in the format that its `synthesis_started` named."""

    request_id: str
    audio: bytes = field(repr=False)


TtsClientEvent = TtsServerMessage | AudioChunk


class TtsClientSession:
    """The client's side of one synthesis connection: requests are answered in the order in which they are sent."""

    def __init__(self) -> None:
        self._speaking: str | None = None

    def speak(self, request: Synthesize, *, request_id: str) -> str:
        """The frame that asks for a synthesis under this id."""
        return json_codec.encode(msgspec.structs.replace(request, request_id=request_id))

    def cancel(self, request_id: str | None = None) -> str:
        """The frame that stops one request, or all."""
        return json_codec.encode(Cancel(request_id))

    def receive_text(self, frame: str) -> TtsClientEvent | None:
        """What a text frame says; None for a type that this version does not know."""
        message = json_codec.decode_tts_server(frame)
        if isinstance(message, SynthesisStarted):
            self._speaking = message.request_id
        if isinstance(message, SynthesisComplete) and self._speaking == message.request_id:
            self._speaking = None
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
