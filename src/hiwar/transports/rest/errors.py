"""Errors as HTTP responses, in the bodies that the contract fixes."""

from collections.abc import Mapping
from math import ceil
from typing import Literal

import msgspec
from starlette.responses import Response

from hiwar.errors import ErrorCode, HiwarError, RateLimitError
from hiwar.transports.rest.bodies import json_response
from hiwar.transports.rest.headers import limit_headers

_Named = Literal["unauthorized", "rate_limit_exceeded"]
_NAMED: dict[ErrorCode, _Named] = {
    ErrorCode.UNAUTHORIZED: "unauthorized",
    ErrorCode.RATE_LIMIT_EXCEEDED: "rate_limit_exceeded",
}

_WHOLE_LIMIT_S = "60"
"""The contract has a 429 always say it. By then a whole limit is there again, for less than was refused."""


class HttpError(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal, or a failure. An unknown path or method has no `reason`."""

    error: Literal["http_error"]
    detail: str
    code: str
    reason: ErrorCode | msgspec.UnsetType = msgspec.UNSET


class Refusal(msgspec.Struct, frozen=True):
    """HTTP 401 and 429."""

    error: _Named
    detail: str


class WrongField(msgspec.Struct, frozen=True):
    """A field of a body, and what is wrong with it. `field` is empty when it is the body itself."""

    field: str
    message: str


class ValidationFailure(msgspec.Struct, frozen=True):
    """HTTP 422: the body is whole, and not what is asked for."""

    error: Literal["validation_error"]
    detail: Literal["Request validation failed"]
    errors: tuple[WrongField, ...]


def error_response(error: HiwarError, request_id: str | None = None) -> Response:
    """The body and headers for an error, on a plain request or in place of a WebSocket upgrade."""
    headers = {} if request_id is None else {"X-Request-ID": request_id}
    if error.code is ErrorCode.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.wait_ms is not None:
        headers["Retry-After"] = str(ceil(error.wait_ms / 1000))
    elif error.code is ErrorCode.RATE_LIMIT_EXCEEDED:
        headers["Retry-After"] = _WHOLE_LIMIT_S
    if isinstance(error, RateLimitError):
        headers.update(limit_headers(error.allowance))
    if error.code is ErrorCode.IDLE_TIMEOUT:
        headers["Connection"] = "close"  # what is missing of the request never comes
    status = error.status.http
    if named := _NAMED.get(error.code):
        return json_response(Refusal(named, error.message), status, headers)
    return json_response(HttpError("http_error", error.message, f"HTTP_{status}", error.code), status, headers)


def status_response(status: int, detail: str, headers: Mapping[str, str] | None) -> Response:
    """What has no code of ours: an unknown path or method."""
    return json_response(HttpError("http_error", detail, f"HTTP_{status}"), status, headers)


def validation_response(field: str, message: str) -> Response:
    """HTTP 422 for a body with a wrong field, in the body that the contract fixes."""
    body = ValidationFailure("validation_error", "Request validation failed", (WrongField(field, message),))
    return json_response(body, 422)
