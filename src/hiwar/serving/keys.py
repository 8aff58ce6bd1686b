"""What an API key is: who holds it, what they may use, and for how long. Keys are kept by `key_store`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

Service = Literal["tts", "asr"]
SERVICES: tuple[Service, ...] = ("tts", "asr")
Limit = Annotated[int, Meta(ge=0)]


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What one key may use; None is unlimited. A token is one character spoken or 100 ms of audio heard."""

    requests_per_minute: Limit | None = 60
    tokens_per_minute: Limit | None = 50_000
    tokens_per_day: Limit | None = 1_000_000
    concurrent_streams: Limit | None = 5


TOKEN_PREFIX = "jwt:"  # noqa: S105 - what the ids of principals begin with that come by token
DEFAULT_LIMITS = KeyLimits()
UNLIMITED = KeyLimits(None, None, None, None)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed in, and what they may use. `voices` None means all."""

    key_id: str
    name: str
    services: tuple[Service, ...] = SERVICES
    voices: tuple[str, ...] | None = None
    limits: KeyLimits = DEFAULT_LIMITS
    weight: float = 1.0
    """How many times the compute of others it may have when there is not enough for all."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A stored key: its principal and its life. Holds nothing of the secret."""

    principal: Principal
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
