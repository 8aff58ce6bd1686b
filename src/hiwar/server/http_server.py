"""uvicorn's server with bounded TLS, and without handlers for signals. What it serves is the application's."""

import asyncio
import contextlib
import itertools
import socket
import ssl
from collections.abc import Iterator
from functools import partial
from typing import ClassVar

import uvicorn

BACKLOG = 512
"""Connections that wait to be taken."""
_TICK_S = 0.1
"""uvicorn's: with every tenth it renews the date that answers bear."""


class BoundedHttpServer(uvicorn.Server):
    """Serves HTTP and WebSocket on sockets that are given; with TLS when there is a context for it."""

    tls_handshake_timeout_s: ClassVar[float] = 10.0
    """How long a peer may take over the handshake; the bound on the head of a request runs only behind it."""
    tls_shutdown_timeout_s: ClassVar[float] = 10.0

    def __init__(self, config: uvicorn.Config, tls: ssl.SSLContext | None) -> None:
        super().__init__(config)
        self._tls = tls
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Stop serving; `serve` returns when everything is closed."""
        self.should_exit = True
        self._ended.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to others: one must first drain the streams."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. uvicorn's own passes no bounds on, and asyncio's is a minute."""
        loop, config = asyncio.get_running_loop(), self.config
        # uvicorn declares the class as any protocol.
        protocol = partial(config.http_protocol_class, config, self.server_state, {})  # type: ignore[call-arg]
        self.servers = [
            await loop.create_server(
                protocol,
                sock=listener,
                backlog=BACKLOG,
                ssl=self._tls,
                ssl_handshake_timeout=self.tls_handshake_timeout_s if self._tls else None,
                ssl_shutdown_timeout=self.tls_shutdown_timeout_s if self._tls else None,
            )
            for listener in sockets or []
        ]
        self.started = True

    async def main_loop(self) -> None:
        """Serve until the end. uvicorn's own sees it only at the next tick."""
        ticks = itertools.count()
        while not await self.on_tick(next(ticks)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is open. uvicorn's own waits a while even when no client is there."""
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
