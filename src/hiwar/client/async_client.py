"""The asynchronous client in its simple form: one connection a call. Pools and reconnection are not its business."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from types import TracebackType
from typing import Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from hiwar.client.connecting import closed_by_server, open_websocket
from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.client_sessions import AsrClientSession, AudioChunk, TtsClientSession
from hiwar.protocol.messages import (
    AsrServerMessage,
    ErrorEvent,
    SynthesisComplete,
    SynthesisStarted,
    Synthesize,
)
from hiwar.vocabulary import DEFAULT_VOICE, AudioEncoding, LanguageChoice, SpeechFormat

TTS_PATH = "/v1/tts/stream"
ASR_PATH = "/v1/asr/stream"


class Speech:
    """One request being spoken: iterate for its audio. `started` and `complete` are the server's messages.

    Raises HiwarError with the server's code when the request fails, ConnectionFailedError when the connection does.
    """

    def __init__(self, client: "AsyncClient", request: Synthesize) -> None:
        self.started: SynthesisStarted | None = None
        self.complete: SynthesisComplete | None = None
        self._client = client
        self._request = request
        self._session = TtsClientSession()
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        self._socket = await self._client.open(TTS_PATH, {})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._socket is not None:
            async for audio in self._audio(self._socket):
                yield audio
            return
        async with self:
            async for audio in self:
                yield audio

    async def cancel(self) -> None:
        """Stop speaking. The iteration ends, and `complete` says what had been sent."""
        if self._socket is not None:
            await self._socket.send(self._session.cancel())

    async def _audio(self, socket: ClientConnection) -> AsyncIterator[bytes]:
        refusal: HiwarError | None = None
        try:
            await socket.send(self._session.speak(self._request, request_id="speech"))
            async for frame in socket:
                event = (
                    self._session.receive_text(frame) if isinstance(frame, str) else self._session.receive_audio(frame)
                )
                match event:
                    case AudioChunk():
                        yield event.audio
                    case SynthesisStarted():
                        self.started = event
                    case ErrorEvent():
                        refusal = HiwarError(event.code, event.message)
                    case SynthesisComplete():
                        self.complete = event
                        break
        except ConnectionClosed as error:
            raise refusal or closed_by_server(error.rcvd.code if error.rcvd else None) from error
        if self.complete is None:
            raise refusal or closed_by_server(socket.close_code)
        if self.complete.status == "failed":
            raise refusal or HiwarError(ErrorCode.INTERNAL, "The server could not speak this text and says no more.")


class AsyncClient:
    """A server's address and a key. `url` begins with ws:// or wss://; waits are bounded by `connect_timeout_s`."""

    def __init__(self, url: str, api_key: str | None = None, *, connect_timeout_s: float = 10.0) -> None:
        self._url = url
        self._api_key = api_key
        self._connect_timeout_s = connect_timeout_s

    def speak(
        self,
        text: str,
        *,
        voice: str = DEFAULT_VOICE,
        audio_format: SpeechFormat = SpeechFormat.PCM,
        sample_rate: int | None = None,
        speed: float = 1.0,
        language: LanguageChoice = "auto",
    ) -> Speech:
        """Speak `text`: iterate for bytes in `audio_format`. `sample_rate` in Hz, None is the format's default."""
        return Speech(
            self,
            Synthesize(text, voice=voice, format=audio_format, sample_rate=sample_rate, speed=speed, language=language),
        )

    async def transcribe(
        self,
        audio: AsyncIterable[bytes],
        *,
        sample_rate: int = 16000,
        language: LanguageChoice = "auto",
        encoding: AudioEncoding = AudioEncoding.LINEAR16,
        interim_results: bool = True,
        word_timestamps: bool = False,
    ) -> AsyncGenerator[AsrServerMessage, None]:
        """Send `audio` (mono) as it comes and yield what the server says, `error` included, up to and with `done`.

        Raises whatever `audio` raises, and HiwarError with the server's code when not all of the audio was heard.
        """
        query = {
            "sample_rate": str(sample_rate),
            "language": language,
            "encoding": str(encoding),
            "interim_results": str(interim_results).lower(),
            "word_timestamps": str(word_timestamps).lower(),
        }
        session = AsrClientSession()
        socket = await self.open(ASR_PATH, query)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(socket.close)
            sending = await stack.enter_async_context(_sending(socket, audio, session))
            refusal: HiwarError | None = None
            async for frame in _frames(socket):
                event = session.receive_text(frame)
                if session.done is not None:
                    break
                if event is not None:
                    refusal = HiwarError(event.code, event.message) if isinstance(event, ErrorEvent) else None
                    yield event
            await self._closed(socket)
            if sending.done():
                sending.result()
            # A server that stops says `done` too, to what it has heard: only the close tells that it was everything.
            if session.done is None or not session.finished or socket.close_code != CloseCode.NORMAL_CLOSURE:
                raise refusal or closed_by_server(socket.close_code)
            yield session.done

    async def open(self, path: str, query: dict[str, str]) -> ClientConnection:
        """A signed-in WebSocket to one of the server's endpoints."""
        return await open_websocket(
            self._url, path, query=query, api_key=self._api_key, timeout_s=self._connect_timeout_s
        )

    async def _closed(self, socket: ClientConnection) -> None:
        """Wait for the close that follows `done`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._connect_timeout_s):
                await socket.wait_closed()


async def _frames(socket: ClientConnection) -> AsyncIterator[str]:
    with contextlib.suppress(ConnectionClosed):
        async for frame in socket:
            if isinstance(frame, str):
                yield frame


async def _send_all(socket: ClientConnection, audio: AsyncIterable[bytes], session: AsrClientSession) -> None:
    try:
        with contextlib.suppress(ConnectionClosed):
            async for chunk in audio:
                await socket.send(chunk)
            await socket.send(session.finish())
    except Exception:
        socket.transport.abort()  # the source failed: no end of audio will come, so nothing is left to wait for
        raise


@contextlib.asynccontextmanager
async def _sending(
    socket: ClientConnection, audio: AsyncIterable[bytes], session: AsrClientSession
) -> AsyncIterator["asyncio.Task[None]"]:
    """Send while the context is open. On leaving it the source has ended, and its error is raised unless one is."""
    sending = asyncio.create_task(_send_all(socket, audio, session))
    try:
        yield sending
    finally:
        sending.cancel()
        await asyncio.wait({sending})  # awaiting the task itself could not tell its cancellation from the caller's
        failure = None if sending.cancelled() else sending.exception()
    if failure is not None:
        raise failure
