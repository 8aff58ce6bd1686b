import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_text import digest, key_id_of, new_key
from hiwar.serving.keys import KeyLimits, KeyRecord, KeyStore, Principal


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "data" / "keys.db")


def test_a_made_key_is_verified_with_what_it_may_use(store: KeyStore) -> None:
    limits = KeyLimits(1, 2, None, 4)
    record, key = store.create("مكتب", ("tts",), ("Yara", "Nouf"), limits)
    principal = store.verify(key)
    assert principal == record.principal
    assert principal == Principal(record.principal.key_id, "مكتب", ("tts",), ("Yara", "Nouf"), limits)


def test_defaults_are_all_services_all_voices_and_the_contract_limits(store: KeyStore) -> None:
    principal = store.create("one")[0].principal
    assert principal.services == ("tts", "asr")
    assert principal.voices is None
    assert principal.limits == KeyLimits(60, 50_000, 1_000_000, 5)


def test_unknown_malformed_and_tampered_keys_are_none(store: KeyStore, tmp_path: Path) -> None:
    _, key = store.create("one")
    _, foreign = KeyStore(tmp_path / "other" / "keys.db").create("two")
    assert store.verify(foreign) is None
    assert store.verify(key[:-1]) is None
    assert store.verify("") is None
    assert store.verify(key.swapcase()) is None


def test_the_right_id_with_another_secret_is_refused(store: KeyStore, tmp_path: Path) -> None:
    record, _ = store.create("one")
    _, foreign = KeyStore(tmp_path / "other" / "keys.db").create("two")
    with sqlite3.connect(tmp_path / "data" / "keys.db") as connection:
        connection.execute("UPDATE keys SET key_id = ? WHERE key_id = ?", (foreign[6:14], record.principal.key_id))
    connection.close()
    assert store.verify(foreign) is None


def test_a_second_store_sees_new_and_revoked_keys_at_once(store: KeyStore, tmp_path: Path) -> None:
    other = KeyStore(tmp_path / "data" / "keys.db")
    record, key = store.create("one")
    assert other.verify(key) == record.principal
    assert store.revoke(record.principal.key_id)
    assert other.verify(key) is None
    assert other.list()[0].revoked_at is not None


def test_revoking_twice_or_nothing_says_so(store: KeyStore) -> None:
    record, _ = store.create("one")
    assert store.revoke(record.principal.key_id)
    assert not store.revoke(record.principal.key_id)
    assert not store.revoke("nothing")


def test_list_is_in_the_order_of_making(store: KeyStore) -> None:
    made = [store.create(name)[0] for name in ("b", "a", "c")]
    assert list(store.list()) == made


def test_files_are_for_the_owner_only(store: KeyStore, tmp_path: Path) -> None:
    store.create("one")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    files = list((tmp_path / "data").iterdir())
    assert {path.name for path in files} >= {"keys.db", "keys.db-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_the_secret_is_nowhere_but_in_the_returned_text(store: KeyStore, tmp_path: Path) -> None:
    record, key = store.create("one")
    secret = key.split("_")[2]
    assert secret not in repr(record)
    assert secret not in repr(store.list())
    assert secret not in repr(store.verify(key))
    for path in (tmp_path / "data").iterdir():
        assert secret.encode() not in path.read_bytes()


def test_threads_may_share_a_store(store: KeyStore) -> None:
    _, key = store.create("one")
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _index: store.verify(key), range(200)))
    assert len(found) == 1
    assert None not in found


def test_a_file_of_a_later_version_is_left_alone(store: KeyStore, tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(HiwarError, match="later version"):
        KeyStore(path)


def test_an_unusable_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"this is no database, it is a text " * 100)
    with pytest.raises(HiwarError, match="cannot be used") as caught:
        KeyStore(tmp_path / "keys.db")
    assert caught.value.code is ErrorCode.INTERNAL


def test_a_closed_store_answers_with_an_error(store: KeyStore) -> None:
    store.close()
    with pytest.raises(HiwarError):
        store.list()


def test_a_key_past_its_time_is_refused(store: KeyStore) -> None:
    now = datetime.now(UTC)
    (late, late_key), (early, early_key) = (
        store.create(name, expires_at=now + timedelta(hours=hours)) for name, hours in (("late", 1), ("early", -1))
    )
    assert store.verify(late_key) == late.principal
    assert store.verify(early_key) is None
    assert store.find(early.principal.key_id) is None
    assert [record.expires_at for record in store.list()] == [late.expires_at, early.expires_at]
    assert [record.is_good(now) for record in store.list()] == [True, False]


