"""A server from its socket to its end: it listens at once, loads models beside, and drains before it stops."""

import asyncio
import contextlib
import datetime
import logging
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.app import (
    load_engines,
    make_accounts,
    make_app,
    make_authenticator,
    make_observatory,
    make_rebinding,
    make_service,
    start_threads,
)
from hiwar.server.entrance import Entrance
from hiwar.server.http_protocol import BoundedHttpProtocol
from hiwar.server.http_server import BACKLOG, BoundedHttpServer
from hiwar.server.settings import Settings
from hiwar.server.tls import ServerTls, TlsFiles
from hiwar.server.websocket_protocol import BoundedWebSocketProtocol
from hiwar.serving.engines import Engines
from hiwar.serving.loop_delay import watched_loop
from hiwar.serving.service import SpeechService
from hiwar.transports.grpc.server import GrpcServer
from hiwar.transports.rest.origins import OriginPolicy

log = logging.getLogger("hiwar.server")

_SWITCH_INTERVAL_S = 0.0005
"""How soon a thread in Python code gives way: the event loop must not wait the default 5 ms for an engine thread."""
_WEBSOCKET_MESSAGE_BYTES_MAX = 16 * 1024 * 1024
"""Over the sessions' own limits, so that these answer first; a larger frame is refused unread with close 1009."""
_TLS_POLL_S = 2.0
_REVOKED_S = 0.5
"""How often it is looked whether open streams' keys are still good."""
_PING_INTERVAL_S = 20.0
_PING_TIMEOUT_S = 60.0
"""A client that sends much faster than real time is read slowly, and its pongs with it."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that listens. `ready` ends when models are loaded, and raises what kept them from loading."""

    service: SpeechService
    address: tuple[str, int]
    grpc_address: tuple[str, int]
    tls: ServerTls | None
    ready: "asyncio.Task[None]"
    entrance: Entrance

    @property
    def connections(self) -> int:
        """How many are open, of HTTP and WebSocket."""
        return len(self.entrance)

    def url(self, scheme: str) -> str:
        """The base address for `http` or `ws`, made secure when TLS is on."""
        return f"{scheme}{'s' if self.tls else ''}://{_shown(self.address)}"

    @property
    def grpc_target(self) -> str:
        """The address as clients of gRPC write it."""
        return _shown(self.grpc_address)


def _shown(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(slots=True)
class _Progress:
    """The latest line of what is being loaded; `report` is told every one."""

    report: Callable[[str], None]
    line: str = "starting"

    def tell(self, line: str) -> None:
        self.line = line
        self.report(line)


@contextlib.asynccontextmanager
async def running(settings: Settings, report: Callable[[str], None]) -> AsyncIterator[RunningServer]:
    """Listen while the context is open; on leaving it drain, close and release everything.

    `report` gets a line of progress now and then, from any thread. Raises HiwarError when it cannot listen.
    """
    tls = await asyncio.to_thread(_tls, settings)
    async with contextlib.AsyncExitStack() as held:  # given back in the opposite order, when no stream is open
        authenticator = await make_authenticator(settings)
        held.push_async_callback(authenticator.close)
        listener = _listener(settings)
        held.callback(listener.close)
        accounts = make_accounts(settings)
        held.push_async_callback(accounts.close)
        observatory = make_observatory(settings)
        held.push_async_callback(observatory.close)
        loaded: list[Engines] = []
        held.callback(_close_all, loaded)
        threads = start_threads(settings)
        held.push_async_callback(asyncio.to_thread, threads.close)
        service = make_service(settings, authenticator, accounts, threads, observatory)
        progress, rebinding = _Progress(report), make_rebinding(settings, service, threads.loading)
        app = make_app(service, rebinding, threads.reading, lambda: progress.line, _origins(settings))
        server = BoundedHttpServer(_config(app), tls.http if tls else None, Entrance(settings.limits))
        grpc_server = GrpcServer(service, settings.host, settings.grpc_port, tls.grpc_credentials() if tls else None)
        sys.setswitchinterval(_SWITCH_INTERVAL_S)

        async def load() -> None:
            loaded.append(await asyncio.to_thread(load_engines, settings, progress.tell))
            service.begin(loaded[0])
            grpc_server.ready_changed()

        host, port = listener.getsockname()[:2]
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        ready = asyncio.create_task(load())
        async with _repeated(service.end_revoked, _REVOKED_S), watched_loop(observatory):
            try:
                await grpc_server.start()
                async with _followed(tls, settings.shown_certificate(port)):
                    yield RunningServer(service, (host, port), (host, grpc_server.port), tls, ready, server.entrance)
            finally:
                grpc_server.refuse_new()
                await service.drain()
                server.end()
                await asyncio.gather(serving, grpc_server.stop(), ready, return_exceptions=True)


def _close_all(loaded: list[Engines]) -> None:
    for engines in loaded:
        engines.close()


def _origins(settings: Settings) -> OriginPolicy:
    return OriginPolicy(frozenset(map(str.lower, settings.allowed_origins)), settings.on_loopback)


def _tls(settings: Settings) -> ServerTls | None:
    """What the settings ask for. Blocks. Raises HiwarError when it cannot be had."""
    if settings.tls_self_signed:
        from hiwar.server.self_signed import self_signed

        made = self_signed(settings.self_signed_certificate, settings.host, datetime.datetime.now(datetime.UTC))
        return ServerTls(replace(made, client_ca=settings.grpc_client_ca))
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return ServerTls(TlsFiles(settings.tls_cert, settings.tls_key, settings.grpc_client_ca))


@contextlib.asynccontextmanager
async def _followed(tls: ServerTls | None, copy: Path) -> AsyncIterator[None]:
    """While the context is open the certificate follows its files, and the commands on this machine find a copy."""
    if tls is None:
        yield
        return
    await asyncio.to_thread(tls.publish, copy)
    watching = asyncio.create_task(tls.watch(_TLS_POLL_S))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})
        await asyncio.to_thread(tls.withdraw)


@contextlib.asynccontextmanager
async def _repeated(what: Callable[[], Awaitable[None]], every_s: float) -> AsyncIterator[None]:
    """Do it again and again while the context is open; what fails is tried again, and logged once until it works."""

    async def repeat() -> None:
        failed = False
        while True:
            await asyncio.sleep(every_s)
            try:
                await what()
                failed = False
            except Exception:
                if not failed:
                    log.exception("keys cannot be checked")
                failed = True

    repeating = asyncio.create_task(repeat())
    try:
        yield
    finally:
        repeating.cancel()
        await asyncio.wait({repeating})


def _listener(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        message = (
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. "
            "Stop what uses it, or choose another with --port."
        )
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error
    listener.setblocking(False)
    return listener


def _config(app: ASGIApp) -> uvicorn.Config:
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
    )
