"""HTTP as bytes on a connection that is not there: how much of a head is taken, and what HTTP/1.0 is answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.server import ServerState

from hiwar.server.http_protocol import _HEAD_BYTES_MAX, BoundedHttpProtocol
from support.streams import run
from support.wire import Wire

LINE = b"X-Line: " + b"a" * 4096 + b"\r\n"
WHOLE = b"GET /whole HTTP/1.1\r\nHost: test\r\n\r\n"
PIECES = (b"one", b"", b"two")


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[tuple[BoundedHttpProtocol, Wire]]:
    """A connection to an application with a response that has a length, and one that has none."""

    async def whole(_request: object) -> Response:
        return PlainTextResponse("onetwo")

    async def pieces() -> AsyncIterator[bytes]:
        for piece in PIECES:
            yield piece

    async def streamed(_request: object) -> Response:
        return StreamingResponse(pieces())

    app = Starlette(routes=[Route("/whole", whole), Route("/streamed", streamed)])
    state, wire = ServerState(), Wire()
    protocol = BoundedHttpProtocol(uvicorn.Config(app, lifespan="off", log_config=None), state, {})
    protocol.connection_made(wire)
    try:
        yield protocol, wire
    finally:
        protocol.connection_lost(None)
        await asyncio.gather(*state.tasks)


@pytest.mark.parametrize("before", [b"", WHOLE], ids=["first", "pipelined"])
@pytest.mark.parametrize("begun", [b"GET /", WHOLE[:-2]], ids=["address", "headers"])
def test_a_head_that_never_ends_is_refused(before: bytes, begun: bytes) -> None:
    async def scenario() -> None:
        async with opened() as (protocol, wire):
            protocol.data_received(before + begun)
            taken = 0
            while not wire.is_closing() and taken < 2 * _HEAD_BYTES_MAX:
                protocol.data_received(LINE if begun != b"GET /" else b"a" * len(LINE))
                taken += len(LINE)
            assert b"HTTP/1.1 400 " in wire.written
            assert _HEAD_BYTES_MAX < taken <= _HEAD_BYTES_MAX + len(LINE)

    run(scenario())


@pytest.mark.parametrize("piece", [LINE, b"a" * len(LINE)], ids=["lines", "line"])
def test_trailers_without_end_are_refused_and_none_is_kept(piece: bytes) -> None:
    async def scenario() -> None:
        async with opened() as (protocol, wire):
            protocol.data_received(b"POST /whole HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            taken = 0
            while not wire.is_closing() and taken < 2 * _HEAD_BYTES_MAX:
                protocol.data_received(piece)
                taken += len(piece)
            assert wire.is_closing()
            assert taken <= _HEAD_BYTES_MAX + 2 * len(LINE)
            assert [name for name, _ in protocol.headers] == [b"host", b"transfer-encoding"]

    run(scenario())


def test_many_heads_in_pieces_and_a_long_body_are_none_that_never_ends() -> None:
    async def scenario() -> None:
        async with opened() as (protocol, wire):
            head = b"POST /whole HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n" % (2 * _HEAD_BYTES_MAX)
            for _ in range(20):
                for part in (head, *[LINE] * 8, b"\r\n", bytes(2 * _HEAD_BYTES_MAX - 1), b"\0" + head[:7]):
                    protocol.data_received(part)
                protocol.data_received(head[7:] + LINE * 8 + b"\r\n" + bytes(2 * _HEAD_BYTES_MAX))
            assert not wire.is_closing()

    run(scenario())


@pytest.mark.parametrize(
    ("path", "version", "head", "body"),
    [
        ("/streamed", b"1.0", {}, b"onetwo"),
        ("/streamed", b"1.1", {b"transfer-encoding": b"chunked"}, b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"),
        ("/whole", b"1.0", {b"content-length": b"6"}, b"onetwo"),
    ],
)
def test_what_streams_to_http_1_0_ends_with_the_connection(
    path: str, version: bytes, head: Mapping[bytes, bytes], body: bytes
) -> None:
    async def scenario() -> None:
        async with opened() as (protocol, wire):
            protocol.data_received(
                b"GET %b HTTP/%b\r\nHost: test\r\nConnection: close\r\n\r\n" % (path.encode(), version)
            )
            await wire.closed.wait()
            lines, _, content = bytes(wire.written).partition(b"\r\n\r\n")
            headers = dict(line.split(b": ") for line in lines.split(b"\r\n")[1:])
            framing = {b"content-length", b"transfer-encoding"}
            assert {name: value for name, value in headers.items() if name in framing} == head
            assert content == body

    run(scenario())
