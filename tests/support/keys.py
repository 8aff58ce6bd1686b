"""The keys of a server as another process has them: opened for each question, and closed again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hiwar.serving.key_store import KeyStore, open_key_store
from hiwar.serving.keys import DEFAULT_LIMITS, SERVICES, KeyLimits, KeyRecord, Principal, Service
from support.streams import run

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Keys:
    """Those in a file, or in the PostgreSQL at an address. The methods are those of `KeyStore`, and wait."""

    file: Path
    address: str | None = None

    def ask(self, question: Callable[[KeyStore], Awaitable[Answer]]) -> Answer:
        """Ask a store of its own."""

        async def asked() -> Answer:
            store = await open_key_store(self.address, self.file)
            try:
                return await question(store)
            finally:
                await store.close()

        return run(asked())

    def create(
        self,
        name: str,
        services: tuple[Service, ...] = SERVICES,
        voices: tuple[str, ...] | None = None,
        limits: KeyLimits = DEFAULT_LIMITS,
        expires_at: datetime | None = None,
        weight: float = 1.0,
    ) -> tuple[KeyRecord, str]:
        return self.ask(lambda store: store.create(name, services, voices, limits, expires_at, weight))

    def rotate(self, key_id: str, overlap: timedelta) -> str | None:
        return self.ask(lambda store: store.rotate(key_id, overlap))

    def change(self, key_id: str, change: Callable[[KeyRecord], KeyRecord]) -> KeyRecord | None:
        return self.ask(lambda store: store.change(key_id, change))

    def revoke(self, key_id: str) -> bool:
        return self.ask(lambda store: store.revoke(key_id))

    def list(self) -> tuple[KeyRecord, ...]:
        return self.ask(lambda store: store.list())

    def verify(self, key: str) -> Principal | None:
        return self.ask(lambda store: store.verify(key))
