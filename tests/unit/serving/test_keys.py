import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.keys import KeyLimits, KeyStore, Principal


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
        connection.execute("PRAGMA user_version = 2")
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
