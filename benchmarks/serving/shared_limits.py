"""Whether a limit is kept to the letter by two servers that count in one Redis, each with its own clients."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exposed_server import exposed_server
from listener import Wanted, connected, run

from hiwar.client import AsyncClient
from hiwar.errors import HiwarError
from hiwar.serving.keys import UNLIMITED

LIMIT = 100
REQUESTS = 400
_CONNECTIONS = 4
"""Of each server."""
_TONE = {
    "HIWAR_ENGINES_SYNTHESIS": "tone",
    "HIWAR_ENGINES_RECOGNITION": "tone",
    "HIWAR_ENGINES_VOICE_ACTIVITY": "tone",
}
_ANSWERS_S_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """Of so many requests within `seconds` against a limit a minute: those that were spoken, and the rest by code."""

    limit: int
    requests: int
    spoken: int
    refusals: dict[str, int]
    seconds: float


def measure_shared_limits() -> Kept | None:
    """Two servers, with an engine that costs nothing. None where no redis-server is installed."""
    program = shutil.which("redis-server")
    if program is None:
        return None
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        variables = {**_TONE, "HIWAR_COUNTERS": stack.enter_context(_redis(program, folder))}
        servers = [stack.enter_context(exposed_server(1, variables, folder)) for _ in range(2)]
        _, key = servers[0].keys.create("limited", limits=replace(UNLIMITED, requests_per_minute=LIMIT))
        return run(
            count([AsyncClient(one.server.url, key) for one in servers], LIMIT, REQUESTS, connections=_CONNECTIONS)
        )


async def count(clients: Sequence[AsyncClient], limit: int, requests: int, *, connections: int) -> Kept:
    """All requests as fast as they are answered, in equal parts over so many connections of each client."""
    asking = [client for client in clients for _ in range(connections)]
    began_s = time.perf_counter()
    answers = await asyncio.gather(*(_answers(client, requests // len(asking)) for client in asking))
    counted = Counter(answer for each in answers for answer in each)
    spoken = counted.pop("ok", 0)
    return Kept(limit, requests, spoken, dict(counted), round(time.perf_counter() - began_s, 2))


async def _answers(client: AsyncClient, requests: int) -> list[str]:
    answers: list[str] = []
    async with connected(client, Wanted(8000, (("Yara", "ar"),))) as listener:
        for _ in range(requests):
            try:
                await listener.hear("a", "Yara")
                answers.append("ok")
            except HiwarError as error:
                answers.append(str(error.code))
    return answers


@contextlib.contextmanager
def _redis(program: str, folder: Path) -> Iterator[str]:
    """The address of a redis-server of its own, which keeps nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            ends_s = time.monotonic() + _ANSWERS_S_MAX
            while not _listens(port) and time.monotonic() < ends_s:
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
