"""From a key's revocation, by another process than the server, to the end of what it has open."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import grpc.aio
from exposed_server import ExposedServer
from spread import Spread, spread
from websockets.exceptions import ConnectionClosed

import tts_pb2
import tts_pb2_grpc
from hiwar.client import AsyncClient
from hiwar.client.async_client import ASR_PATH

_CLOSED_S_MAX = 30.0
_TEXT = "One, two, three."


@dataclass(frozen=True, slots=True)
class ShutOut:
    """In ms, by face; `ends` are what the clients were told."""

    websocket: Spread
    grpc: Spread
    ends: tuple[str, ...]


Stream = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[str]]
"""Opens a stream with a key, awaits what is given, reads to the end, and returns how it ended."""


async def measure_shutting_out(exposed: ExposedServer, runs: int, *, over_s: float) -> ShutOut:
    """So many keys on each face, one stream each, all open at once.

    The revocations are spread over `over_s`, so that they meet the server's rounds anywhere.
    """
    assert exposed.server.grpc is not None, "this server does not say where its gRPC is"
    async with grpc.aio.insecure_channel(exposed.server.grpc) as channel:

        async def over_websocket(key: str, opened: Callable[[], Awaitable[None]]) -> str:
            return await _over_websocket(AsyncClient(exposed.server.url, key), opened)

        async def over_grpc(key: str, opened: Callable[[], Awaitable[None]]) -> str:
            return await _over_grpc(channel, key, opened)

        faces = [over_websocket] * runs + [over_grpc] * runs
        found = await asyncio.gather(
            *(_revoked(exposed, face, over_s * place / len(faces)) for place, face in enumerate(faces))
        )
    return ShutOut(
        websocket=spread(took_ms for took_ms, _ in found[:runs]),
        grpc=spread(took_ms for took_ms, _ in found[runs:]),
        ends=tuple(sorted({end for _, end in found})),
    )


async def _revoked(exposed: ExposedServer, stream: Stream, after_s: float) -> tuple[float, str]:
    """How long the stream outlived its key, and how it ended."""
    record, key = exposed.keys.create("to be revoked")
    revoked_s = 0.0

    async def revoke() -> None:
        nonlocal revoked_s
        await asyncio.sleep(after_s)
        revoked_s = time.perf_counter()
        exposed.keys.revoke(record.principal.key_id)

    async with asyncio.timeout(after_s + _CLOSED_S_MAX):
        end = await stream(key, revoke)
    return (time.perf_counter() - revoked_s) * 1000, end


async def _over_websocket(client: AsyncClient, opened: Callable[[], Awaitable[None]]) -> str:
    async with contextlib.aclosing(_frames(client)) as frames:
        await anext(frames)  # `ready`
        await opened()
        return [frame async for frame in frames][-1]


async def _frames(client: AsyncClient) -> AsyncGenerator[str, None]:
    """Each frame of a recognition stream, and its close code as the last."""
    socket = await client.open(ASR_PATH, {})
    try:
        while True:
            yield str(await socket.recv())
    except ConnectionClosed as closed:
        yield f"WebSocket {closed.rcvd.code if closed.rcvd else None}"
    finally:
        await socket.close()


async def _over_grpc(channel: grpc.aio.Channel, key: str, opened: Callable[[], Awaitable[None]]) -> str:
    # At run time there is one stub for both kinds of channel.
    stub = cast("tts_pb2_grpc.TextToSpeechAsyncStub", tts_pb2_grpc.TextToSpeechStub(channel))
    call = stub.Synthesize(metadata=(("x-api-key", key),))
    await call.write(tts_pb2.SynthesizeRequest(config=tts_pb2.SynthesisConfig()))
    await call.write(tts_pb2.SynthesizeRequest(text=_TEXT))
    await call.read()
    await opened()
    with contextlib.suppress(grpc.aio.AioRpcError):
        while await call.read() is not grpc.aio.EOF:
            pass
    return f"gRPC {(await call.code()).name}"
