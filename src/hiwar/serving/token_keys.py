"""The keys that signed tokens are checked with: one from a file, or those of a JWKS address.

Which claims a token needs is left to `tokens`.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.bounded_get import bounded_get

log = logging.getLogger("hiwar.serving")

PublicKey = RSAPublicKey | EllipticCurvePublicKey

_RSA_BITS_MIN = 2048
_SECRET_BYTES_MIN = 32
_JWKS_BYTES_MAX = 1024 * 1024
_JWKS_TIMEOUT_S = 5.0
_FRESH_S = 600.0
_AGAIN_S = 10.0
"""An unknown key id has the address asked again, but not more often than this."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A key and the one algorithm that it is for: what a token says of its algorithm counts for nothing."""

    key: PublicKey | bytes = field(repr=False)
    algorithm: str


class TokenKeys(Protocol):
    """Where the key of a token is looked up."""

    async def find(self, key_id: str | None) -> VerifyingKey | None:
        """The key with this id; None when there is none, or it cannot be had now."""
        ...


class OneKey:
    """A single key, whatever a token says about its id."""

    def __init__(self, key: VerifyingKey) -> None:
        self._key = key

    async def find(self, key_id: str | None) -> VerifyingKey | None:  # noqa: ARG002 - the contract's
        """That key."""
        return self._key


class RemoteKeys:
    """The keys at a JWKS address, kept for ten minutes; an unknown id has it asked again at once, within reason.

    When the address does not answer, the keys known so far go on being good.
    """

    def __init__(self, address: str, now: Callable[[], float] = time.monotonic) -> None:
        self._address = address
        self._now = now
        self._keys: Mapping[str | None, VerifyingKey] = {}
        self._asked_s = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None) -> VerifyingKey | None:
        """The key with this id. Waits for the address when the id is new."""
        age_s = self._now() - self._asked_s
        fetching = self._fetching is not None and not self._fetching.done()
        if key_id not in self._keys and (fetching or age_s > _AGAIN_S):
            await asyncio.shield(self._fetch())
        elif age_s > _FRESH_S:
            self._fetch()
        return self._keys.get(key_id)

    def _fetch(self) -> "asyncio.Task[None]":
        """One question at a time, however many tokens wait for it."""
        if self._fetching is None or self._fetching.done():
            self._asked_s = self._now()
            self._fetching = asyncio.create_task(self._refresh())
        return self._fetching

    async def _refresh(self) -> None:
        try:
            self._keys = await asyncio.to_thread(_download, self._address)
        except Exception:  # noqa: BLE001 - what stands at the address is not ours
            log.warning("the signing keys could not be fetched; those known so far go on being used")


def key_of_file(path: Path) -> VerifyingKey:
    """A public key in PEM, RSA or EC P-256, or else a secret of at least 32 bytes for HS256.

    Raises HiwarError that says what the file must hold.
    """
    try:
        content = path.read_bytes().strip()
        if content.startswith(b"-----BEGIN"):
            return public_key(load_pem_public_key(content))
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise _unusable(path) from error
    if len(content) < _SECRET_BYTES_MIN:
        raise _unusable(path)
    return VerifyingKey(content, "HS256")


def public_key(key: object) -> VerifyingKey:
    """A key with the algorithm that its kind allows. Raises ValueError for another kind, or too small a one."""
    if isinstance(key, RSAPublicKey) and key.key_size >= _RSA_BITS_MIN:
        return VerifyingKey(key, "RS256")
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return VerifyingKey(key, "ES256")
    raise ValueError("neither RSA of 2048 bits or more nor EC P-256")


def _download(address: str) -> dict[str | None, VerifyingKey]:
    """The usable keys at a JWKS address. Blocks. Raises what `_refresh` expects."""
    return published_keys(bounded_get(address, bytes_max=_JWKS_BYTES_MAX, within_s=_JWKS_TIMEOUT_S))


def published_keys(jwks: bytes) -> dict[str | None, VerifyingKey]:
    """The usable keys of a JWKS document (RFC 7517), by id. Raises ValueError, RecursionError or PyJWTError."""
    keys: dict[str | None, VerifyingKey] = {}
    try:
        for found in jwt.PyJWKSet.from_json(jwks.decode()).keys:
            # A secret has no place in what everybody may read.
            if found.public_key_use in {None, "sig"} and not isinstance(found.key, bytes):
                with contextlib.suppress(ValueError):
                    keys[found.key_id] = public_key(found.key)
    except (AttributeError, KeyError, TypeError) as error:  # PyJWT takes apart what it has not looked at
        raise ValueError("no JWKS document") from error
    return keys


def _unusable(path: Path) -> HiwarError:
    message = f"{path} holds no key for tokens: name a PEM public key (RSA, EC P-256), or a secret of 32 bytes or more."
    return HiwarError(ErrorCode.INVALID_REQUEST, message)
