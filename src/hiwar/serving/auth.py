"""Signing in: from credentials to a principal, and what that principal may use.

Where a transport finds credentials is its own business; what is used is counted by `metering`.
"""

import hmac
import logging
import os
import secrets
from collections.abc import Awaitable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from hiwar.errors import ErrorCode, Fault, HiwarError
from hiwar.serving.key_store import KeyStore
from hiwar.serving.key_text import key_id_of, new_key
from hiwar.serving.keys import TOKEN_PREFIX, UNLIMITED, Principal, Service
from hiwar.serving.token_scope import TokenScope

if TYPE_CHECKING:  # its libraries are loaded only where tokens are taken
    from hiwar.serving.own_tokens import OwnToken, TokenSigner
    from hiwar.serving.tokens import TokenVerifier

log = logging.getLogger("hiwar.serving")

_LOCAL_KEY_FILE = "local.key"
_OPERATOR_KEY_FILE = "operator.key"
_SIGNING_KEY_FILE = "signing.key"
_LOCAL = Principal("local", "local", limits=UNLIMITED)


class Authenticator:
    """Checks credentials against the store.

    `local_key` is the ready-made key without limits; give it only when nothing but this machine can connect.
    `operator_key` changes what the server does and is good for nothing else; without one nobody may.
    `tokens` checks those of another issuer; `signer` makes and checks the server's own.
    """

    def __init__(
        self,
        store: KeyStore,
        local_key: str | None,
        operator_key: str | None = None,
        tokens: "TokenVerifier | None" = None,
        signer: "TokenSigner | None" = None,
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._signer = signer
        self._local_key = local_key
        self._operator_key = operator_key

    async def authenticate(self, value: str) -> Principal:
        """Who holds this API key or token, however it was sent. Raises HiwarError: unauthorized, or internal."""
        principal = await self._key_holder(value)
        if principal is None and value.count(".") == 2:
            principal = await self._token_holder(value)
        if principal is None:
            message = (
                "The API key or token is not valid here, or not any more; "
                "check it, ask for a new token, or make a key with: hiwar keys create"
            )
            raise HiwarError(ErrorCode.UNAUTHORIZED, message)
        return principal

    async def key_holder(self, value: str) -> Principal:
        """Who holds this API key. Raises HiwarError as `authenticate`, and forbidden for a token."""
        principal = await self._key_holder(value)
        if principal is None:
            await self.authenticate(value)
            raise HiwarError(ErrorCode.FORBIDDEN, "A token cannot make tokens; sign in with the API key itself.")
        return principal

    def new_token(self, principal: Principal, scope: TokenScope, expires_in_s: int) -> "OwnToken":
        """A token for the holder of a key. Raises HiwarError forbidden when the key may not use all of the scope."""
        if self._signer is None:
            raise HiwarError(ErrorCode.FORBIDDEN, "This server signs no tokens; use the API key itself.")
        scope.must_be_within(principal)
        return self._signer.sign(principal.key_id, scope, expires_in_s)

    async def good(self, key_ids: Collection[str]) -> frozenset[str]:
        """Those of these keys, which were good once, that still are. Tokens of others are checked at sign-in alone.

        Raises HiwarError internal.
        """
        stored = [key_id for key_id in key_ids if key_id != _LOCAL.key_id and not key_id.startswith(TOKEN_PREFIX)]
        return frozenset(key_ids).difference(stored) | await self._store.good(stored)

    def require_operator(self, value: str) -> None:
        """Raise HiwarError forbidden for any but the operator's key, be it good for streams or not."""
        if not _is(self._operator_key, value):
            message = "Only who operates the server may do this, with the key in operator.key of its data folder."
            raise HiwarError(ErrorCode.FORBIDDEN, message)

    async def close(self) -> None:
        """Release the store. No call follows."""
        await self._store.close()

    async def _key_holder(self, value: str) -> Principal | None:
        return _LOCAL if _is(self._local_key, value) else await self._store.verify(value)

    async def _token_holder(self, token: str) -> Principal | None:
        if self._signer is None or not self._signer.owns(token):
            return None if self._tokens is None else await self._tokens.verify(token)
        found = self._signer.check(token)
        if found is None:
            return None
        key_id, scope = found
        ready_made = _LOCAL if self._local_key is not None and key_id == _LOCAL.key_id else None
        principal = ready_made or await self._store.find(key_id)
        return None if principal is None else scope.narrowed(principal)


def _is(key: str | None, value: str) -> bool:
    return key is not None and value.isascii() and hmac.compare_digest(value, key)


async def for_client(check: Awaitable[Principal]) -> Principal:
    """Who signs in. The words of a store that fails name its file: they are for the operator, in the log."""
    try:
        return await check
    except HiwarError as error:
        if error.status.fault is not Fault.SERVER:
            raise
        log.error("keys cannot be checked: %s", error.message)
        message = "The server cannot check keys now; it was logged. Try again later."
        raise HiwarError(ErrorCode.INTERNAL, message) from error


def require_service(principal: Principal, service: Service) -> None:
    """Raise HiwarError (forbidden) unless the key may use the service."""
    if service not in principal.services:
        raise HiwarError(ErrorCode.FORBIDDEN, f"This API key may not use {service}; use a key that has this service.")


def local_key(data_dir: Path) -> str:
    """The ready-made key of this machine, made at the first call (mode 0600) and read again after.

    Raises HiwarError when the data folder cannot be used.
    """
    return _kept_key(data_dir, _LOCAL_KEY_FILE)


def operator_key(data_dir: Path) -> str:
    """The operator's key, made and kept in the same way, for servers that others can reach as well."""
    return _kept_key(data_dir, _OPERATOR_KEY_FILE)


def signing_key(data_dir: Path) -> bytes:
    """The secret that signs tokens, made and kept in the same way: what shares the folder takes them."""
    return _kept_key(data_dir, _SIGNING_KEY_FILE).encode()


def read_local_key(data_dir: Path) -> str | None:
    """The ready-made key, None when there is none or it cannot be read."""
    return _read_key(data_dir / _LOCAL_KEY_FILE)


def read_operator_key(data_dir: Path) -> str | None:
    """The operator's key, None when there is none or it cannot be read."""
    return _read_key(data_dir / _OPERATOR_KEY_FILE)


def _kept_key(data_dir: Path, name: str) -> str:
    try:
        key = _read_key(data_dir / name) or _make_key(data_dir, name)
    except OSError as error:
        message = f"The data folder {data_dir} cannot be used; check its rights, or name another with --data-dir."
        raise HiwarError(ErrorCode.INTERNAL, message) from error
    if key is None:
        message = f"{data_dir / name} holds no key; delete it and start again."
        raise HiwarError(ErrorCode.INTERNAL, message)
    return key


def _read_key(path: Path) -> str | None:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return key if key_id_of(key) else None


def _make_key(data_dir: Path, name: str) -> str | None:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside, then linked: nobody reads half a key, and of two servers that start together one key stays.
    fresh = data_dir / f".{name}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
    try:
        (data_dir / name).hardlink_to(fresh)
    except FileExistsError:
        return _read_key(data_dir / name)
    finally:
        fresh.unlink()
    return _read_key(data_dir / name)
