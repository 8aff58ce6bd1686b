"""Short-lived tokens (JWT, RFC 7519) that this server signs itself, each in the name of an API key.

Whether the key is still good, and for what, is `auth`'s to ask at each use; tokens that others sign are `tokens`'.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import jwt
import msgspec

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.keys import SERVICES
from hiwar.serving.token_keys import key_of_file
from hiwar.serving.token_scope import TokenScope

_ALGORITHM = "HS256"
_KEY_ID = "hiwar-own"
"""In the head of each: a token that says so is checked here, and by no issuer's key."""
_ISSUER = "hiwar"
_AUDIENCE = "hiwar-streams"


class _Claims(msgspec.Struct, frozen=True):
    sub: str
    exp: int
    scope: str | None = None
    voices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class OwnToken:
    """A signed token and when it ends."""

    text: str = field(repr=False)
    expires_at: datetime


class TokenSigner:
    """Signs tokens and checks them, with one secret that all servers share which are to take them.

    `now` returns seconds since 1970.
    """

    def __init__(self, secret: bytes, now: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._now = now

    def sign(self, key_id: str, scope: TokenScope, expires_in_s: int) -> OwnToken:
        """A token in the name of a key."""
        expires_s = int(self._now()) + expires_in_s
        claims: dict[str, object] = {"iss": _ISSUER, "aud": _AUDIENCE, "sub": key_id, "exp": expires_s}
        if scope.services is not None:
            claims["scope"] = " ".join(scope.services)
        if scope.voices is not None:
            claims["voices"] = list(scope.voices)
        text = jwt.encode(claims, self._secret, _ALGORITHM, {"kid": _KEY_ID})
        return OwnToken(text, datetime.fromtimestamp(expires_s, UTC))

    def owns(self, token: str) -> bool:
        """Whether a token says that it is one of these, be it true or not."""
        try:
            return jwt.get_unverified_header(token).get("kid") == _KEY_ID
        except (jwt.PyJWTError, ValueError, RecursionError):  # the last: nested too deep
            return False

    def check(self, token: str) -> tuple[str, TokenScope] | None:
        """The id of the key that a token is in the name of, and for what; None when it is not good, for any reason."""
        try:
            decoded = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options={"require": ["exp", "sub", "iss", "aud"], "verify_exp": False},  # below, by our clock
            )
            claims = msgspec.convert(decoded, _Claims)
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError, RecursionError):
            return None
        if claims.exp <= self._now():
            return None
        scopes = None if claims.scope is None else claims.scope.split()
        services = None if scopes is None else tuple(service for service in SERVICES if service in scopes)
        return claims.sub, TokenScope(services, claims.voices)


def signing_secret(path: Path) -> bytes:
    """The secret in a file, of 32 bytes or more. Raises HiwarError that says what the file must hold."""
    key = key_of_file(path).key
    if not isinstance(key, bytes):
        raise HiwarError(ErrorCode.INVALID_REQUEST, f"{path} holds a public key; name a secret of 32 bytes or more.")
    return key
