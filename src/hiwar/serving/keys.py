"""The SQLite store of API keys, which knows them by hash only.

Who may do what with a verified key is `auth`'s; what counts against its limits is `quotas`' and `leases`'.
"""

import hmac
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_text import digest, key_id_of, new_key

Service = Literal["tts", "asr"]
SERVICES: tuple[Service, ...] = ("tts", "asr")

_SCHEMA_VERSION = 2
_SCHEMA = """
CREATE TABLE keys (
    key_id TEXT PRIMARY KEY,
    principal TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
) WITHOUT ROWID;
CREATE TABLE secrets (
    key_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    expires_at TEXT,
    PRIMARY KEY (key_id, digest)
) WITHOUT ROWID;
"""
_SET_ASIDE = "ALTER TABLE keys RENAME TO keys_1;"
_TAKE_OVER = """
INSERT INTO keys SELECT key_id, principal, created_at, NULL, revoked_at FROM keys_1;
INSERT INTO secrets SELECT key_id, digest, NULL FROM keys_1;
DROP TABLE keys_1;
"""
_GOOD = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)"
_SECRETS = """
SELECT digest, principal FROM keys JOIN secrets USING (key_id)
WHERE key_id = ?1 AND revoked_at IS NULL
    AND (keys.expires_at IS NULL OR keys.expires_at > ?2)
    AND (secrets.expires_at IS NULL OR secrets.expires_at > ?2)
"""
_BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What one key may use; None is unlimited. A token is one character spoken or 100 ms of audio heard."""

    requests_per_minute: int | None = 60
    tokens_per_minute: int | None = 50_000
    tokens_per_day: int | None = 1_000_000
    concurrent_streams: int | None = 5


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
        expires_at: datetime | None = None,
        weight: float = 1.0,
    ) -> tuple[KeyRecord, str]:
        """Store a new key. Returns its record and its text, which cannot be had again."""
        key = new_key()
        allowed = None if voices is None else tuple(voices)
        principal = Principal(key_id_of(key) or "", name, tuple(services), allowed, limits, weight)
        record = KeyRecord(principal, datetime.now(UTC), expires_at)
        row = (
            principal.key_id,
            msgspec.json.encode(principal).decode(),
            _text(record.created_at),
            _text(expires_at),
        )
        with self._transaction():
            self._connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?, NULL)", row)
            self._connection.execute("INSERT INTO secrets VALUES (?, ?, NULL)", (principal.key_id, digest(key)))
        return record, key

    def rotate(self, key_id: str, overlap: timedelta) -> str | None:
        """A new secret for a key; those it has are good for `overlap` from now at most. None when there is no such key.

        Returns the key's new text, which cannot be had again.
        """
        key, until = new_key(key_id), _text(datetime.now(UTC) + overlap)
        with self._transaction():
            found = self._connection.execute(
                f"SELECT 1 FROM keys WHERE key_id = ? AND {_GOOD}",  # noqa: S608 - a constant
                (key_id, _now()),
            ).fetchone()
            if found is None:
                return None
            self._connection.execute(
                "UPDATE secrets SET expires_at = min(ifnull(expires_at, ?1), ?1) WHERE key_id = ?2", (until, key_id)
            )
            self._connection.execute("DELETE FROM secrets WHERE expires_at <= ?", (_now(),))
            self._connection.execute("INSERT INTO secrets VALUES (?, ?, NULL)", (key_id, digest(key)))
        return key

    def change(self, key_id: str, change: Callable[[KeyRecord], KeyRecord]) -> KeyRecord | None:
        """What `change` makes of a key's name, services, voices, limits, weight and expiry, kept.

        None when there is no such key, or it is revoked; an expired one can be given more time.
        """
        with self._transaction():
            row = self._connection.execute(
                "SELECT principal, created_at, expires_at, revoked_at FROM keys"
                " WHERE key_id = ? AND revoked_at IS NULL",
                (key_id,),
            ).fetchone()
            if row is None:
                return None
            changed = change(_record(row))
            self._connection.execute(
                "UPDATE keys SET principal = ?, expires_at = ? WHERE key_id = ?",
                (msgspec.json.encode(changed.principal).decode(), _text(changed.expires_at), key_id),
            )
            return changed

    def list(self) -> tuple[KeyRecord, ...]:
        """All keys, revoked ones too, oldest first."""
        with self._lock, self._translated():
            rows = self._connection.execute(
                "SELECT principal, created_at, expires_at, revoked_at FROM keys ORDER BY created_at, key_id"
            ).fetchall()
        return tuple(map(_record, rows))

    def good(self, key_ids: Collection[str]) -> frozenset[str]:
        """Those of these keys that may still be used."""
        marks = ", ".join("?" * len(key_ids))
        with self._lock, self._translated():
            rows = self._connection.execute(
                f"SELECT key_id FROM keys WHERE key_id IN ({marks}) AND {_GOOD}",  # noqa: S608 - marks alone
                (*key_ids, _now()),
            ).fetchall()
        return frozenset(key_id for (key_id,) in rows)

    def revoke(self, key_id: str) -> bool:
        """Refuse a key from now on. False when there is no such key, or it was revoked before."""
        with self._lock, self._translated():
            changed = self._connection.execute(
                "UPDATE keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL",
                (_now(), key_id),
            )
            return changed.rowcount == 1

    def verify(self, key: str) -> Principal | None:
        """The principal of a key text; None when it is malformed, unknown, expired or revoked."""
        key_id = key_id_of(key)
        if key_id is None:
            return None
        with self._lock, self._translated():
            rows = self._connection.execute(_SECRETS, (key_id, _now())).fetchall()
        given = digest(key)
        for secret, principal in rows:
            if hmac.compare_digest(secret, given):
                with self._translated():
                    return _principal(principal)
        return None

    def find(self, key_id: str) -> Principal | None:
        """The principal of a key that may be used, by its public id."""
        with self._lock, self._translated():
            row = self._connection.execute(
                f"SELECT principal FROM keys WHERE key_id = ? AND {_GOOD}",  # noqa: S608 - a constant
                (key_id, _now()),
            ).fetchone()
            return None if row is None else _principal(row[0])

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
        if version < _SCHEMA_VERSION:
            with self._transaction():
                self._migrate()

    def _migrate(self) -> None:
        # Asked again: of two servers that start together one has been here meanwhile.
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        steps = {0: (_SCHEMA,), 1: (_SET_ASIDE, _SCHEMA, _TAKE_OVER)}.get(version, ())
        for statement in ";".join(steps).split(";"):
            self._connection.execute(statement)
        self._connection.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of it or nothing, with nobody else writing between."""
        with self._lock, self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error, msgspec.DecodeError) as error:
            message = (
                f"The key file {self._path} cannot be used; check its folder and rights, or name another data folder."
            )
            raise HiwarError(ErrorCode.INTERNAL, message) from error


def _record(row: tuple[str, str, str | None, str | None]) -> KeyRecord:
    stored, created_at, expires_at, revoked_at = row
    return KeyRecord(_principal(stored), datetime.fromisoformat(created_at), _time(expires_at), _time(revoked_at))


def _principal(stored: str) -> Principal:
    return msgspec.json.decode(stored, type=Principal)


def _now() -> str:
    """Times compare as their texts: all in UTC, all with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
