"""Responses that are written while they are made: the head goes out with the first of the body.

What fails before it is answered with its own status; what fails later breaks the connection, so that no client takes
the part for the whole.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.keys import Service
from hiwar.serving.observation import Observatory, StreamObservation
from hiwar.serving.slots import Slot
from hiwar.transports.rest.bodies import InvalidBodyError
from hiwar.transports.rest.errors import error_response, validation_response
from hiwar.transports.rest.headers import limit_headers, response_request_id

EVENTS = "text/event-stream; charset=utf-8"


class StreamedResponse:
    """The response to one request. Writing waits while the client is slow, and raises PeerGoneError when it left."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._begun = False
        self._complete = False
        self._slot: Slot | None = None

    def counted_by(self, slot: Slot) -> None:
        """Its headers say what is left of the key's requests when the head goes out."""
        self._slot = slot

    async def write(self, body: bytes, headers: Mapping[str, str]) -> None:
        """The next of the body; `headers` count with the first."""
        await self._begin(headers)
        await self._pass_on({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self, headers: Mapping[str, str]) -> None:
        """That was all of it."""
        await self._begin(headers)
        await self._pass_on({"type": "http.response.body", "body": b"", "more_body": False})
        self._complete = True

    async def answer(self, response: Response) -> None:
        """A whole response instead; nothing when this one has begun."""
        if not self._begun:
            self._begun = True
            response.headers.update(self._limit_headers())
            await response(self._scope, self._receive, self._pass_on)
            self._complete = True

    async def until_gone(self) -> None:
        """Wait until the client has left. May be cancelled."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def break_unless_complete(self) -> None:
        """Close the connection at once when the response broke off, whatever of it still waits to leave."""
        if self._begun and not self._complete and (extension := self._scope.get("extensions", {}).get("hiwar.abort")):
            extension["abort"]()
            await self.until_gone()

    async def _begin(self, headers: Mapping[str, str]) -> None:
        if not self._begun:
            self._begun = True
            all_headers = {**headers, **self._limit_headers()}
            raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in all_headers.items()]
            await self._pass_on({"type": "http.response.start", "status": 200, "headers": raw})

    def _limit_headers(self) -> Mapping[str, str]:
        return {} if self._slot is None else limit_headers(self._slot.allowance)

    async def _pass_on(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError as error:
            raise PeerGoneError from error


Handle = Callable[[Request, StreamedResponse, StreamObservation], Awaitable[None]]


class Observed(Protocol):
    """What has an observatory: the service."""

    @property
    def observatory(self) -> Observatory:
        """Where its streams are observed."""
        ...


def streamed(handle: Handle, service: Observed, wanted: Service) -> Callable[[Request], Awaitable[ASGIApp]]:
    """An endpoint of a function that writes its response itself, or raises what is wrong."""

    async def endpoint(request: Request) -> ASGIApp:
        async def respond(scope: Scope, receive: Receive, send: Send) -> None:
            response = StreamedResponse(scope, receive, send)
            try:
                await _handled(handle, request, response, service.observatory, wanted)
            except (PeerGoneError, ClientDisconnect):
                pass
            finally:
                await response.break_unless_complete()

        return respond

    return endpoint


async def _handled(
    handle: Handle, request: Request, response: StreamedResponse, observatory: Observatory, wanted: Service
) -> None:
    try:
        with observatory.stream(wanted, "rest", response_request_id(request), request.headers) as seen:
            await _observed(handle, request, response, seen)
    except InvalidBodyError as error:
        await response.answer(validation_response(error.field, error.message))
    except HiwarError as error:
        await response.answer(error_response(error))


async def _observed(handle: Handle, request: Request, response: StreamedResponse, seen: StreamObservation) -> None:
    try:
        await handle(request, response, seen)
    except InvalidBodyError:
        seen.broken(ErrorCode.INVALID_REQUEST)
        raise
    except ClientDisconnect as error:
        raise PeerGoneError from error


def event(message: msgspec.Struct) -> bytes:
    """A server-sent event."""
    return b"data: " + msgspec.json.encode(message) + b"\n\n"
