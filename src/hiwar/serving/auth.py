"""Signing in: from credentials to a principal, and what that principal may use.

Where a transport finds credentials is its own business; how much may be used is not counted yet.
"""

import hmac
import os
import secrets
from pathlib import Path

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_text import key_id_of, new_key
from hiwar.serving.keys import UNLIMITED, KeyStore, Principal, Service

_LOCAL_KEY_FILE = "local.key"
_LOCAL = Principal("local", "local", limits=UNLIMITED)


class Authenticator:
    """Checks credentials against the store.

    `local_key` is the ready-made key without limits; give it only when nothing but this machine can connect.
    """

    def __init__(self, store: KeyStore, local_key: str | None) -> None:
        self._store = store
        self._local_key = local_key

    def authenticate(self, value: str) -> Principal:
        """Who holds this API key, however it was sent. Raises HiwarError: unauthorized, or internal."""
        principal = None
        if self._local_key is not None and value.isascii() and hmac.compare_digest(value, self._local_key):
            principal = _LOCAL
        else:
            principal = self._store.verify(value)
        if principal is None:
            raise HiwarError(
                ErrorCode.UNAUTHORIZED, "The API key is not valid here; check it, or make one with: hiwar keys create"
            )
        return principal

    def close(self) -> None:
        """Release the store. No call follows."""
        self._store.close()


def require_service(principal: Principal, service: Service) -> None:
    """Raise HiwarError (forbidden) unless the key may use the service."""
    if service not in principal.services:
        raise HiwarError(ErrorCode.FORBIDDEN, f"This API key may not use {service}; use a key that has this service.")


def local_key(data_dir: Path) -> str:
    """The ready-made key of this machine, made at the first call (mode 0600) and read again after.

    Raises HiwarError when the data folder cannot be used.
    """
    try:
        key = read_local_key(data_dir) or _make_local_key(data_dir)
    except OSError as error:
        message = f"The data folder {data_dir} cannot be used; check its rights, or name another with --data-dir."
        raise HiwarError(ErrorCode.INTERNAL, message) from error
    if key is None:
        message = f"{data_dir / _LOCAL_KEY_FILE} holds no key; delete it and start again."
        raise HiwarError(ErrorCode.INTERNAL, message)
    return key


def read_local_key(data_dir: Path) -> str | None:
    """The ready-made key, None when there is none or it cannot be read."""
    try:
        key = (data_dir / _LOCAL_KEY_FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return key if key_id_of(key) else None


def _make_local_key(data_dir: Path) -> str | None:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside, then linked: nobody reads half a key, and of two servers that start together one key stays.
    fresh = data_dir / f".{_LOCAL_KEY_FILE}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
    try:
        (data_dir / _LOCAL_KEY_FILE).hardlink_to(fresh)
    except FileExistsError:
        return read_local_key(data_dir)
    finally:
        fresh.unlink()
    return read_local_key(data_dir)
