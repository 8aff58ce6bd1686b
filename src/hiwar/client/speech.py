"""One text being spoken, whole or piece by piece, over a connection of its own. What is sent is the session's."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Self

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from hiwar.client.connecting import closed_by_server
from hiwar.client.sending import closing, raise_failure, sending
from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.client_sessions import AudioChunk, TtsClientSession
from hiwar.protocol.messages import (
    ErrorEvent,
    Flushed,
    Start,
    SynthesisComplete,
    SynthesisStarted,
    Synthesize,
    WordSpoken,
    WordTimestamps,
)

_REQUEST_ID = "speech"


class Speech:
    """One request being spoken: iterate for its audio. `started`, `flushed` and `complete` are the server's messages.

    `words` grows as the audio comes, when word times were asked for and the voice knows them. Iterating raises what
    the source of the text raises, HiwarError with the server's code when the request fails or a piece of its text is
    refused (the text before it is spoken first), and ConnectionFailedError when the connection does.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[ClientConnection]], settings: Start, text: str | AsyncIterable[str]
    ) -> None:
        self.started: SynthesisStarted | None = None
        self.flushed: Flushed | None = None
        self.complete: SynthesisComplete | None = None
        self.words: list[WordSpoken] = []
        self._connect = connect
        self._settings = settings
        self._text = text
        self._session = TtsClientSession()
        self._socket: ClientConnection | None = None
        self._sending: asyncio.Task[None] | None = None
        self._refusal: HiwarError | None = None
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._socket = await self._connect()
        self._open.push_async_callback(self._socket.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._open.__aexit__(kind, error, traceback)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._socket is not None:
            async for audio in self._audio(self._socket):
                yield audio
            return
        async with self:
            async for audio in self:
                yield audio

    async def flush(self) -> None:
        """Have the text that was sent so far spoken without waiting for more; `flushed` is the answer.

        Called by the source of the text, it covers every piece that the source gave. Does nothing for a whole text.
        """
        await self._say(self._session.flush())

    async def cancel(self) -> None:
        """Stop speaking and taking text. The iteration ends, and `complete` says what had been sent."""
        await self._say(self._session.cancel())
        if self._sending is not None:
            self._sending.cancel()

    async def _say(self, frame: str | None) -> None:
        if frame is not None and self._socket is not None:
            with contextlib.suppress(ConnectionClosed):  # told to the one who iterates
                await self._socket.send(frame)

    async def _audio(self, socket: ClientConnection) -> AsyncIterator[bytes]:
        try:
            await self._ask(socket)
            async for frame in socket:
                if isinstance(frame, str):
                    self._hear(frame)
                elif isinstance(chunk := self._session.receive_audio(frame), AudioChunk):
                    yield chunk.audio
                if self.complete is not None:
                    break
        except ConnectionClosed as error:
            self._end_text()
            raise self._refusal or closed_by_server(error.rcvd.code if error.rcvd else None) from error
        self._end_text()
        if self.complete is None:
            raise self._refusal or closed_by_server(socket.close_code)
        if self._refusal is not None:
            raise self._refusal
        if not self._session.finished and self.complete.status == "ok":
            message = "The server ended before the text did, and spoke what it had; send the rest again."
            raise HiwarError(ErrorCode.SERVER_BUSY, message)
        if self.complete.status == "failed":
            raise HiwarError(ErrorCode.INTERNAL, "The server could not speak this text and says no more.")

    async def _ask(self, socket: ClientConnection) -> None:
        if isinstance(self._text, str):
            whole = Synthesize(self._text, **msgspec.structs.asdict(self._settings))
            await socket.send(self._session.speak(whole, request_id=_REQUEST_ID))
            return
        await socket.send(self._session.start(self._settings, request_id=_REQUEST_ID))
        self._sending = await self._open.enter_async_context(sending(socket, self._text_frames(self._text)))

    async def _text_frames(self, pieces: AsyncIterable[str]) -> AsyncGenerator[str, None]:
        async with closing(pieces) as given:
            async for piece in given:
                if self._refusal is not None:  # what follows a gap is not what was to be said
                    break
                frame = self._session.text(piece)
                if frame is not None:
                    yield frame
        frame = self._session.finish()
        if frame is not None:
            yield frame

    def _hear(self, frame: str) -> None:
        match self._session.receive_text(frame):
            case SynthesisStarted() as event:
                self.started = event
            case WordTimestamps() as event:
                self.words.extend(event.words)
            case Flushed() as event:
                self.flushed = event
            case ErrorEvent() as event:
                self._refusal = event.as_error()
            case SynthesisComplete() as event:
                self.complete = event

    def _end_text(self) -> None:
        """Take no more text; raises what its source has raised."""
        if self._sending is not None:
            self._sending.cancel()
            raise_failure(self._sending)
