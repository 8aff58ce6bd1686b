"""The tables of API keys in one SQLite file, for the servers of one machine. What is asked of them is `key_store`'s."""

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_database import Ask, Rows

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
_BUSY_TIMEOUT_S = 5.0


class SqliteKeys:
    """A `KeyDatabase` that answers at once: a look-up takes some microseconds, less than a hop to a thread.

    A change may wait for seconds for that of another process; servers make none.
    Every method raises HiwarError when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._translated():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite gives its side files the mode of this one.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
            self._prepare()

    async def ask(self, statement: str, /, *values: str | bytes | None) -> Rows:
        """Run a statement, by itself or within `change`."""
        with self._translated():
            named = {str(place): value for place, value in enumerate(values, 1)}
            rows: Rows = self._connection.execute(statement, named).fetchall()
            return rows

    @asynccontextmanager
    async def change(self) -> AsyncIterator[Ask]:
        """All of it or nothing, with nobody else writing between."""
        with self._transaction():
            yield self.ask

    async def close(self) -> None:
        """Release the file. No call follows."""
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
        with self._translated():
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
        except (OSError, sqlite3.Error) as error:
            message = (
                f"The key file {self._path} cannot be used; check its folder and rights, or name another data folder."
            )
            raise HiwarError(ErrorCode.INTERNAL, message) from error
