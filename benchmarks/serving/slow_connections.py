"""Hundreds of connections that send one byte a second: what they cost, and what a well-behaved client meets then."""

import asyncio
import base64
import contextlib
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from crowd import Load
from exposed_server import ExposedServer
from listener import Listener, connected
from process_use import Held, held_by
from spoken_texts import text_of
from spread import Spread, spread

_EVERY_S = 1.0
_REST_S = 0.1
_CHARACTERS = 40
_OPEN_S_MAX = 10.0

_HEAD = b"GET /v1/tts/stream HTTP/1.1\r\nHost: localhost\r\n"
_UPGRADE = (
    _HEAD
    + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
    + base64.b64encode(bytes(16))
    + b"\r\n\r\n"
)
_FRAME = b"\x81\xfe\x10\x00\x00\x00\x00\x00" + b" " * 4096
"""A text frame that says it is 4 kB long, with a mask of zeros."""
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Slow:
    """`connections` in equal parts: slow HTTP heads, slow WebSocket frames, slow beginnings of gRPC.

    `cut_off` by kind: after how many seconds the server has ended them, None when it ended none. First audio in ms.
    """

    connections: int
    seconds: float
    cut_off: dict[str, Spread | None]
    before: Held | None
    during: Held | None
    after: Held | None
    first_audio_before: Spread
    first_audio_during: Spread


async def measure_slow(exposed: ExposedServer, load: Load, connections: int, seconds: float) -> Slow:
    """The well-behaved client is connected before the slow ones come."""
    web, rpc = urlsplit(exposed.server.url).netloc, exposed.server.grpc or ""
    kinds = {"HTTP": (web, b"", _HEAD + b"X: " + b"x" * 4096), "WebSocket": (web, _UPGRADE, _FRAME)}
    kinds["gRPC"] = (rpc, b"", _PREFACE + bytes(64))
    process = exposed.server.process
    async with connected(exposed.client("well-behaved"), load.wanted) as listener:
        await _first_audio(listener, load, 0.0)
        before, first_audio_before = held_by(process), await _first_audio(listener, load, seconds / 2)
        tasks = {
            name: [asyncio.create_task(_drip(*kind, seconds)) for _ in range(connections // len(kinds))]
            for name, kind in kinds.items()
        }
        first_audio_during, during = await _first_audio(listener, load, seconds / 2), held_by(process)
        ended = {name: await asyncio.gather(*each) for name, each in tasks.items()}
        await asyncio.sleep(min(_EVERY_S, seconds))
        after = held_by(process)
    cut_off = {name: _spread_of(each) for name, each in ended.items()}
    return Slow(connections, seconds, cut_off, before, during, after, first_audio_before, first_audio_during)


async def _first_audio(listener: Listener, load: Load, seconds: float) -> Spread:
    """Short requests for so long."""
    voice, language = load.wanted.voice
    took: list[float] = []
    ends_s = time.perf_counter() + seconds
    while not took or time.perf_counter() < ends_s:
        text = text_of(language, _CHARACTERS, len(took))
        took.append((await listener.hear(text, voice, stop_after=1)).ttfc_ms)
        await asyncio.sleep(_REST_S)
    return spread(took)


def _spread_of(ended_s: list[float | None]) -> Spread | None:
    known = [one for one in ended_s if one is not None]
    return spread(known) if known else None


async def _drip(address: str, at_once: bytes, slowly: bytes, seconds: float) -> float | None:
    """One connection. After how many seconds the server ended it, None when it did not."""
    host, _, port = address.rpartition(":")
    began_s = time.perf_counter()
    try:
        async with asyncio.timeout(_OPEN_S_MAX):
            reader, writer = await asyncio.open_connection(host, int(port))
    except (OSError, TimeoutError):
        return 0.0
    try:
        async with asyncio.timeout(seconds):
            if at_once:
                writer.write(at_once)
                await reader.readuntil(b"\r\n\r\n")  # nothing may be sent before the answer
            sending = asyncio.create_task(_send(writer, slowly))
            try:
                while await reader.read(4096):
                    pass
            finally:
                sending.cancel()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    except TimeoutError:
        return None
    finally:
        writer.transport.abort()
    return time.perf_counter() - began_s


async def _send(writer: asyncio.StreamWriter, slowly: bytes) -> None:
    with contextlib.suppress(ConnectionError):
        for place in range(len(slowly)):
            writer.write(slowly[place : place + 1])
            await asyncio.sleep(_EVERY_S)
