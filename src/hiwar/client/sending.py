"""Frames on their way out while the answers are read. What they say, and what the answers mean, is the caller's."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from typing import TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

Piece = TypeVar("Piece")


@contextlib.asynccontextmanager
async def sending(
    socket: ClientConnection, frames: AsyncGenerator[str | bytes, None]
) -> AsyncIterator["asyncio.Task[None]"]:
    """Send while the context is open. On leaving it `frames` has ended, and its error is raised unless one is.

    An error of `frames` breaks the connection: no end will come, so nothing is left to wait for.
    """
    task = asyncio.create_task(_send_all(socket, frames))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})  # awaiting the task itself could not tell its cancellation from the caller's
    raise_failure(task)


def raise_failure(task: "asyncio.Task[None]") -> None:
    """Raise what the frames of a task of `sending` raised, if they have."""
    failure = task.exception() if task.done() and not task.cancelled() else None
    if failure is not None:
        raise failure


@contextlib.asynccontextmanager
async def closing(source: AsyncIterable[Piece]) -> AsyncIterator[AsyncIterator[Piece]]:
    """Iterate over a source that is not kept running when the reader leaves early."""
    pieces = aiter(source)
    try:
        yield pieces
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()


async def _send_all(socket: ClientConnection, frames: AsyncGenerator[str | bytes, None]) -> None:
    try:
        async with contextlib.aclosing(frames):
            async for frame in frames:
                try:
                    await socket.send(frame)
                except ConnectionClosed:  # told to the one who reads
                    return
                await asyncio.sleep(0)  # a source and a socket that never wait must not keep the reader from its turn
    except Exception:
        socket.transport.abort()
        raise
