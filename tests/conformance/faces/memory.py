"""The application without a socket: ASGI events go from the test to the routes and back through queues."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from golden.faces import Face
from golden.replay import LOST, Answered, Ended, Peer
from starlette.types import ASGIApp, Message, Scope

from hiwar.errors import EngineUnavailableError
from hiwar.server.app import (
    load_engines,
    make_app,
    make_authenticator,
    make_observatory,
    make_rebinding,
    make_service,
    start_threads,
)
from hiwar.server.settings import Settings
from hiwar.serving.auth import read_local_key
from hiwar.transports.rest.origins import OriginPolicy
from support.accounts import own_accounts
from support.serving import WAIT_S, model_free_settings

_WAITING_MAX = 64
"""Frames that a client has not taken; then the server waits, as a socket would have it."""

Result = TypeVar("Result")


class _Stream:
    """One ASGI WebSocket; all of it lives on the application's loop."""

    def __init__(self) -> None:
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue(_WAITING_MAX)
        self._gone = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        self._sent.put_nowait({"type": "websocket.connect"})
        try:
            await app(scope, self._sent.get, self._answer)
        finally:
            if not self._gone:
                await self._answers.put({"type": "websocket.close", "code": LOST, "reason": "connection lost"})

    async def _answer(self, message: Message) -> None:
        if self._gone:
            raise OSError("the client has left")
        await self._answers.put(message)

    async def answered(self) -> Message:
        return await self._answers.get()

    def say(self, frame: str | bytes) -> None:
        kind = "text" if isinstance(frame, str) else "bytes"
        self._sent.put_nowait({"type": "websocket.receive", kind: frame})

    def leave(self) -> None:
        self._gone = True
        self._sent.put_nowait({"type": "websocket.disconnect", "code": 1000, "reason": ""})
        while not self._answers.empty():
            self._answers.get_nowait()


class MemoryServer:
    """The application on an event loop of its own. It is a `Dialer`."""

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop, key: str) -> None:
        self.key = key
        self._app = app
        self.loop = loop
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def face(self) -> Face:
        """In memory."""
        return Face.MEMORY

    def refused(self, path: str, query: str, headers: Mapping[str, str]) -> Answered:
        """How the routes answer a handshake that is to be refused."""
        return self.open(path, query, headers)[0]

    def open(self, path: str, query: str, headers: Mapping[str, str]) -> tuple[Answered, Peer | None]:
        """How the routes answer a handshake."""
        scope = _scope(path, query, headers)
        stream, answered, body = self.run(self._open(scope))
        peer = _MemoryPeer(self, stream) if answered["type"] == "websocket.accept" else None
        names = {name.decode(): value.decode() for name, value in answered.get("headers", [])}
        return Answered(101 if peer else answered["status"], names, body), peer

    async def _open(self, scope: Scope) -> tuple[_Stream, Message, bytes]:
        stream = _Stream()
        self._tasks.add(asyncio.create_task(stream.run(self._app, scope)))
        answered = await stream.answered()
        body = b""
        more = answered["type"] == "websocket.http.response.start"
        while more:
            part = await stream.answered()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        return stream, answered, body

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run it on the application's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(WAIT_S)

    async def end(self) -> None:
        """All streams are over; what one of them raised is raised."""
        await asyncio.gather(*self._tasks)


class _MemoryPeer:
    """The client's end of a stream."""

    def __init__(self, server: MemoryServer, stream: _Stream) -> None:
        self._server = server
        self._stream = stream
        self._end: Ended | None = None

    def send(self, frame: str | bytes) -> None:
        self._server.loop.call_soon_threadsafe(self._stream.say, frame)

    def receive(self) -> str | bytes | Ended:
        if self._end is not None:
            return self._end
        message = self._server.run(self._stream.answered())
        if message["type"] == "websocket.close":
            self._end = Ended(message.get("code", 1000), message.get("reason") or "")
            return self._end
        frame: str | bytes | None = message.get("text")
        return message["bytes"] if frame is None else frame

    def close(self) -> None:
        self._server.loop.call_soon_threadsafe(self._stream.leave)


def _scope(path: str, query: str, headers: Mapping[str, str]) -> Scope:
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("memory", 80),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }


@contextlib.contextmanager
def memory_server(data_dir: Path, flags: Mapping[str, object]) -> Iterator[MemoryServer]:
    """The application with tone engines while the context is open; then it has drained."""
    started: Future[tuple[MemoryServer, asyncio.Event]] = Future()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.Loop) as runner:
                runner.run(_serve(model_free_settings(data_dir, flags), started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run, name="memory")
    thread.start()
    try:
        server, stop = started.result(WAIT_S)
        try:
            yield server
        finally:
            server.loop.call_soon_threadsafe(stop.set)
    finally:
        thread.join(WAIT_S)
        assert not thread.is_alive(), "the application did not end"


async def _serve(settings: Settings, started: "Future[tuple[MemoryServer, asyncio.Event]]") -> None:
    async with contextlib.AsyncExitStack() as held:
        authenticator = await make_authenticator(settings)
        held.push_async_callback(authenticator.close)
        threads = start_threads(settings)
        held.callback(threads.close)
        service = make_service(settings, authenticator, own_accounts(), threads, make_observatory(settings))
        with contextlib.suppress(EngineUnavailableError):  # it serves without them, as a server does
            engines = load_engines(settings, lambda _line: None)
            held.callback(engines.close)
            service.begin(engines)
        rebinding = make_rebinding(settings, service, threads.loading)
        app = make_app(service, rebinding, threads.reading, lambda: "", OriginPolicy(on_loopback=True))
        server = MemoryServer(app, asyncio.get_running_loop(), read_local_key(settings.data_dir) or "")
        stop = asyncio.Event()
        started.set_result((server, stop))
        await stop.wait()
        await service.drain()
        await server.end()
