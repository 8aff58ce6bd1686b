"""JSON bodies: those of requests are bounded while they arrive and checked against a struct."""

import asyncio
import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hiwar.errors import ErrorCode, HiwarError

Body = TypeVar("Body")

_WHOLE_AFTER_S = 10.0
"""As long as the head of a request may take: a peer that never completes a body cannot keep its socket."""

_PLACE = re.compile(r" - at `\$\.?(.*)`\Z")
_ABSENT_OR_UNKNOWN = re.compile(r"Object (?:missing required|contains unknown) field `(.*)`\Z")


class InvalidBodyError(Exception):
    """A body that is JSON, but not what is asked for: `field` is wrong as `message` says."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def invalid_body(error: msgspec.ValidationError) -> InvalidBodyError:
    """What is wrong, and with which field: msgspec says both in one sentence."""
    message = _PLACE.sub("", str(error))
    place = _PLACE.search(str(error))
    named = _ABSENT_OR_UNKNOWN.search(message)
    path = [found[1] for found in (place, named) if found and found[1]]
    return InvalidBodyError(".".join(path), message)


def refuse_encoded(request: Request) -> None:
    """Raise HiwarError unsupported_format for a body that is compressed: a small one could become any size."""
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise HiwarError(ErrorCode.UNSUPPORTED_FORMAT, "Send the body as it is, without Content-Encoding.")


def json_response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A struct, or a dataclass, as a response."""
    return Response(msgspec.json.encode(body), status, headers, "application/json")


async def read_json(
    request: Request, kind: type[Body], bytes_max: int, *, absent: bytes = b"", whole_after_s: float = _WHOLE_AFTER_S
) -> Body:
    """The body as `kind`; `absent` stands for none.

    Raises InvalidBodyError, and HiwarError file_too_large, idle_timeout, unsupported_format or invalid_request.
    """
    refuse_encoded(request)
    try:
        async with asyncio.timeout(whole_after_s):
            body = await _received(request, bytes_max)
        return msgspec.json.decode(body or absent, type=kind)
    except TimeoutError as error:
        raise HiwarError(ErrorCode.IDLE_TIMEOUT, "The body did not come; send all of it at once.") from error
    except ClientDisconnect as error:
        raise HiwarError(ErrorCode.INVALID_REQUEST, "The body broke off.") from error
    except msgspec.ValidationError as error:
        raise invalid_body(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = "The body must be a JSON object in UTF-8, nested a few levels at most."
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error


async def _received(request: Request, bytes_max: int) -> bytearray:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            message = f"The body may hold at most {bytes_max} bytes; send less of it at a time."
            raise HiwarError(ErrorCode.FILE_TOO_LARGE, message)
    return body
