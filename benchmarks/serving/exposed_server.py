"""A server of its own for the benchmarks of an exposed server, with keys that are made and revoked while it runs."""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from measured_server import MeasuredServer, started_server

from hiwar.client import AsyncClient
from hiwar.serving.key_store import KeyStore, open_key_store
from hiwar.serving.keys import UNLIMITED, KeyLimits, KeyRecord

_QUIET = {"HIWAR_LOG_LEVEL": "error"}
"""Clients that are refused or cut off are what is measured."""


Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a server as another process has them. Its calls block, for some milliseconds."""

    file: Path

    def create(self, name: str, limits: KeyLimits = UNLIMITED) -> tuple[KeyRecord, str]:
        """A new key."""
        return self._ask(lambda store: store.create(name, limits=limits))

    def revoke(self, key_id: str) -> bool:
        """Refuse a key from now on."""
        return self._ask(lambda store: store.revoke(key_id))

    def _ask(self, question: Callable[[KeyStore], Awaitable[Answer]]) -> Answer:
        async def asked() -> Answer:
            store = await open_key_store(None, self.file)
            try:
                return await question(store)
            finally:
                await store.close()

        with ThreadPoolExecutor(1) as thread:  # the caller may run in a loop already
            return thread.submit(asyncio.run, asked()).result()


@dataclass(frozen=True, slots=True)
class ExposedServer:
    """A server, and the store of its keys as another process has it."""

    server: MeasuredServer
    keys: Keys

    def client(self, name: str, limits: KeyLimits = UNLIMITED) -> AsyncClient:
        """A client with a new key."""
        return AsyncClient(self.server.url, self.keys.create(name, limits=limits)[1])


@contextlib.contextmanager
def exposed_server(
    threads: int, variables: Mapping[str, str] | None = None, data_dir: Path | None = None
) -> Iterator[ExposedServer]:
    """Started with `variables` in its environment, in a data folder of its own if none is given."""
    with contextlib.ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(started_server(folder, threads, {**_QUIET, **(variables or {})}))
        yield ExposedServer(server, Keys(folder / "keys.db"))
