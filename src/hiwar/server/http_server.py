"""uvicorn's server with bounded TLS, and without handlers for signals. What it serves is the application's."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from functools import partial
from typing import ClassVar

import uvicorn

_BACKLOG = 512


class BoundedHttpServer(uvicorn.Server):
    """Serves HTTP and WebSocket on sockets that are given; with TLS when there is a context for it."""

    tls_handshake_timeout_s: ClassVar[float] = 10.0
    """How long a peer may take over the handshake; the bound on the head of a request runs only behind it."""
    tls_shutdown_timeout_s: ClassVar[float] = 10.0

    def __init__(self, config: uvicorn.Config, tls: ssl.SSLContext | None) -> None:
        super().__init__(config)
        self._tls = tls

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
                backlog=_BACKLOG,
                ssl=self._tls,
                ssl_handshake_timeout=self.tls_handshake_timeout_s if self._tls else None,
                ssl_shutdown_timeout=self.tls_shutdown_timeout_s if self._tls else None,
            )
            for listener in sockets or []
        ]
        self.started = True
