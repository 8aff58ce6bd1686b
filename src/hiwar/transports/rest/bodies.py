"""JSON bodies of requests: bounded while they arrive, checked against a struct."""

import re
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from hiwar.errors import ErrorCode, HiwarError

Body = TypeVar("Body")

_FIELD = re.compile(r" - at `\$\.?(.*)`\Z")


class InvalidBodyError(Exception):
    """A body that is JSON, but not what is asked for: `field` is wrong as `message` says."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


async def read_json(request: Request, kind: type[Body], bytes_max: int) -> Body:
    """The body as `kind`. Raises InvalidBodyError, and HiwarError file_too_large or invalid_request."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > bytes_max:
                message = f"The body may hold at most {bytes_max} bytes; send the text in parts."
                raise HiwarError(ErrorCode.FILE_TOO_LARGE, message)
        return msgspec.json.decode(body, type=kind)
    except ClientDisconnect as error:
        raise HiwarError(ErrorCode.INVALID_REQUEST, "The body broke off.") from error
    except msgspec.ValidationError as error:
        place = _FIELD.search(str(error))
        raise InvalidBodyError(place[1] if place else "", _FIELD.sub("", str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HiwarError(ErrorCode.INVALID_REQUEST, "The body must be a JSON object in UTF-8.") from error
