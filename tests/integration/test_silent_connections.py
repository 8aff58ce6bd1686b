"""Connections that never complete a request: each is cut off in time, and nobody else is."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.server import ServerState

from hiwar.server.http_protocol import BoundedHttpProtocol
from hiwar.server.lifecycle import _config
from hiwar.server.websocket_protocol import BoundedWebSocketProtocol
from support.raw_websocket import TEXT, frame, upgrade
from support.streams import run, until

REQUEST = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"
KEPT_S = 3600


LARGE = 16 * 1024 * 1024
"""More than the sockets on both sides hold."""
LARGE_REQUEST = b"GET /large HTTP/1.1\r\nHost: test\r\n\r\n"


class ShortProtocol(BoundedHttpProtocol):
    request_head_timeout_s = 0.1
    flush_timeout_s = 0.1


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    with contextlib.suppress(Exception):
        while True:
            await socket.send_text(await socket.receive_text())


@contextlib.asynccontextmanager
async def connected(*sent: bytes) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A TCP connection to a server with short bounds, and a keep-alive time that they cannot be mistaken for."""
    async with served() as (address, _):
        reader, writer = await asyncio.open_connection(*address)
        try:
            writer.writelines(sent)
            yield reader, writer
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[tuple[tuple[str, int], ServerState]]:
    """Such a server, and what it knows of its connections."""

    async def hello(_request: object) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def large(_request: object) -> PlainTextResponse:
        return PlainTextResponse("x" * LARGE)

    app = Starlette(routes=[Route("/", hello), Route("/large", large), WebSocketRoute("/echo", echo)])
    config = uvicorn.Config(
        app, ws=BoundedWebSocketProtocol, lifespan="off", log_config=None, timeout_keep_alive=KEPT_S
    )
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ShortProtocol(config, state, {}), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname(), state
    finally:
        server.close()
        await asyncio.gather(*state.tasks, return_exceptions=True)


@pytest.mark.parametrize("sent", [b"", b"G", REQUEST[:-2], upgrade("/echo", "key")[:-2], b"\r\n"])
def test_a_connection_without_a_complete_request_is_cut_off(sent: bytes) -> None:
    async def scenario() -> None:
        async with connected(sent) as (reader, _):
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""

    run(scenario())


@pytest.mark.parametrize("more", [b"G", b"\r\n", REQUEST[:-2]])
def test_a_second_request_that_is_never_completed_is_cut_off_too(more: bytes) -> None:
    async def scenario() -> None:
        async with connected(REQUEST) as (reader, writer):
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
            writer.write(more)
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""

    run(scenario())


def test_bytes_now_and_then_do_not_put_the_end_off() -> None:
    async def scenario() -> None:
        async with connected() as (reader, writer):
            reading = asyncio.create_task(reader.read())
            with contextlib.suppress(ConnectionError):
                while not reading.done():
                    writer.write(b"\r\n")
                    await writer.drain()
                    await asyncio.wait([reading], timeout=0.001)
            await asyncio.wait([reading])
            reading.exception()

    run(scenario())


def test_a_complete_request_and_an_upgraded_connection_are_left_alone() -> None:
    async def scenario() -> None:
        outlived = asyncio.Event()
        bound_s = ShortProtocol.request_head_timeout_s
        async with connected(REQUEST) as (kept, again), connected(upgrade("/echo", "key")) as (reader, writer):
            await kept.readuntil(b"hello")
            await reader.readuntil(b"\r\n\r\n")
            asyncio.get_running_loop().call_later(2 * bound_s, outlived.set)
            await outlived.wait()
            writer.write(frame(b"still here", TEXT))
            assert (await reader.readuntil(b"still here")).endswith(b"still here")
            again.write(REQUEST)
            await kept.readuntil(b"hello")

    run(scenario())


@pytest.mark.parametrize("sent", [LARGE_REQUEST, LARGE_REQUEST * 3, LARGE_REQUEST[:-2] + b"Connection: close\r\n\r\n"])
def test_a_client_that_takes_nothing_of_an_answer_is_cut_off(sent: bytes) -> None:
    async def scenario() -> None:
        async with served() as (address, state):
            with socket.create_connection(address) as client:
                client.sendall(sent)
                await until(lambda: bool(state.connections))
                await until(lambda: not state.connections and not state.tasks)

    run(scenario())


def test_a_client_that_asks_without_end_is_cut_off() -> None:
    async def scenario() -> None:
        async with connected(REQUEST * 10_000) as (reader, _):
            with contextlib.suppress(ConnectionResetError):
                assert (await reader.read()).count(b"hello") < 100

    run(scenario())


def test_the_server_has_these_bounds() -> None:
    config = _config(Starlette())
    config.load()
    assert issubclass(config.http_protocol_class, BoundedHttpProtocol)
    assert 0 < BoundedHttpProtocol.request_head_timeout_s <= 30
    assert 0 < BoundedHttpProtocol.flush_timeout_s <= 60
