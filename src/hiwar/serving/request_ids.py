"""Request ids for clients that bring none."""

import secrets
import string

_ID_ALPHABET = string.ascii_lowercase + string.digits
_ID_CHARS = 8


def new_request_id() -> str:
    """Eight letters and digits, at random."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_CHARS))