def test_both_secrets_are_good_while_a_rotation_overlaps(store: KeyStore) -> None:
    record, old = store.create("one")
    new = store.rotate(record.principal.key_id, timedelta(hours=1))
    assert new is not None
    assert key_id_of(new) == key_id_of(old)
    assert store.verify(old) == store.verify(new) == record.principal
    newest = store.rotate(record.principal.key_id, timedelta(0))
    assert newest is not None
    assert [store.verify(key) for key in (old, new, newest)] == [None, None, record.principal]


def test_a_rotation_never_makes_an_old_secret_last_longer(store: KeyStore) -> None:
    record, old = store.create("one")
    store.rotate(record.principal.key_id, timedelta(0))
    store.rotate(record.principal.key_id, timedelta(days=1))
    assert store.verify(old) is None


def test_what_is_revoked_or_unknown_is_not_rotated(store: KeyStore) -> None:
    record, _ = store.create("one")
    store.revoke(record.principal.key_id)
    assert store.rotate(record.principal.key_id, timedelta(0)) is None
    expired, _ = store.create("past", expires_at=datetime.now(UTC) - timedelta(hours=1))
    assert store.rotate(expired.principal.key_id, timedelta(0)) is None
    assert store.rotate("nothing", timedelta(0)) is None


def test_the_good_ones_of_many_keys_are_told_apart(store: KeyStore) -> None:
    good, revoked, expired = (
        store.create(name, expires_at=datetime.now(UTC) + timedelta(hours=hours))[0].principal.key_id
        for name, hours in (("good", 1), ("revoked", 1), ("expired", -1))
    )
    store.revoke(revoked)
    assert store.good([good, revoked, expired, "unknown"]) == {good}
    assert store.good([]) == frozenset()


def test_keys_of_the_first_version_are_taken_over(tmp_path: Path) -> None:
    key = new_key()
    with sqlite3.connect(tmp_path / "keys.db") as connection:
        connection.execute(
            "CREATE TABLE keys (key_id TEXT PRIMARY KEY, digest BLOB NOT NULL, principal TEXT NOT NULL, "
            "created_at TEXT NOT NULL, revoked_at TEXT) WITHOUT ROWID"
        )
        stored = msgspec.json.encode({"key_id": key_id_of(key), "name": "old", "services": ["tts"]}).decode()
        row = (key_id_of(key), digest(key), stored, "2026-01-01T00:00:00+00:00", None)
        connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?)", row)
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    for _ in range(2):
        store = KeyStore(tmp_path / "keys.db")
        principal = store.verify(key)
        assert principal is not None
        assert (principal.name, principal.services) == ("old", ("tts",))
        assert store.list()[0].expires_at is None
        store.close()


def test_a_change_is_what_the_key_is_from_now_on(store: KeyStore, tmp_path: Path) -> None:
    record, key = store.create("one")
    other = KeyStore(tmp_path / "data" / "keys.db")
    moment = datetime(2999, 1, 31, tzinfo=UTC)
    wanted = replace(record.principal, name="مكتب", services=("asr",), weight=3.0)
    changed = other.change(record.principal.key_id, lambda found: replace(found, principal=wanted, expires_at=moment))
    assert changed == replace(record, principal=wanted, expires_at=moment)
    assert store.list() == (changed,)
    assert store.verify(key) == store.find(record.principal.key_id) == wanted


def test_a_change_that_fails_changes_nothing_and_holds_nobody_up(store: KeyStore) -> None:
    record, key = store.create("one")

    def fail(_: KeyRecord) -> KeyRecord:
        raise KeyError

    with pytest.raises(KeyError):
        store.change(record.principal.key_id, fail)
    assert store.verify(key) == record.principal
    assert store.revoke(record.principal.key_id)
    assert store.change(record.principal.key_id, fail) is None
    assert store.change("nothing", fail) is None


def test_changes_made_together_are_all_kept(store: KeyStore, tmp_path: Path) -> None:
    key_id = store.create("one")[0].principal.key_id
    stores = [KeyStore(tmp_path / "data" / "keys.db") for _ in range(4)]

    def heavier(found: KeyRecord) -> KeyRecord:
        return replace(found, principal=replace(found.principal, weight=found.principal.weight + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: stores[number % 4].change(key_id, heavier), range(20)))
    principal = store.find(key_id)
    assert principal is not None
    assert principal.weight == 21.0
