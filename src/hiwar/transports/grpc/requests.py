"""What a client sends in a call, one request at a time: gRPC holds back what is not read yet."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar, cast

import grpc.aio
from google.protobuf.message import DecodeError, Message

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.protobuf_codec import config_missing
from hiwar.serving.connection import PeerGoneError
from hiwar.transports.grpc.calls import Context

_AHEAD_MAX = 1
"""Requests that are there before they are asked for, besides the one that is being read."""

Request = TypeVar("Request", bound=Message)


class Requests(Generic[Request]):
    """The requests of one call, read by a task of their own: to cancel a read would lose what it brings.

    A client that cancels or vanishes first looks like one that has sent all, and its cancellation comes a moment later:
    the end is told after `settle_s`.
    """

    def __init__(self, context: Context, *, settle_s: float) -> None:
        self._context = context
        self._settle_s = settle_s
        self._ended = False
        self._early: deque[Request | None] = deque()
        self._read: asyncio.Queue[Any] = asyncio.Queue(_AHEAD_MAX)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Read while the context is open."""
        reading = asyncio.create_task(self._read_on())
        try:
            yield
        finally:
            reading.cancel()

    async def first(self, timeout_ms: int) -> Request:
        """The first request, which holds the config; `next` gives it again.

        Raises HiwarError when it does not, or when none comes in time.
        """
        request = await self.asked(timeout_ms)
        if request is None or not request.HasField("config"):
            raise config_missing()
        return request

    async def asked(self, timeout_ms: int) -> Request | None:
        """The first request, whatever it holds, None for the end; `next` gives it again.

        Raises HiwarError when none comes in time.
        """
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                while not self._early:
                    self._early.append(await self._take())
        except TimeoutError as error:
            message = "No request came for too long; send config as soon as the call is open."
            raise HiwarError(ErrorCode.DEADLINE_EXCEEDED, message) from error
        return self._early[0]

    async def ahead(self, count: int, within_s: float) -> tuple[Request | None, ...]:
        """The next ones that are there in a moment, up to so many, None for the end; `next` gives them all again."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(self._early) < count and None not in self._early:
                    self._early.append(await self._take())
        return tuple(self._early)

    async def next(self) -> Request | None:
        """The next one; None, again and again, when there are no more. May be cancelled without losing anything.

        Raises PeerGoneError, or HiwarError for what is no message of this call.
        """
        return self._early.popleft() if self._early else await self._take()

    async def _take(self) -> Request | None:
        if not self._ended:
            request = await self._read.get()
            match request:
                case DecodeError():
                    message = "A request could not be decoded; send messages of this server's protos."
                    raise HiwarError(ErrorCode.INVALID_REQUEST, message) from request
                case grpc.aio.BaseError():
                    raise PeerGoneError from request
                case Exception():
                    raise request
            if request is not grpc.aio.EOF:
                return cast("Request", request)
            self._ended = True
        await asyncio.sleep(self._settle_s)
        return None

    async def _read_on(self) -> None:
        request: Any = None
        while request is not grpc.aio.EOF and not isinstance(request, Exception):
            try:
                request = await self._context.read()
            except Exception as error:  # noqa: BLE001 - carried to who asks for the next one
                request = error
            await self._read.put(request)
