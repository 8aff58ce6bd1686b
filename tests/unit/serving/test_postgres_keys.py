import asyncio
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_store import open_key_store
from hiwar.serving.key_text import new_key
from support.keys import Keys
from support.postgres import PostgresServer, needs_postgres, postgres_server
from support.streams import run

FILE = Path("unused")


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    yield postgres_server()
    postgres_server().clear()


def run_statement(server: PostgresServer, statement: str) -> None:
    Keys(FILE, server.address).ask(lambda store: store._database.ask(statement))


@needs_postgres
def test_a_database_of_a_later_version_is_left_alone(server: PostgresServer) -> None:
    keys = Keys(FILE, server.address)
    assert keys.list() == ()
    run_statement(server, "UPDATE schema_version SET version = 2")
    with pytest.raises(HiwarError, match="later version") as caught:
        keys.list()
    assert caught.value.code is ErrorCode.INTERNAL


@needs_postgres
def test_who_may_only_read_can_serve_and_not_make_keys(server: PostgresServer) -> None:
    keys = Keys(FILE, server.address)
    record, key = keys.create("one")
    for statement in (
        "CREATE ROLE reader LOGIN",
        "GRANT USAGE ON SCHEMA hiwar TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA hiwar TO reader",
    ):
        run_statement(server, statement)
    reading = Keys(FILE, server.address.replace("hiwar@", "reader@"))
    try:
        assert reading.verify(key) == record.principal
        for forbidden in (lambda: reading.create("two"), lambda: reading.revoke(record.principal.key_id)):
            with pytest.raises(HiwarError, match="InsufficientPrivilege"):
                forbidden()
    finally:
        for statement in ("DROP OWNED BY reader", "DROP ROLE reader"):
            run_statement(server, statement)


@needs_postgres
def test_a_database_that_goes_away_is_an_error_until_it_is_back(server: PostgresServer) -> None:
    async def scenario() -> None:
        store = await open_key_store(server.address, FILE)
        record, key = await store.create("one")
        server.stop()
        try:
            for _ in range(2):
                with pytest.raises(HiwarError, match="The key database cannot be used") as caught:
                    await store.verify(key)
                assert caught.value.code is ErrorCode.INTERNAL
        finally:
            server.start()
        assert await store.verify(key) == record.principal
        await store.close()

    run(scenario())


@needs_postgres
def test_only_so_many_wait_for_an_answer(server: PostgresServer) -> None:
    async def scenario() -> None:
        store = await open_key_store(server.address, FILE)
        record, key = await store.create("one")
        answers = await asyncio.gather(*(store.verify(key) for _ in range(502)), return_exceptions=True)
        refused = [answer.code for answer in answers if isinstance(answer, HiwarError)]
        assert refused == [ErrorCode.SERVER_BUSY] * 2
        assert answers.count(record.principal) == 500
        await store.close()

    run(scenario())


@needs_postgres
def test_who_leaves_before_the_answer_breaks_nothing(server: PostgresServer, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        for turns in range(1, 10):  # in some of them it is just connecting
            store = await open_key_store(server.address, FILE)
            leaving = [asyncio.create_task(store.verify(new_key())) for _ in range(20)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for task in leaving:
                task.cancel()
            await asyncio.wait(leaving)
            assert await store.verify(new_key()) is None
            await store.close()

    run(scenario())
    gc.collect()
    assert not caplog.records


@needs_postgres
@pytest.mark.parametrize(
    "address",
    [
        "postgresql://hiwar:hidden@127.0.0.1:{closed}/postgres",
        "postgresql://nobody:hidden@127.0.0.1:{port}/postgres",
        "postgresql://hiwar:hidden@127.0.0.1:{port}/nothing",
        "postgresql://hiwar:hidden@127.0.0.1:{port}/postgres?sslmode=require",
        "postgresql://hiwar:hidden@127.0.0.1:{port}/postgres?sslmode=hidden",
        "postgresql://hiwar:hidden@127.0.0.1:hidden/postgres",
    ],
)
def test_an_address_that_will_not_do_is_an_error_without_its_password(server: PostgresServer, address: str) -> None:
    with pytest.raises(HiwarError, match="the address in `keys`") as caught:
        run(open_key_store(address.format(port=server.port, closed=1), FILE))
    assert "hidden" not in caught.value.message
    assert caught.value.code is ErrorCode.INTERNAL


def test_without_its_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    monkeypatch.delitem(sys.modules, "hiwar.serving.postgres_keys", raising=False)
    with pytest.raises(HiwarError, match=r"pip install 'hiwar\[postgres\]'"):
        run(open_key_store("postgresql://hiwar@127.0.0.1/hiwar", FILE))
