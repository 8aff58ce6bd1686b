"""The fixed sentences that both sessions refuse with, each with its code."""

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
