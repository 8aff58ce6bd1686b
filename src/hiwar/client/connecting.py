"""Opening a WebSocket to a server, and its failures as errors that say what to do. What is said is the sessions'."""

import ipaddress
import ssl
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode, urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus, InvalidURI

from hiwar.client.trust import not_secured
from hiwar.errors import STATUS, ErrorCode, HiwarError

_MESSAGE_BYTES_MAX = 16 * 1024 * 1024
_BY_CLOSE_CODE = {
    # Of codes that share a close code the first is the most general.
    **{row.websocket_close: code for code, row in reversed(STATUS.items())},
    # No file travels over a WebSocket; 1009 is what it says itself to a frame too large to be read.
    4413: ErrorCode.FRAME_TOO_LARGE,
    1009: ErrorCode.FRAME_TOO_LARGE,
}


class ConnectionFailedError(HiwarError):
    """No server answers there, or the connection was lost before the answer was complete."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.ENGINE_UNAVAILABLE, message)


async def open_websocket(
    url: str,
    path: str,
    *,
    query: Mapping[str, str],
    api_key: str | None,
    timeout_s: float,
    tls: ssl.SSLContext | None = None,
) -> ClientConnection:
    """Connect and sign in by header; `tls` is for an address that begins with wss.

    Raises ConnectionFailedError, the HiwarError that the server refused with, or one for a malformed key or address.
    """
    address = f"{url.rstrip('/')}{path}"
    if query:
        address += f"?{urlencode(query)}"
    headers = key_header(api_key)
    proxy: Literal[True] | None = None if _is_loopback(_host(url)) else True
    try:
        return await connect(
            address,
            additional_headers=headers,
            open_timeout=timeout_s,
            max_size=_MESSAGE_BYTES_MAX,
            compression=None,
            proxy=proxy,
            ssl=tls,
        )
    except InvalidStatus as refused:
        raise _refusal(refused) from refused
    except InvalidURI as error:
        raise _bad_address() from error
    except ssl.SSLError as error:
        raise ConnectionFailedError(not_secured(url, error)) from error
    except InvalidMessage as error:
        raise no_hiwar_server(url) from error
    except (OSError, TimeoutError, InvalidHandshake) as error:
        message = f"No hiwar server answers at {url}; start one with: hiwar serve"
        raise ConnectionFailedError(message) from error


def key_header(api_key: str | None) -> dict[str, str]:
    """The header that signs in; empty without a key. Raises HiwarError for a key that no header can hold."""
    if not api_key:
        return {}
    if not all("!" <= character <= "~" for character in api_key):
        message = "The API key is malformed: a key is ASCII letters, digits and signs, without spaces; copy it again."
        raise HiwarError(ErrorCode.UNAUTHORIZED, message)
    return {"X-API-Key": api_key}


def no_hiwar_server(url: str) -> ConnectionFailedError:
    """The error for a peer that says something else than HTTP, or nothing."""
    return ConnectionFailedError(
        f"What listens at {url} does not answer as a hiwar server; is it one with TLS (--url wss://...)?"
    )


def closed_by_server(code: int | None) -> HiwarError:
    """The error for a close before the answer was complete."""
    if code in _BY_CLOSE_CODE:
        return HiwarError(_BY_CLOSE_CODE[code], "The server closed the connection; see the code.")
    return ConnectionFailedError("The connection to the server was lost before the answer was complete; try again.")


def _refusal(refused: InvalidStatus) -> HiwarError:
    """What the server said in place of the upgrade: its stable code when the body has one, else by its status."""
    status = refused.response.status_code
    try:
        body = msgspec.json.decode(refused.response.body or b"", type=dict[str, str])
    except msgspec.DecodeError:
        body = {}
    named = body.get("reason") or body.get("error")
    detail = body.get("detail") or f"The server refused the connection with HTTP {status}."
    wait_s = refused.response.headers.get("Retry-After", "")
    retry_after_ms = 1000 * int(wait_s) if wait_s.isdecimal() else None
    for code in ErrorCode:
        if named == code:
            return HiwarError(code, detail, retry_after_ms)
    by_status = (code for code, row in STATUS.items() if row.http == status)
    return HiwarError(next(by_status, ErrorCode.INTERNAL), detail, retry_after_ms)


def _bad_address() -> HiwarError:
    return HiwarError(ErrorCode.INVALID_REQUEST, "The server's address must look like ws://127.0.0.1:8080.")


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is none
    except ValueError as error:
        raise _bad_address() from error
    return parts.hostname or ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
