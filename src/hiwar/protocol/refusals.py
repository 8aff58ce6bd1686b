"""The fixed sentences that the sessions refuse with, each with its code."""

from collections.abc import Sequence

from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import Language


def unauthorized() -> HiwarError:
    """A missing or bad first frame."""
    message = 'Sign in first: an X-API-Key header, ?api_key=, or a first text frame {"x-api-key": "..."}.'
    return HiwarError(ErrorCode.UNAUTHORIZED, message)


def key_revoked() -> HiwarError:
    """A stream whose key was revoked, or has expired, while it was open."""
    return HiwarError(ErrorCode.UNAUTHORIZED, "The API key of this stream is not valid any more; use another.")


def sign_in_again() -> HiwarError:
    """A sign-in frame on a connection that is signed in."""
    return HiwarError(ErrorCode.PROTOCOL_VIOLATION, "Already signed in: a sign-in frame comes first or not at all.")


def frame_too_large(limit: int, unit: str) -> HiwarError:
    """A frame over the limit."""
    return HiwarError(ErrorCode.FRAME_TOO_LARGE, f"A frame may hold at most {limit} {unit}; split it.")


def going_away() -> HiwarError:
    """What a stopping server does not take any more."""
    return HiwarError(ErrorCode.SERVER_BUSY, "The server is stopping; connect again in a moment.")


def language_not_heard(languages: Sequence[Language]) -> HiwarError:
    """A stream in a language that the server's recogniser does not know."""
    message = f"This server recognises: {', '.join(languages)}; ask for one of them, or auto."
    return HiwarError(ErrorCode.UNSUPPORTED_LANGUAGE, message)


def too_many_streams() -> HiwarError:
    """A connection that signed in on a full server."""
    return HiwarError(ErrorCode.SERVER_BUSY, "The server has as many streams as it takes; try again in a moment.")


def too_many_unsigned() -> HiwarError:
    """A connection without a key in its handshake, where too many are still to sign in."""
    message = (
        "Too many connections are still to sign in; send the key as an X-API-Key header, or try again in a moment."
    )
    return HiwarError(ErrorCode.SERVER_BUSY, message)


def too_many_readings() -> HiwarError:
    """A text to explain, where too many are read already."""
    return HiwarError(ErrorCode.SERVER_BUSY, "The server reads as many texts as it takes; try again in a moment.")


def too_many_requests(limit: int) -> HiwarError:
    """A synthesis request behind a full queue."""
    message = f"More than {limit} requests wait on this connection; wait for an answer."
    return HiwarError(ErrorCode.RATE_LIMIT_EXCEEDED, message)


def voice_forbidden() -> HiwarError:
    """A voice that exists, and that the key may not use."""
    return HiwarError(ErrorCode.FORBIDDEN, "This API key may not use this voice; ask for one that it may use.")


def unknown_control() -> HiwarError:
    """A text frame of a recognition connection that is no control."""
    message = 'Unknown message; send audio as binary frames, or {"type": "finalize" | "finish" | "keepalive"}.'
    return HiwarError(ErrorCode.INVALID_REQUEST, message)


def unknown_type() -> HiwarError:
    """A frame of a synthesis connection that is neither a request nor a control."""
    message = 'Unknown type; send {"text": "...", "voice": "..."}, or type start, text, flush, finish or cancel.'
    return HiwarError(ErrorCode.INVALID_REQUEST, message)


def request_id_in_use() -> HiwarError:
    """A request under the id of one that is not answered yet."""
    return HiwarError(ErrorCode.INVALID_REQUEST, "request_id is in use on this connection; choose another.")


def cancel_of_nothing() -> HiwarError:
    """A cancel whose `request_id` can be no request's."""
    return HiwarError(ErrorCode.INVALID_REQUEST, "request_id in a cancel must name a request.")


def open_already() -> HiwarError:
    """A `start` while another request takes text."""
    message = "A request is still open for text on this connection; send finish or cancel before the next start."
    return HiwarError(ErrorCode.PROTOCOL_VIOLATION, message)


def nothing_open() -> HiwarError:
    """A `text`, `flush` or `finish` that belongs to no request."""
    return HiwarError(
        ErrorCode.PROTOCOL_VIOLATION, "No request is open for text; send start before text, flush, finish."
    )


def piece_without_text() -> HiwarError:
    """A `text` frame without a string in it."""
    return HiwarError(ErrorCode.INVALID_REQUEST, 'text must be a string: {"type": "text", "text": "..."}.')


def piece_too_long(limit: int) -> HiwarError:
    """A piece of text that does not fit into its request any more."""
    message = f"The text of this request would be longer than {limit} characters; finish it and start another."
    return HiwarError(ErrorCode.TEXT_TOO_LONG, message)


def too_many_flushes(limit: int) -> HiwarError:
    """A `flush` behind too many that are not answered yet."""
    return HiwarError(ErrorCode.RATE_LIMIT_EXCEEDED, f"More than {limit} flushes wait for their answer; wait for one.")


def nothing_to_speak() -> HiwarError:
    """A request whose text ended before there was any."""
    return HiwarError(ErrorCode.INVALID_REQUEST, "The text ended with nothing to speak in it; send text before finish.")


def text_awaited() -> HiwarError:
    """A request that is open for text, and nothing came of it for too long."""
    message = "No text came for too long; send finish when a text is over, and connect again for the next."
    return HiwarError(ErrorCode.IDLE_TIMEOUT, message)


def binary_frame() -> HiwarError:
    """A binary frame on a synthesis connection."""
    return HiwarError(ErrorCode.INVALID_REQUEST, "This endpoint takes JSON as text frames, not binary frames.")


def nothing_asked() -> HiwarError:
    """A synthesis connection without a request for too long."""
    message = "Nothing was asked for too long; connect again when there is text to speak."
    return HiwarError(ErrorCode.IDLE_TIMEOUT, message)
