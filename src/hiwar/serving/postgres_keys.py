"""The tables of API keys in a PostgreSQL, for servers that share them. What is asked of them is `key_store`'s."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_database import Ask, Rows

_SCHEMA_VERSION = 1
# Times are texts here as in SQLite, so that the same statements do; by "C" they are compared byte by byte.
_SCHEMA = (
    "CREATE SCHEMA IF NOT EXISTS hiwar",
    """
    CREATE TABLE keys (
        key_id TEXT PRIMARY KEY,
        principal TEXT NOT NULL,
        created_at TEXT COLLATE "C" NOT NULL,
        expires_at TEXT COLLATE "C",
        revoked_at TEXT COLLATE "C"
    )
    """,
    """
    CREATE TABLE secrets (
        key_id TEXT NOT NULL REFERENCES keys,
        digest BYTEA NOT NULL,
        expires_at TEXT COLLATE "C",
        PRIMARY KEY (key_id, digest)
    )
    """,
    f"CREATE TABLE schema_version AS SELECT {_SCHEMA_VERSION} AS version",
)
_LOCK = int.from_bytes(b"hiwar")
"""Whoever changes keys holds this advisory lock: the tables, too, are made under it."""
_CONNECTIONS_MAX = 4
"""Of each server. One of them answers some thousand look-ups a second."""
_ASKED_MAX = 500
"""How many look-ups may wait for one of them."""
_WAIT_S = 2.0
"""How long it may take until a connection is free, or made, and then until it answers a statement."""


class PostgresKeys:
    """A `KeyDatabase` behind a small pool of connections, which are made when they are needed.

    Every method raises HiwarError when the database cannot be used, after some seconds at most.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._asking: set[asyncio.Task[Rows]] = set()

    async def ask(self, statement: str, /, *values: str | bytes | None) -> Rows:
        """Run a statement by itself. Raises HiwarError server_busy as well, when too many do."""
        if len(self._asking) >= _ASKED_MAX:
            raise HiwarError(ErrorCode.SERVER_BUSY, "Too many keys are checked at once; try again in a few seconds.")
        # A task of its own: cancelled with a client that leaves, the library would have to connect anew.
        asking = asyncio.create_task(self._fetched(statement, *values))
        self._asking.add(asking)
        asking.add_done_callback(self._asked)
        return await asyncio.shield(asking)

    @asynccontextmanager
    async def change(self) -> AsyncIterator[Ask]:
        """All of it or nothing, with nobody else writing between."""
        async with self._connection() as connection, connection.transaction():
            await connection.fetch("SELECT pg_advisory_xact_lock($1)", _LOCK)
            yield connection.fetch

    async def close(self) -> None:
        """Let go of the connections, within seconds. No call follows."""
        if self._asking:
            await asyncio.wait(self._asking)  # each has an end of its own
        try:
            async with asyncio.timeout(_WAIT_S):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def prepare(self) -> None:
        """Make the tables if there are none. Raises HiwarError when they are of a later version."""
        if await _version(self.ask) is None:
            async with self.change() as ask:
                # Asked again: of two servers that start together one has been here meanwhile.
                if await _version(ask) is None:
                    for statement in _SCHEMA:
                        await ask(statement)
        if (await _version(self.ask) or 0) > _SCHEMA_VERSION:
            message = "The keys are of a later version of hiwar; run that version, or use another database."
            raise HiwarError(ErrorCode.INTERNAL, message)

    async def _fetched(self, statement: str, /, *values: str | bytes | None) -> Rows:
        async with self._connection() as connection:
            rows: Rows = await connection.fetch(statement, *values)
            return rows

    def _asked(self, asking: asyncio.Task[Rows]) -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        with _translated():
            async with self._pool.acquire(timeout=_WAIT_S) as connection:
                yield connection


async def open_postgres_keys(address: str) -> PostgresKeys:
    """The keys in the schema `hiwar` of the database at an address. Raises HiwarError when they cannot be had."""
    with _translated():
        pool = await asyncpg.create_pool(
            address,
            min_size=0,
            max_size=_CONNECTIONS_MAX,
            timeout=_WAIT_S,
            command_timeout=_WAIT_S,
            reset=_keep,
            server_settings={
                "application_name": "hiwar",
                "search_path": "hiwar",
                "statement_timeout": f"{_WAIT_S:.0f}s",
                "idle_in_transaction_session_timeout": f"{_WAIT_S:.0f}s",
            },
        )
    keys = PostgresKeys(pool)
    try:
        with _translated(ValueError):  # the address is read when it is first needed
            await keys.prepare()
    except BaseException:
        await keys.close()
        raise
    return keys


async def _version(ask: Ask) -> int | None:
    # Not by to_regclass, which may answer from before another server's transaction.
    if not await ask("SELECT 1 FROM pg_tables WHERE schemaname = 'hiwar' AND tablename = 'schema_version'"):
        return None
    version: int = (await ask("SELECT version FROM schema_version"))[0][0]
    return version


async def _keep(_connection: object) -> None:
    """Give a connection back as it is: nothing is set on it, and a reset would cost a round trip a statement."""


@contextmanager
def _translated(*also: type[Exception]) -> Iterator[None]:
    faults = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, *also)
    try:
        yield
    except faults as error:
        # Of what went wrong its kind alone is told: the text may hold the address.
        message = (
            f"The key database cannot be used ({type(error).__name__}); "
            "check that it runs, the address in `keys`, and the rights of its user."
        )
        raise HiwarError(ErrorCode.INTERNAL, message) from error
