"""The asynchronous client in its simple form: one connection a call. Pools and reconnection are not its business."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from hiwar.client.connecting import closed_by_server, open_websocket
from hiwar.client.sending import closing, raise_failure, sending
from hiwar.client.speech import Speech
from hiwar.client.trust import Trusted, client_context
from hiwar.errors import HiwarError
from hiwar.protocol.client_sessions import AsrClientSession
from hiwar.protocol.messages import AsrServerMessage, ErrorEvent, Start
from hiwar.vocabulary import DEFAULT_VOICE, AudioEncoding, DigitStyle, LanguageChoice, SpeechFormat

TTS_PATH = "/v1/tts/stream"
ASR_PATH = "/v1/asr/stream"


class AsyncClient:
    """A server's address and a key. `url` begins with ws:// or wss://; waits are bounded by `connect_timeout_s`.

    With wss the server's certificate is checked, against `ca`, a PEM file of authorities or of the server's own
    certificate, or against what the system trusts. The file is read here: HiwarError when it cannot be.
    """

    def __init__(
        self, url: str, api_key: str | None = None, *, ca: Trusted = None, connect_timeout_s: float = 10.0
    ) -> None:
        self._url = url
        self._tls = client_context(ca) if url.lower().startswith("wss:") else None
        self._api_key = api_key
        self._connect_timeout_s = connect_timeout_s

    def speak(
        self,
        text: str | AsyncIterable[str],
        *,
        voice: str = DEFAULT_VOICE,
        audio_format: SpeechFormat = SpeechFormat.PCM,
        sample_rate: int | None = None,
        speed: float = 1.0,
        language: LanguageChoice = "auto",
        word_timestamps: bool = False,
    ) -> Speech:
        """Speak `text`: iterate for bytes in `audio_format`. `sample_rate` in Hz, None is the format's default.

        Pieces of text, cut anywhere, are sent as they come and spoken while more are awaited.
        """
        settings = Start(
            voice=voice,
            format=audio_format,
            sample_rate=sample_rate,
            speed=speed,
            language=language,
            word_timestamps=word_timestamps,
        )
        return Speech(lambda: self.open(TTS_PATH, {}), settings, text)

    async def transcribe(
        self,
        audio: AsyncIterable[bytes],
        *,
        sample_rate: int = 16000,
        language: LanguageChoice = "auto",
        encoding: AudioEncoding = AudioEncoding.LINEAR16,
        interim_results: bool = True,
        word_timestamps: bool = False,
        digits: DigitStyle = "western",
        itn: bool = False,
    ) -> AsyncGenerator[AsrServerMessage, None]:
        """Send `audio` (mono) as it comes and yield what the server says, `error` included, up to and with `done`.

        `digits` is how numbers are written; with `itn` each final also says its text with spoken numbers as digits.
        Raises whatever `audio` raises, and HiwarError with the server's code when not all of the audio was heard.
        """
        query = {
            "sample_rate": str(sample_rate),
            "language": language,
            "encoding": str(encoding),
            "interim_results": str(interim_results).lower(),
            "word_timestamps": str(word_timestamps).lower(),
            "digits": digits,
            "itn": str(itn).lower(),
        }
        session = AsrClientSession()
        socket = await self.open(ASR_PATH, query)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(socket.close)
            task = await stack.enter_async_context(sending(socket, _audio_frames(audio, session)))
            refusal: HiwarError | None = None
            async for frame in _frames(socket):
                event = session.receive_text(frame)
                if session.done is not None:
                    break
                if event is not None:
                    refusal = event.as_error() if isinstance(event, ErrorEvent) else None
                    yield event
            await self._closed(socket)
            raise_failure(task)
            # A server that stops says `done` too, to what it has heard: only the close tells that it was everything.
            if session.done is None or not session.finished or socket.close_code != CloseCode.NORMAL_CLOSURE:
                raise refusal or closed_by_server(socket.close_code)
            yield session.done

    async def open(self, path: str, query: dict[str, str]) -> ClientConnection:
        """A signed-in WebSocket to one of the server's endpoints."""
        return await open_websocket(
            self._url, path, query=query, api_key=self._api_key, timeout_s=self._connect_timeout_s, tls=self._tls
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


async def _audio_frames(audio: AsyncIterable[bytes], session: AsrClientSession) -> AsyncGenerator[str | bytes, None]:
    async with closing(audio) as chunks:
        async for chunk in chunks:
            yield chunk
    yield session.finish()
