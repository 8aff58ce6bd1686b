"""Signing in by the first text frame, which both WebSocket endpoints accept. The driver looks the credential up."""

from collections.abc import Mapping

from hiwar.errors import HiwarError
from hiwar.protocol.json_codec import decode_object
from hiwar.protocol.refusals import unauthorized

API_KEY_FIELD = "x-api-key"
TOKEN_FIELD = "token"  # noqa: S105 - a field's name, not a token

_CREDENTIAL_CHARS_MAX = 8192
"""Above any signed token that a header could carry."""


def first_frame(frame: str) -> tuple[str, dict[str, object]]:
    """The credential in a first frame, and the frame's other fields. Raises HiwarError unauthorized."""
    try:
        fields = decode_object(frame)
    except HiwarError as error:
        raise unauthorized() from error
    credential = credential_in(fields)
    if credential is None:
        raise unauthorized()
    return credential, {name: value for name, value in fields.items() if name not in {API_KEY_FIELD, TOKEN_FIELD}}


def credential_in(fields: Mapping[str, object]) -> str | None:
    """The API key or token of a sign-in frame; None when the frame is something else."""
    for name in (API_KEY_FIELD, TOKEN_FIELD):
        value = fields.get(name)
        if isinstance(value, str) and 0 < len(value) <= _CREDENTIAL_CHARS_MAX:
            return value
    return None
