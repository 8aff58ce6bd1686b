"""A listener on one open connection: asks for speech, takes the times of what arrives, and may stop it early.

The times are the client's own, by the monotonic clock in seconds. What they mean is left to the benchmarks.
"""

import asyncio
import contextlib
import itertools
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from measured_server import MeasuredServer
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from hiwar.client import AsyncClient
from hiwar.client.async_client import TTS_PATH
from hiwar.client.connecting import closed_by_server
from hiwar.errors import HiwarError
from hiwar.protocol.client_sessions import TtsClientSession
from hiwar.protocol.messages import Cancelled, ErrorEvent, ServiceLevel, SynthesisComplete, SynthesisStarted, Synthesize

_ANSWER_S_MAX = 90.0
"""For one request, the most loaded one included."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How all texts of a run are spoken: `sample_rate` in Hz, 16-bit PCM, mono; `voices` each with its language.

    What needs one voice only takes the first.
    """

    sample_rate: int
    voices: tuple[tuple[str, str], ...]

    @property
    def voice(self) -> tuple[str, str]:
        """The first voice and its language."""
        return self.voices[0]

    def seconds(self, size: int) -> float:
        """How long so many bytes sound."""
        return size / 2 / self.sample_rate


@dataclass(slots=True)
class Heard:
    """One request as it reached the listener. `chunks` are (arrival, bytes); `first` is the audio of the first one."""

    asked_s: float
    chunks: list[tuple[float, int]] = field(default_factory=list)
    first: bytes = field(default=b"", repr=False)
    complete: SynthesisComplete | None = None
    cancel_sent_s: float | None = None
    cancelled_s: float | None = None
    refusal: HiwarError | None = None
    reduced: bool = False

    @property
    def ttfc_ms(self) -> float:
        """Time to the first chunk of audio."""
        return (self.chunks[0][0] - self.asked_s) * 1000

    @property
    def size(self) -> int:
        """Bytes of audio."""
        return sum(size for _, size in self.chunks)


class Listener:
    """One connection, used for one request after another. `late_chunks` came after the end of their request."""

    def __init__(self, socket: ClientConnection, wanted: Wanted) -> None:
        self.late_chunks = 0
        self._socket = socket
        self._wanted = wanted
        self._session = TtsClientSession()
        self._numbers = itertools.count()

    async def hear(self, text: str, voice: str, *, stop_after: int | None = None) -> Heard:
        """Ask and read to the end; or `cancel` when so many chunks are there, and read to its acknowledgement.

        Raises HiwarError when the server refuses, fails or closes, TimeoutError when it does not answer at all.
        """
        request = Synthesize(text, voice=voice, sample_rate=self._wanted.sample_rate)
        frame = self._session.speak(request, request_id=f"b{next(self._numbers)}")
        heard = Heard(time.perf_counter())
        try:
            async with asyncio.timeout(_ANSWER_S_MAX):
                await self._socket.send(frame)
                await self._read(heard, stop_after)
        except ConnectionClosed as closed:
            raise heard.refusal or closed_by_server(closed.rcvd.code if closed.rcvd else None) from closed
        if heard.refusal is not None:
            raise heard.refusal
        return heard

    async def ping_ms(self) -> float:
        """A round trip through both ends' WebSocket code that asks for nothing."""
        began_s = time.perf_counter()
        await (await self._socket.ping())
        return (time.perf_counter() - began_s) * 1000

    async def _read(self, heard: Heard, stop_after: int | None) -> None:
        started = False
        async for frame in self._socket:
            now_s = time.perf_counter()
            if isinstance(frame, bytes):
                if not started:
                    self.late_chunks += 1
                    continue
                heard.first = heard.first or frame
                heard.chunks.append((now_s, len(frame)))
                if len(heard.chunks) == stop_after:
                    heard.cancel_sent_s = time.perf_counter()
                    await self._socket.send(self._session.cancel())
                continue
            match self._session.receive_text(frame):
                case SynthesisStarted():
                    started = True
                case SynthesisComplete() as complete:
                    heard.complete, started = complete, False
                case Cancelled():
                    heard.cancelled_s = now_s
                case ServiceLevel() as told:
                    heard.reduced = heard.reduced or told.level == "reduced"
                case ErrorEvent() as error:
                    heard.refusal = HiwarError(error.code, error.message, error.retry_after_ms)
            if heard.complete is not None and (heard.cancel_sent_s is None or heard.cancelled_s is not None):
                return
        raise heard.refusal or closed_by_server(self._socket.close_code)


@contextlib.asynccontextmanager
async def listening(server: MeasuredServer, wanted: Wanted) -> AsyncIterator[Listener]:
    """A signed-in connection, through the SDK. What the server refuses ends the program."""
    try:
        async with connected(AsyncClient(server.url, server.key), wanted) as listener:
            yield listener
    except HiwarError as error:
        sys.exit(f"The server refused a request: {error.message}")
    except TimeoutError:
        sys.exit(f"The server did not answer a request within {_ANSWER_S_MAX:.0f} s.")


@contextlib.asynccontextmanager
async def connected(client: AsyncClient, wanted: Wanted) -> AsyncIterator[Listener]:
    """A signed-in connection of this client. Raises HiwarError when it is refused."""
    socket = await client.open(TTS_PATH, {})
    try:
        yield Listener(socket, wanted)
    finally:
        await socket.close()


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run on the event loop that the server runs on, too: it costs the machine that both share the least."""
    if sys.platform == "win32":
        return asyncio.run(main)
    import uvloop

    return uvloop.run(main)
