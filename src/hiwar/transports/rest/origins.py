"""Which web pages may use the server from a browser: a check of every request's Origin, and CORS for those let in.

Clients that are no browsers send no Origin and are not concerned.
"""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from hiwar.errors import ErrorCode, HiwarError
from hiwar.transports.rest.errors import error_response

ANY_ORIGIN = "*"
_PORTS = {"http": 80, "https": 443}
_METHODS = ("GET", "POST")
_SENT_HEADERS = ("Authorization", "Content-Type", "X-API-Key", "X-Request-ID")
_SHOWN_HEADERS = ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID")
_PREFLIGHT_KEPT_S = 600


@dataclass(frozen=True, slots=True)
class OriginPolicy:
    """Origins that are let in beside the server's own. `on_loopback`: the server is reached from its machine alone."""

    allowed: Collection[str] = ()
    on_loopback: bool = False

    def allows(self, origin: str, host: str) -> bool:
        """Whether a page from there may use a server that it calls `host`.

        On loopback the host must be a name of loopback as well: any other name that leads there was made to by
        somebody else's DNS.
        """
        if ANY_ORIGIN in self.allowed or origin.lower() in self.allowed:
            return True
        parts = _split(origin)
        if (
            parts is None
            or _authority(parts) is None
            or _authority(parts) != _authority(_split(f"{parts.scheme}://{host}"))
        ):
            return False
        return not self.on_loopback or _is_loopback(parts.hostname or "")


class OriginCheck:
    """ASGI middleware: answers 403 to pages of other origins, WebSocket handshakes included."""

    def __init__(self, app: ASGIApp, policy: OriginPolicy) -> None:
        self._policy = policy
        self._app = app
        if policy.allowed:
            self._app = CORSMiddleware(
                app,
                allow_origins=tuple(policy.allowed),
                allow_methods=_METHODS,
                allow_headers=_SENT_HEADERS,
                expose_headers=_SHOWN_HEADERS,
                max_age=_PREFLIGHT_KEPT_S,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None or self._policy.allows(origin, headers.get("host", "")):
            await self._app(scope, receive, send)
            return
        message = "Pages of this origin may not use the server; its operator can name it in allowed_origins."
        await error_response(HiwarError(ErrorCode.FORBIDDEN, message))(scope, receive, send)


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme and parts.hostname else None


def _authority(parts: SplitResult | None) -> tuple[str, int | None] | None:
    """Host and port, that of the scheme where none is written."""
    if parts is None or parts.username is not None or parts.hostname is None:
        return None
    return parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
