import stat
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.auth import (
    Authenticator,
    local_key,
    operator_key,
    read_local_key,
    read_operator_key,
    require_service,
)
from hiwar.serving.key_store import KeyStore
from hiwar.serving.keys import UNLIMITED, Principal
from hiwar.serving.sqlite_keys import SqliteKeys
from hiwar.serving.token_keys import OneKey, VerifyingKey
from hiwar.serving.tokens import TokenVerifier, Trust
from support.streams import run


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(SqliteKeys(tmp_path / "keys.db"))


def test_a_key_is_good(store: KeyStore) -> None:
    record, key = run(store.create("one"))
    assert run(Authenticator(store, None).authenticate(key)) == record.principal


@pytest.mark.parametrize("value", ["", "x", "eyJhbGciOiJIUzI1NiJ9.e30.x", "مفتاح", "\ud800", "x" * 100_000])
def test_anything_else_is_unauthorized_with_one_sentence(store: KeyStore, tmp_path: Path, value: str) -> None:
    authenticator = Authenticator(store, local_key(tmp_path))
    with pytest.raises(HiwarError, match="hiwar keys create") as caught:
        run(authenticator.authenticate(value))
    assert caught.value.code is ErrorCode.UNAUTHORIZED
    assert value == "" or value not in caught.value.message.split()


def test_a_revoked_key_is_unauthorized(store: KeyStore) -> None:
    record, key = run(store.create("one"))
    authenticator = Authenticator(store, None)
    run(authenticator.authenticate(key))
    run(store.revoke(record.principal.key_id))
    with pytest.raises(HiwarError):
        run(authenticator.authenticate(key))


def test_closing_releases_the_store(store: KeyStore) -> None:
    run(Authenticator(store, None).close())
    with pytest.raises(HiwarError, match="cannot be used"):
        run(store.list())


def test_the_local_key_has_no_limits_and_is_refused_when_not_given(store: KeyStore, tmp_path: Path) -> None:
    credentials = local_key(tmp_path)
    assert run(Authenticator(store, local_key(tmp_path)).authenticate(credentials)).limits == UNLIMITED
    with pytest.raises(HiwarError):
        run(Authenticator(store, None).authenticate(credentials))


def test_the_local_key_is_made_once_for_the_owner_only(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    assert read_local_key(data_dir) is None
    key = local_key(data_dir)
    assert local_key(data_dir) == key
    assert read_local_key(data_dir) == key
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in data_dir.iterdir()] == [("local.key", 0o600)]


def test_servers_that_start_together_agree_on_the_local_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _index: local_key(tmp_path), range(8)))) == 1


def test_a_local_key_file_with_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "local.key").write_text("secret")
    assert read_local_key(tmp_path) is None
    with pytest.raises(HiwarError, match=r"local\.key holds no key; delete it"):
        local_key(tmp_path)


def test_an_unusable_data_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, no folder")
    with pytest.raises(HiwarError, match="--data-dir"):
        local_key(tmp_path / "data")


def test_services_are_required_by_name() -> None:
    principal = Principal("id", "one", services=("asr",))
    require_service(principal, "asr")
    with pytest.raises(HiwarError, match="tts") as caught:
        require_service(principal, "tts")
    assert caught.value.code is ErrorCode.FORBIDDEN


def test_the_operators_key_is_one_of_its_own_and_no_other_key_is_it(store: KeyStore, tmp_path: Path) -> None:
    local, operator = local_key(tmp_path), operator_key(tmp_path)
    assert (operator_key(tmp_path), read_operator_key(tmp_path)) == (operator, operator)
    assert operator != local
    assert stat.S_IMODE((tmp_path / "operator.key").stat().st_mode) == 0o600
    authenticator = Authenticator(store, local, operator)
    authenticator.require_operator(operator)
    for other in (local, run(store.create("one"))[1], "", "مفتاح", operator[:-1]):
        with pytest.raises(HiwarError, match=r"operator\.key") as caught:
            authenticator.require_operator(other)
        assert caught.value.code is ErrorCode.FORBIDDEN


def test_the_operators_key_speaks_to_no_stream_and_nobody_is_the_operator_without_one(
    store: KeyStore, tmp_path: Path
) -> None:
    operator = operator_key(tmp_path)
    with pytest.raises(HiwarError):
        run(Authenticator(store, None, operator).authenticate(operator))
    with pytest.raises(HiwarError):
        Authenticator(store, operator).require_operator(operator)


def test_tokens_are_taken_beside_keys_where_their_key_is_known_and_nowhere_else(store: KeyStore) -> None:
    secret = b"a secret of at least thirty-two bytes"
    claims = {"sub": "s", "aud": "hiwar", "exp": time.time() + 60, "scope": "tts"}
    token = jwt.encode(claims, secret)
    tokens = TokenVerifier(Trust(OneKey(VerifyingKey(secret, "HS256")), None, "hiwar"))
    authenticator = Authenticator(store, None, tokens=tokens)
    principal = run(authenticator.authenticate(token))
    assert (principal.key_id, principal.services) == ("jwt:s", ("tts",))
    record, key = run(store.create("one"))
    assert run(authenticator.authenticate(key)) == record.principal
    for other in (token[:-2], jwt.encode(claims, b"another" * 8), jwt.encode({**claims, "aud": "x"}, secret)):
        with pytest.raises(HiwarError) as caught:
            run(authenticator.authenticate(other))
        assert caught.value.code is ErrorCode.UNAUTHORIZED
    with pytest.raises(HiwarError):
        run(Authenticator(store, None).authenticate(token))


def test_of_keys_that_were_good_those_are_told_that_still_are(store: KeyStore) -> None:
    kept, revoked = (run(store.create(name))[0].principal.key_id for name in ("kept", "revoked"))
    gone = run(store.create("gone", expires_at=datetime.now(UTC) - timedelta(seconds=1)))[0].principal.key_id
    run(store.revoke(revoked))
    authenticator = Authenticator(store, None)
    assert run(authenticator.good({kept, revoked, gone, "jwt:s", "local"})) == {kept, "jwt:s", "local"}
    run(store.close())
    assert run(authenticator.good({"local"})) == {"local"}, "the store is not asked for nothing"
    with pytest.raises(HiwarError):
        run(authenticator.good({kept}))
