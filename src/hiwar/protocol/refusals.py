"""The fixed sentences that the sessions refuse with, each with its code."""

from hiwar.errors import ErrorCode, HiwarError


def unauthorized() -> HiwarError:
    """A missing or bad first frame."""
    message = 'Sign in first: an X-API-Key header, ?api_key=, or a first text frame {"x-api-key": "..."}.'
    return HiwarError(ErrorCode.UNAUTHORIZED, message)


def sign_in_again() -> HiwarError:
    """A sign-in frame on a connection that is signed in."""
    return HiwarError(ErrorCode.PROTOCOL_VIOLATION, "Already signed in: a sign-in frame comes first or not at all.")


def frame_too_large(limit: int, unit: str) -> HiwarError:
    """A frame over the limit."""
    return HiwarError(ErrorCode.FRAME_TOO_LARGE, f"A frame may hold at most {limit} {unit}; split it.")


def going_away() -> HiwarError:
    """What a stopping server does not take any more."""
    return HiwarError(ErrorCode.SERVER_BUSY, "The server is stopping; connect again in a moment.")


def too_many_streams() -> HiwarError:
    """A connection that signed in on a full server."""
    return HiwarError(ErrorCode.SERVER_BUSY, "The server has as many streams as it takes; try again in a moment.")


def too_many_unsigned() -> HiwarError:
    """A connection without a key in its handshake, where too many are still to sign in."""
    message = (
        "Too many connections are still to sign in; send the key as an X-API-Key header, or try again in a moment."
    )
    return HiwarError(ErrorCode.SERVER_BUSY, message)


def too_many_requests(limit: int) -> HiwarError:
    """A synthesis request behind a full queue."""
    message = f"More than {limit} requests wait on this connection; wait for an answer."
    return HiwarError(ErrorCode.RATE_LIMIT_EXCEEDED, message)


def voice_forbidden() -> HiwarError:
    """A voice that exists, and that the key may not use."""
    return HiwarError(ErrorCode.FORBIDDEN, "This API key may not use this voice; ask for one that it may use.")


def unknown_type() -> HiwarError:
    """A frame of a synthesis connection that is neither a request nor a control."""
    message = 'Unknown type; send {"text": "...", "voice": "..."} or {"type": "cancel"}.'
    return HiwarError(ErrorCode.INVALID_REQUEST, message)


def binary_frame() -> HiwarError:
    """A binary frame on a synthesis connection."""
    return HiwarError(ErrorCode.INVALID_REQUEST, "This endpoint takes JSON as text frames, not binary frames.")


def nothing_asked() -> HiwarError:
    """A synthesis connection without a request for too long."""
    message = "Nothing was asked for too long; connect again when there is text to speak."
    return HiwarError(ErrorCode.IDLE_TIMEOUT, message)
