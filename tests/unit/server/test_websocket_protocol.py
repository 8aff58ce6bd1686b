"""A WebSocket as bytes on a connection that is not there: what is answered to a peer that takes nothing."""

import asyncio
import contextlib

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.server import ServerState

from hiwar.server.websocket_protocol import BoundedWebSocketProtocol
from support.raw_websocket import frame, upgrade
from support.streams import run, until
from support.wire import Wire

PING = 9


async def silent(socket: WebSocket) -> None:
    await socket.accept()
    with contextlib.suppress(Exception):
        await socket.receive()


def test_pings_of_a_peer_that_takes_nothing_are_not_answered() -> None:
    """Whole answers are left out, so that those which follow can be read."""

    async def scenario() -> None:
        app = Starlette(routes=[WebSocketRoute("/", silent)])
        state, wire = ServerState(), Wire()
        protocol = BoundedWebSocketProtocol(uvicorn.Config(app, lifespan="off", log_config=None), state, {})
        protocol.connection_made(wire)
        protocol.data_received(upgrade("/", "key"))
        await until(lambda: bool(wire.written))
        wire.written.clear()
        protocol.data_received(frame(b"one", PING))
        protocol.pause_writing()
        protocol.data_received(frame(b"two", PING) * 1000)
        protocol.resume_writing()
        protocol.data_received(frame(b"three", PING))
        assert wire.written == b"\x8a\x03one\x8a\x05three"
        protocol.connection_lost(None)
        await asyncio.gather(*state.tasks)

    run(scenario())
