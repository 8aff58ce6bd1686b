"""Plain HTTP requests of the commands to a hiwar server; its refusals become errors again."""

import http.client
import ssl
import urllib.error
import urllib.request

import msgspec

from hiwar.cli.server_choice import Server, on_this_machine
from hiwar.client import ConnectionFailedError
from hiwar.client.connecting import key_header, no_hiwar_server
from hiwar.client.trust import client_context, not_secured
from hiwar.errors import ErrorCode, HiwarError


class _Refusal(msgspec.Struct, frozen=True):
    """What the bodies of all errors have; `reason` only some."""

    detail: str = ""
    reason: ErrorCode | None = None


def request(
    server: Server, path: str, body: object = None, *, method: str | None = None, timeout_s: float = 10.0
) -> bytes:
    """The body of the answer to a GET, or to a POST of `body` as JSON, or to another method.

    Raises HiwarError with what the server says, and ConnectionFailedError when none answers. No redirect is followed.
    """
    content = None if body is None else msgspec.json.encode(body)
    headers = {"Content-Type": "application/json", **key_header(server.api_key)}
    address = "http" + server.url.removeprefix("ws") + path
    asked = urllib.request.Request(address, content, headers, method=method)  # noqa: S310 - http or https
    try:
        with _opener(server).open(asked, timeout=timeout_s) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error) from error
    except TimeoutError as error:
        message = (
            f"The server at {server.url} has not answered after {timeout_s:.0f} s; try again when it is less busy."
        )
        raise ConnectionFailedError(message) from error
    except (ConnectionResetError, http.client.HTTPException) as error:
        raise no_hiwar_server(server.url) from error
    except OSError as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(cause, ssl.SSLError):
            raise ConnectionFailedError(not_secured(server.url, cause)) from error
        raise ConnectionFailedError(f"No hiwar server answers at {server.url}; start one with: hiwar serve") from error


def _opener(server: Server) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
    if on_this_machine(server.url):
        handlers.append(urllib.request.ProxyHandler({}))  # no proxy leads here, and one would see the key
    if server.url.startswith("wss:"):
        handlers.append(urllib.request.HTTPSHandler(context=client_context(server.trusted)))
    return urllib.request.build_opener(*handlers)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The library would take the key along to whatever host it is sent to."""

    def redirect_request(self, *_: object) -> None:
        return None


def _refused(error: urllib.error.HTTPError) -> HiwarError:
    try:
        refusal = msgspec.json.decode(error.read(), type=_Refusal)
    except (OSError, ValueError):
        refusal = _Refusal()
    advice = "Is the key right (--api-key)?" if error.code == 401 else ""
    said = refusal.detail or "Is this a hiwar server, and ready (/readyz)?"
    message = f"The server refused (HTTP {error.code}). {said.rstrip('.')}. {advice}"
    return HiwarError(refusal.reason or ErrorCode.INVALID_REQUEST, message.rstrip())
