"""One synthesis request whose audio is answered whole."""

import asyncio
from collections.abc import Mapping

from grpc_service.protos import tts_pb2
from hiwar.errors import HiwarError
from hiwar.protocol.messages import ErrorEvent, ServerMessage, SynthesisComplete, SynthesisStarted, WordTimestamps
from hiwar.protocol.protobuf_codec import synthesis_metadata, word_timestamp
from hiwar.protocol.refusals import going_away
from hiwar.serving.connection import PeerGoneError


class WholeSpeech:
    """A connection whose peer asks once, by `fields`, and takes everything at the end."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields: Mapping[str, object] | None = fields
        self._audio: list[bytes] = []
        self._words: list[tts_pb2.WordTimestamp] = []
        self._started: SynthesisStarted | None = None
        self._complete: SynthesisComplete | None = None
        self._error: HiwarError | None = None

    async def receive(self) -> Mapping[str, object]:
        """The request; behind it nothing comes."""
        if self._fields is None:
            await asyncio.Event().wait()
        fields, self._fields = self._fields or {}, None
        return fields

    async def send(self, message: ServerMessage) -> None:
        """Keep what the response tells. Raises PeerGoneError behind the last message."""
        match message:
            case SynthesisStarted():
                self._started = message
            case WordTimestamps():
                self._words += map(word_timestamp, message.words)
            case SynthesisComplete():
                self._complete = message
                raise PeerGoneError
            case ErrorEvent():
                self._error = message.as_error()
                raise PeerGoneError

    async def send_audio(self, audio: bytes) -> None:
        """Keep audio."""
        self._audio.append(audio)

    async def close(self, code: int, reason: str) -> None:
        """The server is stopping, and the request was not begun."""

    def response(self) -> tts_pb2.SynthesizeSimpleResponse:
        """The answer when the stream is over. Raises HiwarError: what was refused, or could not be spoken."""
        if self._error is not None:
            raise self._error
        if self._started is None or self._complete is None:
            raise going_away()
        metadata = synthesis_metadata(self._started, self._complete)
        return tts_pb2.SynthesizeSimpleResponse(
            audio_content=b"".join(self._audio), metadata=metadata, words=self._words
        )
