"""What the drivers of both directions share: the task that listens, and the end of every task of a stream."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar

from hiwar.errors import ErrorCode, Fault, HiwarError
from hiwar.serving.clock import Clock
from hiwar.serving.connection import Connection, PeerGoneError

_LOOK_AGAIN_S = 60.0
"""A deadline that begins while a frame is waited for is seen this late at most."""

END_S = 0.25
"""How long a peer may take to hear that its stream is broken off."""

Effect_co = TypeVar("Effect_co", covariant=True)
Effect = TypeVar("Effect")


class ListeningSession(Protocol[Effect_co]):
    """The side of a session that faces the peer; see `TtsServerSession` and `AsrServerSession`."""

    @property
    def deadline_s(self) -> float | None:
        """When `tick` must be called at the latest."""
        ...

    def tick(self, now: float) -> tuple[Effect_co, ...]:
        """Answer a deadline that has passed."""
        ...

    def receive_text(self, frame: str, now: float) -> tuple[Effect_co, ...]:
        """A text frame came in."""
        ...

    def receive_binary(self, frame: bytes, now: float) -> tuple[Effect_co, ...]:
        """A binary frame came in."""
        ...

    def receive_fields(self, fields: Mapping[str, object], now: float) -> tuple[Effect_co, ...]:
        """A message came in that the transport has taken apart itself."""
        ...

    def peer_closed(self) -> tuple[Effect_co, ...]:
        """The connection is gone."""
        ...


async def listen(
    session: ListeningSession[Effect],
    connection: Connection,
    carry_out: Callable[[tuple[Effect, ...]], Awaitable[None]],
    ended: asyncio.Event,
    clock: Clock,
) -> None:
    """Give every frame and every passed deadline to the session, until the stream has ended."""
    while not ended.is_set():
        deadline_s = session.deadline_s
        wait_s = _LOOK_AGAIN_S if deadline_s is None else min(max(0.0, deadline_s - clock()), _LOOK_AGAIN_S)
        try:
            async with asyncio.timeout(wait_s):
                frame = await connection.receive()
        except TimeoutError:
            await carry_out(session.tick(clock()))
            continue
        match frame:
            case str():
                await carry_out(session.receive_text(frame, clock()))
            case bytes():
                await carry_out(session.receive_binary(frame, clock()))
            case None:
                await carry_out(session.peer_closed())
                ended.set()
            case _:
                await carry_out(session.receive_fields(frame, clock()))
        await asyncio.sleep(0)  # frames that came in one packet take turns with the other streams


async def run_until(
    ended: asyncio.Event, *work: Coroutine[Any, Any, None], clock: Clock, idle: Callable[[float], None]
) -> None:
    """Run a stream's tasks until `ended` is set, one fails, or the peer is gone; then all of them are over.

    `idle` is told how many seconds that took.
    """
    ending_s = clock()
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
            try:
                await ended.wait()
            finally:
                ending_s = clock()
            for task in tasks:
                task.cancel()
    except* PeerGoneError:
        pass
    finally:
        idle(clock() - ending_s)


async def say_last(said: Awaitable[None], ended: asyncio.Event, *, within_s: float | None = None) -> None:
    """Say what the server ends a stream with; a peer that is gone, or does not take it in time, ends it at once."""
    try:
        async with asyncio.timeout(within_s):
            await said
    except (PeerGoneError, TimeoutError):
        ended.set()


def for_client(raised: Exception, log: logging.Logger, request_id: str) -> HiwarError:
    """What a client is told of an error: its own sentence, or a fixed one while the log keeps the rest."""
    error = raised if isinstance(raised, HiwarError) else None
    if error is None or error.status.fault is Fault.SERVER:
        log.error("a stream failed", exc_info=raised, extra={"request_id": request_id})
    return error or HiwarError(ErrorCode.INTERNAL, "The server failed on this request and logged it; try again.")
