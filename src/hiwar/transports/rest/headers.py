"""The headers that every HTTP response has, refused WebSocket handshakes included."""

from math import ceil

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hiwar.errors import Allowance
from hiwar.protocol.fields import request_id_of
from hiwar.serving.request_ids import new_request_id

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Nothing that is sent is a page: what a browser takes for one loads and runs nothing.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    # An address may hold a key.
    "Referrer-Policy": "no-referrer",
}
"""Of every response, refused handshakes included. None says that a host name is to be reached over TLS alone: that
would bind the other ports of it too, and on those of hiwar nothing else is spoken when TLS is on."""

_REQUEST_ID = "request_id"
_RESPONSE_STARTS = {"http.response.start", "websocket.http.response.start"}


class ResponseHeaders:
    """ASGI middleware: a request id where the endpoint gave none, the security headers, and no keeping in caches.

    The id is the client's own when it sent a well-formed one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        request_id = request_id_of(Headers(scope=scope).get("x-request-id")) or new_request_id()
        scope.setdefault("state", {})[_REQUEST_ID] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _RESPONSE_STARTS:
                headers = MutableHeaders(raw=list(message["headers"]))
                headers.setdefault("X-Request-ID", request_id)
                headers.setdefault("Cache-Control", "no-store")  # audio and transcripts, for who has the key alone
                headers.update(SECURITY_HEADERS)
                message = {**message, "headers": headers.raw}
            await send(message)

        await self._app(scope, receive, send_with_headers)


def response_request_id(request: HTTPConnection) -> str:
    """The id that the response bears unless its endpoint gives another."""
    made_up: str = request.scope["state"][_REQUEST_ID]
    return made_up


def asked_request_id(request: HTTPConnection) -> str:
    """The client's own id as it came, for the session to check; without one, that of the response."""
    return request.headers.get("x-request-id", response_request_id(request))


def limit_headers(allowance: Allowance | None) -> dict[str, str]:
    """What is left of a key's requests; nothing for a key without a limit."""
    if allowance is None:
        return {}
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(ceil(allowance.reset_s)),
    }
