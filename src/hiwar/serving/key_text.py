"""The text of an API key: prefix, public id, secret, checksum. Made and checked here, stored by `key_store`."""

import hashlib
import re
import secrets
import string
import zlib

_ALPHABET = string.digits + string.ascii_letters
_ID_CHARS = 8
_SECRET_CHARS = 43  # of 62 letters each: 256 bits
_CHECKSUM_CHARS = 6  # of 62 letters each hold the 32 bits of a CRC
_FORM = re.compile(
    f"hiwar_([0-9A-Za-z]{{{_ID_CHARS}}})_[0-9A-Za-z]{{{_SECRET_CHARS}}}_([0-9A-Za-z]{{{_CHECKSUM_CHARS}}})"
)


def new_key(key_id: str | None = None) -> str:
    """A key with a new secret, and a new public id unless it has one."""
    body = f"hiwar_{key_id or _random(_ID_CHARS)}_{_random(_SECRET_CHARS)}"
    return f"{body}_{_checksum(body)}"


def key_id_of(key: str) -> str | None:
    """The public id in a key, None when the text is no key: another form, or a mistyped letter."""
    found = _FORM.fullmatch(key)
    if found is None or found[2] != _checksum(key.rpartition("_")[0]):
        return None
    return found[1]


def digest(key: str) -> bytes:
    """What may be stored of a key. SHA-256 is enough for a secret of 256 random bits."""
    return hashlib.sha256(key.encode()).digest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    rest = zlib.crc32(body.encode())
    letters = ""
    for _ in range(_CHECKSUM_CHARS):
        rest, index = divmod(rest, len(_ALPHABET))
        letters += _ALPHABET[index]
    return letters
