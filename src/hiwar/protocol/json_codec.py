"""Messages to and from JSON text. Which message is right at which moment is the sessions' business."""

import json
import re
from typing import cast

import msgspec

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.messages import AsrServerMessage, ErrorEvent, Message, TtsServerMessage


class _NewerError(msgspec.Struct, frozen=True, tag="error", tag_field="type"):
    """An `error` message whose code this version may not know."""

    message: str
    retryable: bool
    request_id: str | None = None
    retry_after_ms: int | None = None


_encoder = msgspec.json.Encoder()
_any = msgspec.json.Decoder()
_tts_server = msgspec.json.Decoder(TtsServerMessage)
_asr_server = msgspec.json.Decoder(AsrServerMessage)
_newer_error = msgspec.json.Decoder(_NewerError)

_NOT_JSON = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)
"""Malformed, or of another shape; with a lone surrogate in it; nested too deep."""

_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

_MALFORMED = 'The frame is not a JSON object; send for example {"text": "...", "voice": "Yara"}.'


def encode(message: Message) -> str:
    """One message as JSON text."""
    return _encoder.encode(message).decode()


def decode_object(frame: str) -> dict[str, object]:
    """A client's text frame as a JSON object. Raises HiwarError invalid_request.

    Half a surrogate pair, escaped, is taken in the text of a `text` frame alone: the other half may be in the next.
    """
    try:
        value = _any.decode(frame)
    except _NOT_JSON as error:
        value = _cut_in_a_pair(frame)
        if value is None:
            raise HiwarError(ErrorCode.INVALID_REQUEST, _MALFORMED) from error
    if not isinstance(value, dict):
        raise HiwarError(ErrorCode.INVALID_REQUEST, _MALFORMED)
    return cast("dict[str, object]", value)


def _cut_in_a_pair(frame: str) -> dict[str, object] | None:
    """A `text` frame that msgspec refuses for a lone surrogate, as RFC 8259 section 8.2 lets it; its text alone."""
    if not _ESCAPED_SURROGATE.search(frame):
        return None
    try:
        value = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("type") != "text" or not isinstance(value.get("text"), str):
        return None
    return {"type": "text", "text": value["text"]}


def decode_tts_server(frame: str) -> TtsServerMessage | None:
    """A server's synthesis message; None for one that this version does not know. An unknown error is `internal`."""
    try:
        return cast("TtsServerMessage", _tts_server.decode(frame))
    except _NOT_JSON:
        return _unknown_error(frame)


def decode_asr_server(frame: str) -> AsrServerMessage | None:
    """A server's recognition message; None for one that this version does not know. An unknown error is `internal`."""
    try:
        return cast("AsrServerMessage", _asr_server.decode(frame))
    except _NOT_JSON:
        return _unknown_error(frame)


def _unknown_error(frame: str) -> ErrorEvent | None:
    """A newer server's error, whose sentence must reach the user although its code means nothing here."""
    try:
        error = _newer_error.decode(frame)
    except _NOT_JSON:
        return None
    return ErrorEvent(ErrorCode.INTERNAL, error.message, error.retryable, error.request_id, error.retry_after_ms)
