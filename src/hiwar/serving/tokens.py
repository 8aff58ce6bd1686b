"""Signed tokens (JWT, RFC 7519) of an issuer: from a token to who holds it and what they may use.

Which key a token is checked with is left to `token_keys`; the server's own are `own_tokens`'.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import msgspec

from hiwar.serving.keys import DEFAULT_LIMITS, SERVICES, TOKEN_PREFIX, KeyLimits, Principal
from hiwar.serving.token_keys import TokenKeys, VerifyingKey

_LEEWAY_S = 30.0
"""How far the clocks of issuer and server may lie apart."""
_REMEMBERED_S = 600.0
"""As long as published keys are kept: one that is withdrawn is good no longer than that."""
_CACHED_MAX = 10_000
_SUBJECT_CHARS_MAX = 255
"""As in OpenID Connect Core 1.0, section 2."""
_REQUIRED = ["exp", "sub"]


class _Claims(msgspec.Struct, frozen=True):
    """What a token says; claims that are not listed mean nothing here."""

    sub: str
    exp: float
    name: str = ""
    scope: str | None = None
    voices: tuple[str, ...] | None = None
    limits: KeyLimits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens are good: their keys, their name if it is checked, and for whom they must be."""

    keys: TokenKeys
    issuer: str | None
    audience: str


class TokenVerifier:
    """Checks tokens; what was checked is remembered until it expires. `now` returns seconds since 1970."""

    def __init__(self, trust: Trust, now: Callable[[], float] = time.time) -> None:
        self._trust = trust
        self._now = now
        self._checked: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()

    async def verify(self, token: str) -> Principal | None:
        """Who holds this token; None when it is not good here, whatever the reason."""
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._checked.get(digest)
        if known is not None and self._now() < known[0]:
            return known[1]
        try:
            header = jwt.get_unverified_header(token)
            key = await self._trust.keys.find(header.get("kid"))
            if key is None:
                return None
            claims = msgspec.convert(self._decode(token, key), _Claims)
            if not _is_name(claims.sub):
                return None
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError, RecursionError):  # the last: nested too deep
            return None
        principal = _principal(claims)
        self._remember(digest, min(claims.exp + _LEEWAY_S, self._now() + _REMEMBERED_S), principal)
        return principal

    def _decode(self, token: str, key: VerifyingKey) -> dict[str, Any]:
        return jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            audience=self._trust.audience,
            issuer=self._trust.issuer,
            leeway=_LEEWAY_S,
            options={"require": _REQUIRED if self._trust.issuer is None else [*_REQUIRED, "iss"]},
        )

    def _remember(self, digest: bytes, until_s: float, principal: Principal) -> None:
        self._checked[digest] = (until_s, principal)
        if len(self._checked) > _CACHED_MAX:
            self._checked.popitem(last=False)


def _principal(claims: _Claims) -> Principal:
    scopes = SERVICES if claims.scope is None else claims.scope.split()
    return Principal(
        key_id=TOKEN_PREFIX + claims.sub,
        name=claims.name or claims.sub,
        services=tuple(service for service in SERVICES if service in scopes),
        voices=claims.voices,
        limits=claims.limits,
    )


def _is_name(subject: str) -> bool:
    """Whether usage and limits can be counted under it, and an operator can read it; cut, two could become one."""
    return 0 < len(subject) <= _SUBJECT_CHARS_MAX and subject.isprintable()
