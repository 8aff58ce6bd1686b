import sqlite3
import stat
from pathlib import Path

import msgspec
import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.key_text import digest, key_id_of, new_key
from hiwar.serving.sqlite_keys import SqliteKeys
from support.keys import Keys
from support.streams import run


def test_files_are_for_the_owner_only(tmp_path: Path) -> None:
    keys = SqliteKeys(tmp_path / "data" / "keys.db")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    files = list((tmp_path / "data").iterdir())
    assert {path.name for path in files} >= {"keys.db", "keys.db-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    run(keys.close())


def test_the_secret_is_in_no_file(tmp_path: Path) -> None:
    _, key = Keys(tmp_path / "keys.db").create("one")
    for path in tmp_path.iterdir():
        assert key.split("_")[2].encode() not in path.read_bytes()


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(HiwarError, match="later version"):
        SqliteKeys(path)


def test_an_unusable_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"this is no database, it is a text " * 100)
    with pytest.raises(HiwarError, match="cannot be used") as caught:
        SqliteKeys(tmp_path / "keys.db")
    assert caught.value.code is ErrorCode.INTERNAL


def test_a_key_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.db")
    keys.create("one")
    keys.ask(lambda store: store._database.ask("UPDATE keys SET principal = $1", "{}"))
    with pytest.raises(HiwarError, match="the version that made it") as caught:
        keys.list()
    assert caught.value.code is ErrorCode.INTERNAL


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
        keys = Keys(tmp_path / "keys.db")
        principal = keys.verify(key)
        assert principal is not None
        assert (principal.name, principal.services) == ("old", ("tts",))
        assert keys.list()[0].expires_at is None
