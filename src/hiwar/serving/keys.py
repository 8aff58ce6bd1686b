"""The SQLite store of API keys, which knows them by hash only.

Who may do what with a verified key is `auth`'s; nothing counts against its limits yet.
"""

import hmac
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_text import digest, key_id_of, new_key

Service = Literal["tts", "asr"]
SERVICES: tuple[Service, ...] = ("tts", "asr")

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    key_id TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    principal TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) WITHOUT ROWID
"""
_BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What one key may use; None is unlimited. A token is one character spoken or 100 ms of audio heard."""

    requests_per_minute: int | None = 60
    tokens_per_minute: int | None = 50_000
    tokens_per_day: int | None = 1_000_000
    concurrent_streams: int | None = 5


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


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A stored key: its principal and its life. Holds nothing of the secret."""

    principal: Principal
    created_at: datetime
    revoked_at: datetime | None = None


class KeyStore:
    """The keys in one SQLite file, shared by processes: what another one revokes is refused here at once.

    A look-up takes some microseconds and may run on an event loop; any thread may call.
    Every method raises HiwarError when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        with self._translated():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite gives its side files the mode of this one.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            self._prepare()

    def create(
        self,
        name: str,
        services: Iterable[Service] = SERVICES,
        voices: Iterable[str] | None = None,
        limits: KeyLimits = DEFAULT_LIMITS,
    ) -> tuple[KeyRecord, str]:
        """Store a new key. Returns its record and its text, which cannot be had again."""
        key = new_key()
        allowed = None if voices is None else tuple(voices)
        principal = Principal(key_id_of(key) or "", name, tuple(services), allowed, limits)
        record = KeyRecord(principal, datetime.now(UTC))
        row = (
            principal.key_id,
            digest(key),
            msgspec.json.encode(principal).decode(),
            record.created_at.isoformat(),
        )
        with self._lock, self._translated():
            self._connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?, NULL)", row)
        return record, key

    def list(self) -> tuple[KeyRecord, ...]:
        """All keys, revoked ones too, oldest first."""
        with self._lock, self._translated():
            rows = self._connection.execute(
                "SELECT principal, created_at, revoked_at FROM keys ORDER BY created_at, key_id"
            ).fetchall()
        return tuple(
            KeyRecord(
                _principal(stored),
                datetime.fromisoformat(created_at),
                datetime.fromisoformat(revoked_at) if revoked_at else None,
            )
            for stored, created_at, revoked_at in rows
        )

    def revoke(self, key_id: str) -> bool:
        """Refuse a key from now on. False when there is no such key, or it was revoked before."""
        with self._lock, self._translated():
            changed = self._connection.execute(
                "UPDATE keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL",
                (datetime.now(UTC).isoformat(), key_id),
            )
            return changed.rowcount == 1

    def verify(self, key: str) -> Principal | None:
        """The principal of a key text; None when it is malformed, unknown or revoked."""
        key_id = key_id_of(key)
        if key_id is None:
            return None
        with self._lock, self._translated():
            row = self._connection.execute(
                "SELECT digest, principal FROM keys WHERE key_id = ? AND revoked_at IS NULL", (key_id,)
            ).fetchone()
        if row is None or not hmac.compare_digest(row[0], digest(key)):
            return None
        with self._translated():
            return _principal(row[1])

    def close(self) -> None:
        """Release the file. No call follows."""
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode=WAL")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > _SCHEMA_VERSION:
            self._connection.close()
            message = f"{self._path} is of a later version of hiwar; run that version, or use another data folder."
            raise HiwarError(ErrorCode.INTERNAL, message)
        self._connection.execute(_SCHEMA)
        self._connection.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error, msgspec.DecodeError) as error:
            message = (
                f"The key file {self._path} cannot be used; check its folder and rights, or name another data folder."
            )
            raise HiwarError(ErrorCode.INTERNAL, message) from error


def _principal(stored: str) -> Principal:
    return msgspec.json.decode(stored, type=Principal)
