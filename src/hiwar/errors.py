"""The error tree and the one table that maps a code to HTTP, WebSocket and gRPC.

A `HiwarError` carries a fixed sentence for the client. What a library said stays in `__cause__`, for the log.
"""

from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable codes that clients may branch on (contract: "Errors, one table for all transports")."""

    INVALID_REQUEST = "invalid_request"
    INVALID_VOICE = "invalid_voice"
    INVALID_FORMAT = "invalid_format"
    TEXT_TOO_LONG = "text_too_long"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    PROTOCOL_VIOLATION = "protocol_violation"
    FILE_TOO_LARGE = "file_too_large"
    FRAME_TOO_LARGE = "frame_too_large"
    UNSUPPORTED_FORMAT = "unsupported_format"
    CORRUPT_AUDIO = "corrupt_audio"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    SERVER_BUSY = "server_busy"
    ENGINE_UNAVAILABLE = "engine_unavailable"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    IDLE_TIMEOUT = "idle_timeout"
    INTERNAL = "internal"


class Fault(StrEnum):
    """Who can mend it: the caller, time, or the operator."""

    CLIENT = "client"
    SATURATION = "saturation"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Status:
    """How one code looks on each transport. `websocket_close` is used only when the error ends the connection."""

    fault: Fault
    retryable: bool
    http: int
    websocket_close: int
    grpc: str


_CLIENT, _SATURATION, _SERVER = Fault.CLIENT, Fault.SATURATION, Fault.SERVER

STATUS: dict[ErrorCode, Status] = {
    ErrorCode.INVALID_REQUEST: Status(_CLIENT, False, 400, 4400, "INVALID_ARGUMENT"),
    ErrorCode.INVALID_VOICE: Status(_CLIENT, False, 400, 4400, "INVALID_ARGUMENT"),
    ErrorCode.INVALID_FORMAT: Status(_CLIENT, False, 400, 4400, "INVALID_ARGUMENT"),
    ErrorCode.TEXT_TOO_LONG: Status(_CLIENT, False, 400, 4400, "INVALID_ARGUMENT"),
    ErrorCode.UNSUPPORTED_LANGUAGE: Status(_CLIENT, False, 400, 4400, "INVALID_ARGUMENT"),
    ErrorCode.PROTOCOL_VIOLATION: Status(_CLIENT, False, 409, 4409, "FAILED_PRECONDITION"),
    ErrorCode.FILE_TOO_LARGE: Status(_CLIENT, False, 413, 4413, "INVALID_ARGUMENT"),
    ErrorCode.FRAME_TOO_LARGE: Status(_CLIENT, False, 413, 4413, "INVALID_ARGUMENT"),
    ErrorCode.UNSUPPORTED_FORMAT: Status(_CLIENT, False, 415, 4400, "INVALID_ARGUMENT"),
    ErrorCode.CORRUPT_AUDIO: Status(_CLIENT, False, 400, 4400, "INVALID_ARGUMENT"),
    ErrorCode.UNAUTHORIZED: Status(_CLIENT, False, 401, 4401, "UNAUTHENTICATED"),
    ErrorCode.FORBIDDEN: Status(_CLIENT, False, 403, 4403, "PERMISSION_DENIED"),
    ErrorCode.RATE_LIMIT_EXCEEDED: Status(_SATURATION, True, 429, 4429, "RESOURCE_EXHAUSTED"),
    ErrorCode.SERVER_BUSY: Status(_SATURATION, True, 503, 4503, "UNAVAILABLE"),
    ErrorCode.ENGINE_UNAVAILABLE: Status(_SATURATION, True, 503, 4503, "UNAVAILABLE"),
    ErrorCode.DEADLINE_EXCEEDED: Status(_SATURATION, True, 504, 4504, "DEADLINE_EXCEEDED"),
    ErrorCode.IDLE_TIMEOUT: Status(_CLIENT, True, 408, 4408, "DEADLINE_EXCEEDED"),
    ErrorCode.INTERNAL: Status(_SERVER, False, 500, 1011, "INTERNAL"),
}

_RETRY_AFTER_MS = 2_000
"""Streams and model loads end within seconds; a client that waits this long does not hammer."""


class HiwarError(Exception):
    """An error with a stable code and a sentence that may be shown to a client: it says what to change.

    `retry_after_ms` is when the same may succeed, where that is known. `retryable` is whether it may at all, unchanged:
    as `STATUS` says of the code, unless this one error is known better.
    """

    def __init__(
        self, code: ErrorCode, message: str, retry_after_ms: int | None = None, *, retryable: bool | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after_ms = retry_after_ms
        self.retryable = STATUS[code].retryable if retryable is None else retryable

    @property
    def status(self) -> Status:
        """The row of `STATUS` for this error."""
        return STATUS[self.code]

    @property
    def wait_ms(self) -> int | None:
        """How long a client waits before it tries the same again; None when that is of no use."""
        if not self.retryable:
            return None
        return _RETRY_AFTER_MS if self.retry_after_ms is None else self.retry_after_ms


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit, and in how many seconds some of it comes back."""

    limit: int
    remaining: int
    reset_s: float


class RateLimitError(HiwarError):
    """A key has used what it may use for now. `allowance` says so where a limit of requests is meant.

    Without `retry_after_ms` the request is larger than the whole limit, and no wait makes it fit.
    """

    def __init__(self, message: str, retry_after_ms: int | None, allowance: Allowance | None = None) -> None:
        code, in_time = ErrorCode.RATE_LIMIT_EXCEEDED, retry_after_ms is not None
        super().__init__(code, message, retry_after_ms, retryable=in_time)
        self.allowance = allowance


class EngineError(HiwarError):
    """An engine could not do its step. Engines translate their library's exceptions into this, in their own folder."""

    def __init__(self, message: str = "The speech engine failed on this input; try again or change it.") -> None:
        super().__init__(ErrorCode.INTERNAL, message)


class EngineUnavailableError(HiwarError):
    """An engine, its model file or its package is not there. The message says which command mends it."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.ENGINE_UNAVAILABLE, message)
