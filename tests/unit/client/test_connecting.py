import pytest
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from hiwar.client import ConnectionFailedError
from hiwar.client.connecting import _refusal, closed_by_server
from hiwar.errors import STATUS, ErrorCode


@pytest.mark.parametrize(
    ("close_code", "code"),
    [
        (1009, ErrorCode.FRAME_TOO_LARGE),
        (1011, ErrorCode.INTERNAL),
        (4400, ErrorCode.INVALID_REQUEST),
        (4413, ErrorCode.FRAME_TOO_LARGE),
        (4429, ErrorCode.RATE_LIMIT_EXCEEDED),
        (4503, ErrorCode.SERVER_BUSY),
    ],
)
def test_a_close_code_is_an_error_code(close_code: int, code: ErrorCode) -> None:
    assert closed_by_server(close_code).code is code


def test_every_close_code_of_the_table_is_known() -> None:
    for row in STATUS.values():
        assert not isinstance(closed_by_server(row.websocket_close), ConnectionFailedError)


@pytest.mark.parametrize("close_code", [None, 1000, 1001, 1006])
def test_any_other_close_is_a_lost_connection(close_code: int | None) -> None:
    assert isinstance(closed_by_server(close_code), ConnectionFailedError)


@pytest.mark.parametrize(
    ("told", "retry_after_ms"), [("3", 3000), (None, None), ("Mon, 01 Jan 2035 00:00:00 GMT", None)]
)
def test_a_refused_handshake_says_when_to_come_again(told: str | None, retry_after_ms: int | None) -> None:
    headers = Headers() if told is None else Headers({"Retry-After": told})
    body = b'{"error": "http_error", "detail": "busy", "code": "HTTP_503", "reason": "server_busy"}'
    error = _refusal(InvalidStatus(Response(503, "Service Unavailable", headers, body)))
    assert (error.code, error.message, error.retry_after_ms) == (ErrorCode.SERVER_BUSY, "busy", retry_after_ms)
