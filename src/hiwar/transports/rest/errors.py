"""Errors as HTTP responses, in the bodies that the contract fixes."""

from starlette.responses import JSONResponse

from hiwar.errors import ErrorCode, HiwarError

_RETRY_AFTER_S = 2
"""Streams and model loads end within seconds; a client that waits this long does not hammer."""

_NAMED = {ErrorCode.UNAUTHORIZED, ErrorCode.RATE_LIMIT_EXCEEDED}


def error_response(error: HiwarError, request_id: str | None = None) -> JSONResponse:
    """The body and headers for an error, on a plain request or in place of a WebSocket upgrade."""
    headers = {} if request_id is None else {"X-Request-ID": request_id}
    if error.code is ErrorCode.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retryable:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    status = error.status.http
    body = {"error": str(error.code), "detail": error.message}
    if error.code not in _NAMED:
        body = {
            "error": "http_error",
            "detail": error.message,
            "code": f"HTTP_{status}",
            "reason": str(error.code),
        }
    return JSONResponse(body, status_code=status, headers=headers)


def validation_response(field: str, message: str) -> JSONResponse:
    """HTTP 422 for a body with a wrong field, in the body that the contract fixes."""
    errors = [{"field": field, "message": message}]
    body = {"error": "validation_error", "detail": "Request validation failed", "errors": errors}
    return JSONResponse(body, status_code=422)
