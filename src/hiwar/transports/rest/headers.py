"""The headers that every HTTP response has, refused WebSocket handshakes included."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hiwar.serving.service import new_request_id

_RESPONSE_STARTS = {"http.response.start", "websocket.http.response.start"}


class ResponseHeaders:
    """ASGI middleware: a request id where the endpoint gave none, and the two security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _RESPONSE_STARTS:
                headers = MutableHeaders(raw=list(message["headers"]))
                headers.setdefault("X-Request-ID", new_request_id())
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"
                message = {**message, "headers": headers.raw}
            await send(message)

        await self._app(scope, receive, send_with_headers)
