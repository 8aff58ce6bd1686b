"""What one stream uses, counted against its key: requests, characters to speak, audio to hear. A driver tells it."""

import asyncio
from dataclasses import dataclass

from hiwar.errors import RateLimitError
from hiwar.serving.keys import Service
from hiwar.serving.leases import Leases
from hiwar.serving.quotas import Quotas
from hiwar.serving.shared_counter import SharedCounter
from hiwar.serving.slots import Slot
from hiwar.serving.usage import UsageLog
from hiwar.serving.workers import NOBODYS, Share

_TOKEN_MS = 100
"""Audio that counts as one token."""
_HEARD_MS = 1_000
"""Audio is counted in portions: a shared counter is asked once a second, not at every frame."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where it is counted, for all streams."""

    quotas: Quotas
    leases: Leases
    usage: UsageLog | None = None
    shared: SharedCounter | None = None
    """What quotas and leases count in together with other servers."""

    async def close(self) -> None:
        """Write what was counted and let go of the shared counter. No stream is open."""
        await self.leases.close()
        await self.quotas.close()
        if self.shared is not None:
            await self.shared.close()
        if self.usage is not None:
            await asyncio.to_thread(self.usage.close)


class Meter:
    """The meter of one slot. Nothing is counted before it has signed in."""

    def __init__(self, slot: Slot, service: Service, quotas: Quotas, usage: UsageLog | None) -> None:
        self._slot = slot
        self._service: Service = service
        self._quotas = quotas
        self._usage = usage
        self._heard_ms = 0
        self._tokens = 0

    @property
    def share(self) -> Share:
        """Whose compute the stream's steps are."""
        principal = self._slot.principal
        return NOBODYS if principal is None else Share(principal.key_id, principal.weight)

    async def request(self) -> None:
        """A request begins. Raises RateLimitError."""
        principal = self._slot.principal
        if principal is not None:
            try:
                with self._slot.seen.stage("quota"):
                    self._slot.allowance = await self._quotas.request(principal)
            except RateLimitError as error:
                self._slot.allowance = error.allowance
                raise
            self._add(requests=1)

    async def characters(self, count: int) -> None:
        """So much more text is to be spoken. Raises RateLimitError."""
        principal = self._slot.principal
        if principal is not None:
            await self._quotas.spend(principal, count)
            self._add(characters=count)

    async def heard(self, audio_ms: int, *, ended: bool = False) -> None:
        """So much audio has come in all; counted by the second, and when no more comes. Raises RateLimitError."""
        principal = self._slot.principal
        if principal is None or (audio_ms - self._heard_ms < _HEARD_MS and not ended):
            return
        fresh_ms, self._heard_ms = audio_ms - self._heard_ms, audio_ms
        tokens, self._tokens = audio_ms // _TOKEN_MS - self._tokens, audio_ms // _TOKEN_MS
        self._add(audio_ms=fresh_ms)
        await self._quotas.spend(principal, tokens)

    def broken_off(self, audio_ms: int) -> None:
        """So much audio had come in all when the stream ended, in whatever way: the rest of it is on the bill too."""
        fresh_ms, self._heard_ms = audio_ms - self._heard_ms, audio_ms
        if fresh_ms:
            self._add(audio_ms=fresh_ms)

    def spoken(self, audio_ms: int) -> None:
        """So much audio was made of the text."""
        if audio_ms:
            self._add(audio_ms=audio_ms)

    def _add(self, *, requests: int = 0, characters: int = 0, audio_ms: int = 0) -> None:
        if self._usage is not None and self._slot.principal is not None:
            key_id = self._slot.principal.key_id
            self._usage.add(key_id, self._service, requests=requests, characters=characters, audio_ms=audio_ms)
