"""uvicorn's server with bounds on who connects, and without handlers for signals. What it serves is the app's."""

import asyncio
import contextlib
import itertools
import socket
import ssl
import struct
from collections.abc import Iterator
from typing import ClassVar

import uvicorn

from hiwar.server.entrance import Entrance, Place
from hiwar.server.http_protocol import BoundedHttpProtocol

BACKLOG = 512
"""Connections that wait to be taken."""
_TICK_S = 0.1
"""uvicorn's: with every tenth it renews the date that answers bear."""
_NO_DESCRIPTORS_S = 0.1
"""How long nobody is taken when the process may open no more files."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: close at once, and keep no memory of the connection."""


class BoundedHttpServer(uvicorn.Server):
    """Serves HTTP and WebSocket on sockets that are given; with TLS when there is a context for it."""

    tls_handshake_timeout_s: ClassVar[float] = 10.0
    """How long a peer may take over the handshake; the bound on the head of a request runs only behind it."""
    tls_shutdown_timeout_s: ClassVar[float] = 10.0

    def __init__(self, config: uvicorn.Config, tls: ssl.SSLContext | None, entrance: Entrance) -> None:
        super().__init__(config)
        self._tls = tls
        self.entrance = entrance
        self._ended = asyncio.Event()
        self._accepting: list[asyncio.Task[None]] = []
        self._greeting: set[asyncio.Task[None]] = set()

    def end(self) -> None:
        """Stop serving; `serve` returns when everything is closed."""
        self.should_exit = True
        self._ended.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to others: one must first drain the streams."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections. asyncio's own servers take all that come, and count none while they shake hands."""
        self.servers = []
        self._accepting = [asyncio.create_task(self._accept(listener)) for listener in sockets or []]
        self.started = True

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        while True:
            try:
                connection, (host, *_) = await loop.sock_accept(listener)
            except ConnectionError:  # the peer left before it was its turn
                continue
            except OSError:
                self.entrance.refused("as the system gives no more descriptors")
                await asyncio.sleep(_NO_DESCRIPTORS_S)
                continue
            if (place := self.entrance.enter(host)) is None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                connection.close()
            else:
                greeting = asyncio.create_task(self._greet(connection, place))
                self._greeting.add(greeting)
                greeting.add_done_callback(self._greeting.discard)
            pause_s = 0.0 if place is None else self.entrance.pause_s(loop.time())
            await asyncio.sleep(pause_s)  # one at a time: a flood of them must not hold up those who are in

    async def _greet(self, connection: socket.socket, place: Place) -> None:
        """Hand a connection to its protocol, behind TLS if there is any."""
        protocol = BoundedHttpProtocol(self.config, self.server_state, {})
        protocol.place = place
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: protocol,
                connection,
                ssl=self._tls,
                ssl_handshake_timeout=self.tls_handshake_timeout_s if self._tls else None,
                ssl_shutdown_timeout=self.tls_shutdown_timeout_s if self._tls else None,
            )
        except OSError:  # what it said is no TLS, or took too long; or it has left
            connection.close()
            place.leave()

    async def main_loop(self) -> None:
        """Serve until the end. uvicorn's own sees it only at the next tick."""
        ticks = itertools.count()
        while not await self.on_tick(next(ticks)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is open. uvicorn's own waits a while even when no client is there."""
        coming = [*self._accepting, *self._greeting]
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for listener in sockets or []:
            listener.close()
