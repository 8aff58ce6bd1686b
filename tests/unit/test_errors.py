import pytest

from hiwar.errors import STATUS, EngineError, EngineUnavailableError, ErrorCode, Fault, HiwarError, RateLimitError

# The contract's table ("Errors, one table for all transports"), row by row. HTTP is None where the table has none.
CONTRACT = [
    ("invalid_request", False, 400, 4400, "INVALID_ARGUMENT"),
    ("invalid_voice", False, 400, 4400, "INVALID_ARGUMENT"),
    ("invalid_format", False, 400, 4400, "INVALID_ARGUMENT"),
    ("text_too_long", False, 400, 4400, "INVALID_ARGUMENT"),
    ("unsupported_language", False, 400, 4400, "INVALID_ARGUMENT"),
    ("protocol_violation", False, 409, 4409, "FAILED_PRECONDITION"),
    ("file_too_large", False, 413, 4413, "INVALID_ARGUMENT"),
    ("frame_too_large", False, 413, 4413, "INVALID_ARGUMENT"),
    ("unsupported_format", False, 415, 4400, "INVALID_ARGUMENT"),
    ("corrupt_audio", False, 400, 4400, "INVALID_ARGUMENT"),
    ("unauthorized", False, 401, 4401, "UNAUTHENTICATED"),
    ("forbidden", False, 403, 4403, "PERMISSION_DENIED"),
    ("rate_limit_exceeded", True, 429, 4429, "RESOURCE_EXHAUSTED"),
    ("server_busy", True, 503, 4503, "UNAVAILABLE"),
    ("engine_unavailable", True, 503, 4503, "UNAVAILABLE"),
    ("deadline_exceeded", True, 504, 4504, "DEADLINE_EXCEEDED"),
    ("idle_timeout", True, None, 4408, "DEADLINE_EXCEEDED"),
    ("internal", False, 500, 1011, "INTERNAL"),
]


def test_every_code_is_in_the_contract_and_has_a_status() -> None:
    assert [code.value for code in ErrorCode] == [row[0] for row in CONTRACT]
    assert set(STATUS) == set(ErrorCode)


@pytest.mark.parametrize(("code", "retryable", "http", "close", "grpc"), CONTRACT, ids=[row[0] for row in CONTRACT])
def test_status_is_that_of_the_contract(code: str, retryable: bool, http: int | None, close: int, grpc: str) -> None:
    status = STATUS[ErrorCode(code)]
    assert (status.retryable, status.websocket_close, status.grpc) == (retryable, close, grpc)
    assert http is None or status.http == http


def test_only_what_time_can_mend_is_retryable_beside_the_idle_timeout() -> None:
    for code, status in STATUS.items():
        assert status.retryable == (status.fault is Fault.SATURATION or code is ErrorCode.IDLE_TIMEOUT)


@pytest.mark.parametrize("code", ErrorCode)
def test_an_error_reads_its_row(code: ErrorCode) -> None:
    error = HiwarError(code, "Change it.")
    assert (error.code, error.message, str(error)) == (code, "Change it.", "Change it.")
    assert error.status is STATUS[code]
    assert error.retryable is STATUS[code].retryable


def test_engine_errors_are_the_servers_fault_until_the_engine_is_missing() -> None:
    assert EngineError().status.fault is Fault.SERVER
    assert EngineUnavailableError("Install it.").retryable


def test_how_long_to_wait_is_said_where_waiting_helps() -> None:
    assert RateLimitError("Wait.", 1_500).wait_ms == 1_500
    assert HiwarError(ErrorCode.SERVER_BUSY, "Busy.").wait_ms == 2_000
    assert HiwarError(ErrorCode.INVALID_VOICE, "Another.").wait_ms is None
