"""A call of two streams as the drivers see it: one exchange, which any error ends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

import grpc.aio
import msgspec
from google.protobuf.message import Message

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.effects import NORMAL_CLOSURE
from hiwar.protocol.messages import ErrorEvent, ServerMessage, SynthesisComplete
from hiwar.protocol.refusals import going_away
from hiwar.serving.connection import Incoming, PeerGoneError
from hiwar.transports.grpc.calls import Call
from hiwar.transports.grpc.requests import Requests

Request = TypeVar("Request", bound=Message)


class Opening(NamedTuple):
    """What the session hears first of a call, and whether that is all that the client has to say."""

    fields: Mapping[str, object]
    is_all: bool


class CallConnection(Generic[Request]):
    """A call, from its first request on, or behind it without `opening`.

    `opening` says what the session hears of the first request, and may be asked again after a cancellation; `taken`
    what a later one is to it, and raises HiwarError for one that may not come; `told` is the response for a message or
    audio, None where there is none. `idle` is the sentence for a client that sends nothing.
    """

    def __init__(
        self,
        call: Call,
        requests: Requests[Request],
        *,
        taken: Callable[[Request], Incoming],
        told: Callable[[ServerMessage | bytes], object | None],
        idle: str,
        opening: Callable[[], Awaitable[Opening]] | None = None,
    ) -> None:
        self._call = call
        self._requests = requests
        self._taken = taken
        self._told = told
        self._idle = idle
        self._opening = opening
        self._finished = False
        self._complete = False
        self._error: HiwarError | None = None

    async def receive(self) -> Incoming:
        """What comes next; the client's half-close is a `finish`, and behind it nothing comes."""
        if self._finished:
            await asyncio.Event().wait()
        try:
            if self._opening is not None:
                fields, self._finished = await self._opening()
                self._opening = None
                return fields
            request = await self._requests.next()
            if request is not None:
                return self._taken(request)
        except HiwarError as error:
            raise self._failed(error) from error
        self._finished = True
        return {"type": "finish"}

    async def send(self, message: ServerMessage) -> None:
        """Write a response, waiting while the client reads slowly. Raises PeerGoneError behind the last one, too."""
        if isinstance(message, ErrorEvent):
            if message.code is ErrorCode.IDLE_TIMEOUT:
                message = msgspec.structs.replace(message, message=self._idle)
            raise self._failed(message.as_error())
        await self._write(self._told(message))
        if isinstance(message, SynthesisComplete):
            if message.status == "ok" and not self._finished:  # the server is stopping: it took no more text
                raise self._failed(going_away())
            self._complete = True
            raise PeerGoneError

    async def send_audio(self, audio: bytes) -> None:
        """Write audio in the same way."""
        await self._write(self._told(audio))

    async def close(self, code: int, reason: str) -> None:  # noqa: ARG002 - an error has its own sentence
        """The exchange is over."""
        if code != NORMAL_CLOSURE:
            raise self._failed(going_away())
        self._complete = True

    def end(self) -> None:
        """The stream is over. Raises HiwarError unless the client has all that it asked for."""
        if self._error is not None:
            raise self._error
        if not self._complete:
            message = "The client took nothing for too long; read the responses as they come."
            raise HiwarError(ErrorCode.DEADLINE_EXCEEDED, message)

    def _failed(self, error: HiwarError) -> PeerGoneError:
        """What ends the stream; `end` says why. The first error counts."""
        self._error = self._error or error
        return PeerGoneError()

    async def _write(self, response: object | None) -> None:
        if response is None:
            return
        try:
            await self._call.greeted
            await self._call.context.write(response)
        except grpc.aio.BaseError as error:
            raise PeerGoneError from error
