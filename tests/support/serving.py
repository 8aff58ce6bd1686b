"""A whole server inside the test process: tone engines, a free loopback port, an event loop in a thread of its own."""

import asyncio
import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from websockets.sync.client import ClientConnection, connect

from hiwar.server.lifecycle import RunningServer, running
from hiwar.server.settings import Settings, load_settings
from hiwar.serving.auth import read_local_key

WAIT_S = 30.0
"""Bound of every wait in a test: far above what is needed, so that only a hang reaches it."""

MODEL_FREE: Mapping[str, object] = {
    "port": 0,
    "grpc_port": 0,
    "engines.synthesis": "tone",
    "engines.recognition": "tone",
    "engines.voice_activity": "tone",
    "admission.enabled": False,
}

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A server that listens. `key` is its ready-made key."""

    running: RunningServer
    settings: Settings
    key: str = field(repr=False)
    loop: asyncio.AbstractEventLoop
    stop: Callable[[], None]
    """Ask it to end before the context does; it drains."""

    @property
    def url(self) -> str:
        """The WebSocket address without a path."""
        return self.running.url("ws")

    @property
    def grpc_target(self) -> str:
        """Where a gRPC channel connects."""
        host, port = self.running.grpc_address
        return f"{host}:{port}"

    def call(self, function: Callable[[], Result]) -> Result:
        """Run a function on the server's event loop and return what it returns."""

        async def on_loop() -> Result:
            return function()

        return asyncio.run_coroutine_threadsafe(on_loop(), self.loop).result(WAIT_S)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds, looked at on the server's loop again and again."""
        deadline_s = time.monotonic() + WAIT_S
        while not self.call(condition):
            assert time.monotonic() < deadline_s, "this never came true"

    @property
    def held(self) -> "Held":
        """What the process and the server hold at this moment."""
        service = self.running.service
        return self.call(
            lambda: Held(
                streams=len(service._streams),
                slots=len(service._slots),
                tasks=len(asyncio.all_tasks()) - 1,
                threads=threading.active_count(),
                files=len(list(Path("/proc/self/fd").iterdir())),
            )
        )

    @contextlib.contextmanager
    def connect(self, path: str, *, key: str | None = None) -> Iterator[ClientConnection]:
        """A WebSocket, signed in by header with the server's own key unless another is given; "" gives none."""
        chosen = self.key if key is None else key
        headers = {"X-API-Key": chosen} if chosen else {}
        with connect(
            self.url + path,
            additional_headers=headers,
            compression=None,
            proxy=None,
            max_size=None,
            open_timeout=WAIT_S,
            close_timeout=WAIT_S,
        ) as socket:
            yield socket

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> "Answer":
        """A GET over HTTP, whatever its status."""
        return http_ask(self.running.url("http") + path, headers or {})

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> "Answer":
        """A POST with the server's own key unless the headers name another."""
        return http_ask(self.running.url("http") + path, {"X-API-Key": self.key, **(headers or {})}, body)


@dataclass(frozen=True, slots=True)
class Held:
    """What a stream takes and must give back."""

    streams: int
    slots: int
    tasks: int
    threads: int
    files: int

    def is_back_to(self, before: "Held") -> bool:
        """Whether nothing more is held. Less may be: idle connections of earlier tests end in their own time."""
        return all(now <= then for now, then in zip(astuple(self), astuple(before), strict=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response, read to its end; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def http_ask(url: str, headers: Mapping[str, str], body: bytes | None = None, *, method: str | None = None) -> Answer:
    """A GET, a POST of a body, or another method, that takes every status for an answer."""
    request = urllib.request.Request(url, body, dict(headers), method=method)  # noqa: S310 - http on loopback
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=WAIT_S) as response:
            return _answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.headers, error.read())


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    return Answer(status, {name.lower(): value for name, value in headers.items()}, body)


def model_free_settings(data_dir: Path, flags: Mapping[str, object] | None = None) -> Settings:
    """Settings for tone engines on a free port, with `flags` on top."""
    return load_settings({**MODEL_FREE, "data_dir": str(data_dir), **(flags or {})}, None, {}).settings


@contextlib.contextmanager
def live_server(
    data_dir: Path, flags: Mapping[str, object] | None = None, *, wait_ready: bool = True
) -> Iterator[LiveServer]:
    """A server while the context is open, ready unless told otherwise; then it has drained and its thread is over."""
    chosen = model_free_settings(data_dir, flags)
    started: Future[tuple[RunningServer, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with running(chosen, lambda _line: None) as server:
            if wait_ready:
                await server.ready
            started.set_result((server, asyncio.get_running_loop(), stop))
            await stop.wait()

    def run() -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.Loop) as runner:
                runner.run(serve())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run, name="server")
    thread.start()
    try:
        server, loop, stop = started.result(WAIT_S)

        def end() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended already
                loop.call_soon_threadsafe(stop.set)

        try:
            yield LiveServer(server, chosen, read_local_key(data_dir) or "", loop, end)
        finally:
            end()
    finally:
        thread.join(WAIT_S)
        assert not thread.is_alive(), "the server did not end"
