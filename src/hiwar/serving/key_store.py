"""The store of API keys, which knows them by hash only: one set of statements for every database that may hold them.

Who may do what with a verified key is `auth`'s; what counts against its limits is `quotas`' and `leases`'.
"""

import hmac
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_database import KeyDatabase
from hiwar.serving.key_text import digest, key_id_of, new_key
from hiwar.serving.keys import DEFAULT_LIMITS, SERVICES, KeyLimits, KeyRecord, Principal, Service
from hiwar.serving.sqlite_keys import SqliteKeys

_RECORDS = "SELECT principal, created_at, expires_at, revoked_at FROM keys"
_GOOD = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)"
_IS_GOOD = f"SELECT principal FROM keys WHERE {_GOOD} AND key_id = $2"  # noqa: S608 - a constant
_SECRETS = """
SELECT digest, principal FROM keys JOIN secrets USING (key_id)
WHERE key_id = $2 AND revoked_at IS NULL
    AND (keys.expires_at IS NULL OR keys.expires_at > $1)
    AND (secrets.expires_at IS NULL OR secrets.expires_at > $1)
"""


async def open_key_store(address: str | None, file: Path) -> "KeyStore":
    """The keys in the PostgreSQL at an address, or without one in a file. Its tables are made if it has none.

    Raises HiwarError when they cannot be had.
    """
    if address is None:
        return KeyStore(SqliteKeys(file))
    try:
        from hiwar.serving.postgres_keys import open_postgres_keys
    except ModuleNotFoundError as error:
        message = "Keys in PostgreSQL need a package more; install it with: pip install 'hiwar[postgres]'"
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error
    return KeyStore(await open_postgres_keys(address))


class KeyStore:
    """The keys of one database, shared by processes: what another one revokes is refused here at once.

    Every method raises HiwarError internal when the database cannot be used, and works again as soon as it can.
    """

    def __init__(self, database: KeyDatabase) -> None:
        self._database = database

    async def create(
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
        async with self._database.change() as ask:
            await ask("INSERT INTO keys VALUES ($1, $2, $3, $4, NULL)", *row)
            await ask("INSERT INTO secrets VALUES ($1, $2, NULL)", principal.key_id, digest(key))
        return record, key

    async def rotate(self, key_id: str, overlap: timedelta) -> str | None:
        """A new secret for a key; those it has are good for `overlap` from now at most. None when there is no such key.

        Returns the key's new text, which cannot be had again.
        """
        key, until = new_key(key_id), _text(datetime.now(UTC) + overlap)
        async with self._database.change() as ask:
            if not await ask(_IS_GOOD, _now(), key_id):
                return None
            await ask(
                "UPDATE secrets SET expires_at = $1 WHERE key_id = $2 AND (expires_at IS NULL OR expires_at > $1)",
                until,
                key_id,
            )
            await ask("DELETE FROM secrets WHERE expires_at <= $1", _now())
            await ask("INSERT INTO secrets VALUES ($1, $2, NULL)", key_id, digest(key))
        return key

    async def change(self, key_id: str, change: Callable[[KeyRecord], KeyRecord]) -> KeyRecord | None:
        """What `change` makes of a key's name, services, voices, limits, weight and expiry, kept.

        None when there is no such key, or it is revoked; an expired one can be given more time.
        """
        async with self._database.change() as ask:
            rows = await ask(f"{_RECORDS} WHERE key_id = $1 AND revoked_at IS NULL", key_id)
            if not rows:
                return None
            changed = change(_record(rows[0]))
            await ask(
                "UPDATE keys SET principal = $1, expires_at = $2 WHERE key_id = $3",
                msgspec.json.encode(changed.principal).decode(),
                _text(changed.expires_at),
                key_id,
            )
            return changed

    async def list(self) -> tuple[KeyRecord, ...]:
        """All keys, revoked ones too, oldest first."""
        return tuple(map(_record, await self._database.ask(f"{_RECORDS} ORDER BY created_at, key_id")))

    async def good(self, key_ids: Collection[str]) -> frozenset[str]:
        """Those of these keys that may still be used."""
        if not key_ids:
            return frozenset()
        marks = ", ".join(f"${place}" for place in range(2, len(key_ids) + 2))
        rows = await self._database.ask(
            f"SELECT key_id FROM keys WHERE {_GOOD} AND key_id IN ({marks})",  # noqa: S608 - marks alone
            _now(),
            *key_ids,
        )
        return frozenset(key_id for (key_id,) in rows)

    async def revoke(self, key_id: str) -> bool:
        """Refuse a key from now on. False when there is no such key, or it was revoked before."""
        statement = "UPDATE keys SET revoked_at = $1 WHERE key_id = $2 AND revoked_at IS NULL RETURNING key_id"
        return bool(await self._database.ask(statement, _now(), key_id))

    async def verify(self, key: str) -> Principal | None:
        """The principal of a key text; None when it is malformed, unknown, expired or revoked."""
        key_id = key_id_of(key)
        if key_id is None:
            return None
        given = digest(key)
        for secret, principal in await self._database.ask(_SECRETS, _now(), key_id):
            if hmac.compare_digest(secret, given):
                return _principal(principal)
        return None

    async def find(self, key_id: str) -> Principal | None:
        """The principal of a key that may be used, by its public id."""
        rows = await self._database.ask(_IS_GOOD, _now(), key_id)
        return _principal(rows[0][0]) if rows else None

    async def close(self) -> None:
        """Release the database. No call follows."""
        await self._database.close()


def _record(row: Sequence[Any]) -> KeyRecord:
    stored, created_at, expires_at, revoked_at = row
    return KeyRecord(_principal(stored), datetime.fromisoformat(created_at), _time(expires_at), _time(revoked_at))


def _principal(stored: str) -> Principal:
    try:
        return msgspec.json.decode(stored, type=Principal)
    except msgspec.DecodeError as error:
        message = "A stored key cannot be read by this version of hiwar; run the version that made it."
        raise HiwarError(ErrorCode.INTERNAL, message) from error


def _now() -> str:
    """Times compare as their texts: all in UTC, all with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
