"""An error as the bytes of a whole HTTP response, for what is refused before the application sees it."""

from collections.abc import Mapping

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.request_ids import new_request_id
from hiwar.transports.rest.errors import error_response
from hiwar.transports.rest.headers import SECURITY_HEADERS


def bad_request(message: str, headers: Mapping[str, str] | None = None) -> bytes:
    """HTTP 400 in the body that the contract fixes; the connection is to be closed behind it."""
    response = error_response(HiwarError(ErrorCode.INVALID_REQUEST, message), new_request_id())
    response.headers.update({**SECURITY_HEADERS, **(headers or {}), "Connection": "close"})
    head = b"".join(b"%b: %b\r\n" % header for header in response.raw_headers)
    return STATUS_LINE[response.status_code] + head + b"\r\n" + bytes(response.body)
