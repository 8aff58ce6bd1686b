"""What every database of API keys must do: each test runs with a file, and with a PostgreSQL where there is one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hiwar.errors import HiwarError
from hiwar.serving.key_store import KeyStore, open_key_store
from hiwar.serving.key_text import digest, key_id_of, new_key
from hiwar.serving.keys import KeyLimits, KeyRecord, Principal
from support.keys import Keys
from support.postgres import needs_postgres, postgres_server
from support.streams import run


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=needs_postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keys]:
    file = tmp_path / "data" / "keys.db"
    if request.param == "sqlite":
        yield Keys(file)
        return
    yield Keys(file, postgres_server().address)
    postgres_server().clear()


@asynccontextmanager
async def servers(store: Keys) -> AsyncIterator[tuple[KeyStore, KeyStore]]:
    """Two that share the keys, and start at once."""
    one, other = await asyncio.gather(*(open_key_store(store.address, store.file) for _ in range(2)))
    try:
        yield one, other
    finally:
        await asyncio.gather(one.close(), other.close())


def test_a_made_key_is_verified_with_what_it_may_use(store: Keys) -> None:
    limits = KeyLimits(1, 2, None, 4)
    record, key = store.create("مكتب", ("tts",), ("Yara", "Nouf"), limits)
    principal = store.verify(key)
    assert principal == record.principal
    assert principal == Principal(record.principal.key_id, "مكتب", ("tts",), ("Yara", "Nouf"), limits)


def test_defaults_are_all_services_all_voices_and_the_contract_limits(store: Keys) -> None:
    principal = store.create("one")[0].principal
    assert principal.services == ("tts", "asr")
    assert principal.voices is None
    assert principal.limits == KeyLimits(60, 50_000, 1_000_000, 5)


def test_unknown_malformed_and_tampered_keys_are_none(store: Keys) -> None:
    _, key = store.create("one")
    for other in (new_key(), key[:-1], "", key.swapcase(), "'; DROP TABLE keys; --"):
        assert store.verify(other) is None


def test_the_right_id_with_another_secret_is_refused(store: Keys) -> None:
    record, _ = store.create("one")
    assert store.verify(new_key(record.principal.key_id)) is None


def test_another_server_sees_new_and_revoked_keys_at_once(store: Keys) -> None:
    async def scenario() -> None:
        async with servers(store) as (one, other):
            record, key = await one.create("one")
            assert await other.verify(key) == await other.find(record.principal.key_id) == record.principal
            assert await one.revoke(record.principal.key_id)
            assert await other.verify(key) is None
            assert await other.find(record.principal.key_id) is None
            assert (await other.list())[0].revoked_at is not None

    run(scenario())


def test_revoking_twice_or_nothing_says_so(store: Keys) -> None:
    record, _ = store.create("one")
    assert store.revoke(record.principal.key_id)
    assert not store.revoke(record.principal.key_id)
    assert not store.revoke("nothing")


def test_list_is_in_the_order_of_making(store: Keys) -> None:
    made = [store.create(name)[0] for name in ("b", "a", "c")]
    assert list(store.list()) == made


def test_a_key_past_its_time_is_refused(store: Keys) -> None:
    now = datetime.now(UTC)
    (late, late_key), (early, early_key) = (
        store.create(name, expires_at=now + timedelta(hours=hours)) for name, hours in (("late", 1), ("early", -1))
    )
    assert store.verify(late_key) == late.principal
    assert store.verify(early_key) is None
    assert store.ask(lambda asked: asked.find(early.principal.key_id)) is None
    assert [record.expires_at for record in store.list()] == [late.expires_at, early.expires_at]
    assert [record.is_good(now) for record in store.list()] == [True, False]


def test_both_secrets_are_good_while_a_rotation_overlaps(store: Keys) -> None:
    record, old = store.create("one")
    new = store.rotate(record.principal.key_id, timedelta(hours=1))
    assert new is not None
    assert key_id_of(new) == key_id_of(old)
    assert store.verify(old) == store.verify(new) == record.principal
    newest = store.rotate(record.principal.key_id, timedelta(0))
    assert newest is not None
    assert [store.verify(key) for key in (old, new, newest)] == [None, None, record.principal]


def test_a_secret_past_its_overlap_is_refused(store: Keys) -> None:
    record, old = store.create("one")
    new = store.rotate(record.principal.key_id, timedelta(hours=1))
    assert new is not None
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="microseconds")
    statement = "UPDATE secrets SET expires_at = $1 WHERE expires_at IS NOT NULL"
    store.ask(lambda asked: asked._database.ask(statement, past))
    assert [store.verify(key) for key in (old, new)] == [None, record.principal]


def test_a_rotation_never_makes_an_old_secret_last_longer(store: Keys) -> None:
    record, old = store.create("one")
    store.rotate(record.principal.key_id, timedelta(0))
    store.rotate(record.principal.key_id, timedelta(days=1))
    assert store.verify(old) is None


def test_what_is_revoked_or_unknown_is_not_rotated(store: Keys) -> None:
    record, _ = store.create("one")
    store.revoke(record.principal.key_id)
    assert store.rotate(record.principal.key_id, timedelta(0)) is None
    expired, _ = store.create("past", expires_at=datetime.now(UTC) - timedelta(hours=1))
    assert store.rotate(expired.principal.key_id, timedelta(0)) is None
    assert store.rotate("nothing", timedelta(0)) is None


def test_of_rotations_at_once_the_last_alone_has_no_end(store: Keys) -> None:
    async def scenario() -> None:
        async with servers(store) as (one, other):
            record, old = await one.create("one")
            rotations = [keys.rotate(record.principal.key_id, timedelta(0)) for keys in (one, other) * 4]
            made = [key for key in await asyncio.gather(*rotations) if key is not None]
            assert len(made) == 8
            good = [key for key in (old, *made) if await one.verify(key)]
            assert len(good) == 1

    run(scenario())


def test_changes_of_several_processes_wait_for_each_other(store: Keys) -> None:
    record, _ = store.create("one")

    async def rotations(keys: KeyStore) -> list[str | None]:
        return [await keys.rotate(record.principal.key_id, timedelta(0)) for _ in range(10)]

    with ThreadPoolExecutor(3) as pool:
        made = [key for keys in pool.map(lambda _index: store.ask(rotations), range(3)) for key in keys]
    assert None not in made
    assert sum(store.verify(key or "") is not None for key in made) == 1


def test_of_revocations_at_once_one_alone_takes_effect(store: Keys) -> None:
    async def scenario() -> None:
        async with servers(store) as (one, other):
            record, _ = await one.create("one")
            revoked = await asyncio.gather(*(keys.revoke(record.principal.key_id) for keys in (one, other) * 4))
            assert sum(revoked) == 1

    run(scenario())


def test_a_change_is_what_the_key_is_from_now_on(store: Keys) -> None:
    record, key = store.create("one", weight=2.0)
    assert record.principal.weight == 2.0
    moment = datetime(2999, 1, 31, tzinfo=UTC)
    wanted = replace(record.principal, name="مكتب", services=("asr",), weight=3.0)
    changed = store.change(record.principal.key_id, lambda found: replace(found, principal=wanted, expires_at=moment))
    assert changed == replace(record, principal=wanted, expires_at=moment)
    assert store.list() == (changed,)
    assert store.verify(key) == wanted


def test_a_change_that_cannot_be_made_changes_nothing_and_holds_nobody_up(store: Keys) -> None:
    record, key = store.create("one")

    def fail(_: KeyRecord) -> KeyRecord:
        raise KeyError

    with pytest.raises(KeyError):
        store.change(record.principal.key_id, fail)
    assert store.verify(key) == record.principal
    assert store.revoke(record.principal.key_id)
    assert store.change(record.principal.key_id, fail) is None
    assert store.change("nothing", fail) is None


def test_changes_made_together_are_all_kept(store: Keys) -> None:
    record, key = store.create("one")

    def heavier(found: KeyRecord) -> KeyRecord:
        return replace(found, principal=replace(found.principal, weight=found.principal.weight + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _index: store.change(record.principal.key_id, heavier), range(20)))
    principal = store.verify(key)
    assert principal is not None
    assert principal.weight == 21.0


def test_the_good_ones_of_many_keys_are_told_apart(store: Keys) -> None:
    good, revoked, expired = (
        store.create(name, expires_at=datetime.now(UTC) + timedelta(hours=hours))[0].principal.key_id
        for name, hours in (("good", 1), ("revoked", 1), ("expired", -1))
    )
    store.revoke(revoked)
    assert store.ask(lambda asked: asked.good([good, revoked, expired, "unknown"])) == {good}
    assert store.ask(lambda asked: asked.good([])) == frozenset()


def test_servers_that_start_at_once_on_nothing_make_the_tables_once(store: Keys) -> None:
    async def scenario() -> None:
        opened = await asyncio.gather(*(open_key_store(store.address, store.file) for _ in range(8)))
        _, key = await opened[0].create("one")
        assert None not in [await keys.verify(key) for keys in opened]
        await asyncio.gather(*(keys.close() for keys in opened))

    run(scenario())


def test_many_look_ups_at_once_are_all_answered(store: Keys) -> None:
    async def scenario() -> None:
        async with servers(store) as (one, _):
            record, key = await one.create("one")
            found = await asyncio.gather(*(one.verify(key) for _ in range(100)))
            assert found == [record.principal] * 100

    run(scenario())


def test_a_change_that_fails_leaves_nothing_behind(store: Keys) -> None:
    async def fails(keys: KeyStore) -> None:
        async with keys._database.change() as ask:
            await ask("INSERT INTO keys VALUES ($1, $2, $3, NULL, NULL)", "x", "{}", "now")
            await ask("INSERT INTO nowhere VALUES ($1)", "x")

    async def scenario() -> None:
        async with servers(store) as (one, _):
            with pytest.raises(HiwarError, match="cannot be used"):
                await fails(one)
            assert await one.list() == ()
            await one.create("one")

    run(scenario())


def test_a_closed_store_answers_with_an_error(store: Keys) -> None:
    async def scenario() -> None:
        async with servers(store) as (one, _):
            await one.close()
            with pytest.raises(HiwarError, match="cannot be used"):
                await one.list()

    run(scenario())


def test_the_secret_is_nowhere_but_in_the_returned_text(store: Keys) -> None:
    record, key = store.create("one")
    secret = key.split("_")[2]
    assert secret not in repr(record)
    assert secret not in repr(store.list())
    assert secret not in repr(store.verify(key))
    keys = store.ask(lambda asked: asked._database.ask("SELECT * FROM keys"))
    ((_, stored, _),) = store.ask(lambda asked: asked._database.ask("SELECT * FROM secrets"))
    assert stored == digest(key)
    assert secret not in repr(keys)
