"""Bytes on a connection of HTTP, or of a WebSocket behind its handshake: answered or cut off, and no fault is logged.

Requests that the OpenAPI document nearly allows are in `tests/conformance/test_openapi_fuzzing.py`; the WebSocket
protocol's own cases in `tests/integration/test_autobahn.py`.
"""

import asyncio
import contextlib
import logging

import pytest
import uvicorn
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.server import ServerState

from hiwar.server.http_protocol import BoundedHttpProtocol
from hiwar.server.websocket_protocol import BoundedWebSocketProtocol
from support.fuzzing import damaged, fuzzed
from support.raw_websocket import BINARY, TEXT, frame, upgrade
from support.wire import Wire

REQUESTS = (
    b"GET /?a=%C3%A9 HTTP/1.1\r\nHost: test\r\nX-API-Key: key\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    upgrade("/echo", "key"),
)
FRAMES = (
    frame(b'{"text": "hello"}', TEXT) + frame(bytes(300), BINARY) + frame(b"ping", 9) + frame(b"\x03\xe8", 8),
    bytes([TEXT]) + frame(b"cut", TEXT)[1:] + frame("ح".encode(), 0),
)
UPGRADE = upgrade("/echo", "key")


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    with contextlib.suppress(Exception):
        while True:
            await socket.send_text(await socket.receive_text())


async def _body(request: object) -> PlainTextResponse:
    with contextlib.suppress(Exception):
        await request.body()  # type: ignore[attr-defined]
    return PlainTextResponse("ok")


APP = Starlette(routes=[Route("/", _body, methods=["GET", "POST"]), WebSocketRoute("/echo", _echo)])
CONFIG = uvicorn.Config(APP, ws=BoundedWebSocketProtocol, lifespan="off", log_config=None, ws_per_message_deflate=False)


async def _received(*chunks: bytes) -> bytes:
    """What is answered to these chunks, the loop turning between them."""
    state, wire = ServerState(), Wire()
    protocol = BoundedHttpProtocol(CONFIG, state, {})
    wire.set_protocol(protocol)
    protocol.connection_made(wire)
    for chunk in chunks:
        if not wire.is_closing():
            wire.get_protocol().data_received(chunk)
        for _ in range(5):
            await asyncio.sleep(0)
    wire.get_protocol().connection_lost(None)
    await asyncio.gather(*state.tasks, return_exceptions=True)
    assert not state.connections
    return bytes(wire.written)


@fuzzed
@given(damaged(REQUESTS), st.integers(0, 100))
def test_requests(caplog: pytest.LogCaptureFixture, data: bytes, cut: int) -> None:
    answer = asyncio.run(_received(data[:cut], data[cut:]))
    assert not answer or answer.startswith(b"HTTP/1.1 ")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@fuzzed
@given(damaged(FRAMES), st.integers(0, 100))
@example(frame(b"\xff", TEXT) + frame(b"\x03\xe8", 8), 0)
def test_frames(caplog: pytest.LogCaptureFixture, data: bytes, cut: int) -> None:
    answer = asyncio.run(_received(UPGRADE, data[:cut], data[cut:]))
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
