"""A server from its socket to its end: it listens at once, loads models beside, and drains before it stops."""

import asyncio
import contextlib
import logging
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.app import (
    load_engines,
    make_app,
    make_authenticator,
    make_rebinding,
    make_service,
    start_threads,
)
from hiwar.server.http_protocol import BoundedHttpProtocol
from hiwar.server.settings import Settings
from hiwar.server.websocket_protocol import BoundedWebSocketProtocol
from hiwar.serving.service import Engines, SpeechService

log = logging.getLogger("hiwar.server")

_SWITCH_INTERVAL_S = 0.0005
"""How soon a thread in Python code gives way: the event loop must not wait the default 5 ms for an engine thread."""
_BACKLOG = 512
_WEBSOCKET_MESSAGE_BYTES_MAX = 16 * 1024 * 1024
"""Over the sessions' own limits, so that these answer first; a larger frame is refused unread with close 1009."""
_PING_INTERVAL_S = 20.0
_PING_TIMEOUT_S = 60.0
"""A client that sends much faster than real time is read slowly, and its pongs with it."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that listens. `ready` ends when models are loaded, and raises what kept them from loading."""

    service: SpeechService
    address: tuple[str, int]
    tls: bool
    ready: "asyncio.Task[None]"

    def url(self, scheme: str) -> str:
        """The base address for `http` or `ws`, made secure when TLS is on."""
        host, port = self.address
        shown = f"[{host}]" if ":" in host else host
        return f"{scheme}{'s' if self.tls else ''}://{shown}:{port}"


class _Uvicorn(uvicorn.Server):
    """uvicorn without its own signal handlers: a signal must first drain the streams."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def running(settings: Settings, report: Callable[[str], None]) -> AsyncIterator[RunningServer]:
    """Listen while the context is open; on leaving it drain, close and release everything.

    `report` gets a line of progress now and then, from any thread. Raises HiwarError when it cannot listen.
    """
    _check_tls(settings)
    with contextlib.ExitStack() as held:
        authenticator = make_authenticator(settings)
        held.callback(authenticator.close)
        listener = _listener(settings)
        held.pop_all()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    steps = ["starting"]

    def progress(line: str) -> None:
        steps[-1:] = [line]
        report(line)

    threads = start_threads(settings)
    service = make_service(settings, authenticator, threads)
    app = make_app(service, make_rebinding(settings, service, threads.loading), lambda: steps[-1])
    server = _Uvicorn(_config(settings, app))
    loaded: list[Engines] = []

    async def load() -> None:
        loaded.append(await asyncio.to_thread(load_engines, settings, progress))
        service.begin(loaded[0])

    serving = asyncio.create_task(server.serve(sockets=[listener]))
    ready = asyncio.create_task(load())
    try:
        host, port = listener.getsockname()[:2]
        yield RunningServer(service, (host, port), settings.tls_cert is not None, ready)
    finally:
        await service.drain()
        server.should_exit = True
        await asyncio.gather(serving, ready, return_exceptions=True)
        await asyncio.to_thread(threads.close)
        for engines in loaded:
            engines.close()
        authenticator.close()


def _check_tls(settings: Settings) -> None:
    """Read the certificate now: uvicorn would do it when the server is already said to run."""
    certificate, key = settings.tls_cert, settings.tls_key
    if certificate is None and key is None:
        return
    try:
        if certificate is None:
            raise FileNotFoundError
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
    except OSError as error:  # ssl.SSLError is one
        message = (
            f"TLS cannot be set up with the certificate {certificate} and the key {key}; "
            "name PEM files that belong together, without a pass phrase, with --tls-cert and --tls-key."
        )
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        message = (
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. "
            "Stop what uses it, or choose another with --port."
        )
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error
    listener.setblocking(False)
    return listener


def _config(settings: Settings, app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedHttpProtocol,
        ws=BoundedWebSocketProtocol,
        ws_max_size=_WEBSOCKET_MESSAGE_BYTES_MAX,
        ws_per_message_deflate=False,  # PCM does not compress; it costs a third more CPU and twice the memory
        ws_ping_interval=_PING_INTERVAL_S,
        ws_ping_timeout=_PING_TIMEOUT_S,
        lifespan="off",
        proxy_headers=False,  # who connects is who the socket says, not a header
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
