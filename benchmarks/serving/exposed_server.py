"""A server of its own for the benchmarks of an exposed server, with keys that are made and revoked while it runs."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from measured_server import MeasuredServer, started_server

from hiwar.client import AsyncClient
from hiwar.serving.keys import UNLIMITED, KeyLimits, KeyStore

_QUIET = {"HIWAR_LOG_LEVEL": "error"}
"""Clients that are refused or cut off are what is measured."""


@dataclass(frozen=True, slots=True)
class ExposedServer:
    """A server, and the store of its keys as another process has it."""

    server: MeasuredServer
    keys: KeyStore

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
        with contextlib.closing(KeyStore(folder / "keys.db")) as keys:
            yield ExposedServer(server, keys)
