"""Tokens that the server signs itself: what they open, that they end, and that nobody else can sign one."""

import base64
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.app import make_authenticator
from hiwar.serving.auth import Authenticator, local_key, signing_key
from hiwar.serving.key_store import KeyStore
from hiwar.serving.own_tokens import TokenSigner, signing_secret
from hiwar.serving.sqlite_keys import SqliteKeys
from hiwar.serving.token_keys import OneKey, VerifyingKey
from hiwar.serving.token_scope import TokenScope
from hiwar.serving.tokens import TokenVerifier, Trust
from support.serving import model_free_settings
from support.streams import run

SECRET = b"a secret as long as the longest of the algorithms wants it, which is 64 bytes"
ANOTHER = b"another secret, and of thirty-two bytes as well"
ALL = TokenScope()
HEAD = {"kid": "hiwar-own"}


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(SqliteKeys(tmp_path / "keys.db"))


@pytest.fixture
def authenticator(store: KeyStore) -> Authenticator:
    """One that takes the tokens of another issuer too."""
    others = TokenVerifier(Trust(OneKey(VerifyingKey(ANOTHER, "HS256")), None, "hiwar"))
    return Authenticator(store, None, tokens=others, signer=TokenSigner(SECRET))


def refused(authenticator: Authenticator, credential: str) -> bool:
    with pytest.raises(HiwarError) as caught:
        run(authenticator.authenticate(credential))
    return caught.value.code is ErrorCode.UNAUTHORIZED


def test_a_token_is_its_key_narrowed(store: KeyStore, authenticator: Authenticator) -> None:
    principal = run(store.create("متصفح", weight=2.0))[0].principal
    token = authenticator.new_token(principal, ALL, 300).text
    assert run(authenticator.authenticate(token)) == principal
    narrow = TokenScope(("tts",), ("Yara", "Nouf"))
    holder = run(authenticator.authenticate(authenticator.new_token(principal, narrow, 300).text))
    assert (holder.key_id, holder.limits, holder.weight) == (principal.key_id, principal.limits, 2.0)
    assert (holder.services, holder.voices) == (("tts",), ("Yara", "Nouf"))


@pytest.mark.parametrize("scope", [TokenScope(("tts", "asr")), TokenScope(None, ("Yara", "Atheer"))], ids=str)
def test_a_token_for_more_than_its_key_is_not_made(
    store: KeyStore, authenticator: Authenticator, scope: TokenScope
) -> None:
    principal = run(store.create("one", ("tts",), ("Yara", "Nouf")))[0].principal
    with pytest.raises(HiwarError, match="ask for a token") as caught:
        authenticator.new_token(principal, scope, 300)
    assert caught.value.code is ErrorCode.FORBIDDEN


def test_what_its_key_may_not_do_any_more_a_token_may_not_either(
    store: KeyStore, authenticator: Authenticator, tmp_path: Path
) -> None:
    record, _ = run(store.create("one"))
    token = authenticator.new_token(record.principal, TokenScope(voices=("Yara", "Nouf")), 300).text
    elsewhere = KeyStore(SqliteKeys(tmp_path / "other.db"))
    assert refused(Authenticator(elsewhere, None, signer=TokenSigner(SECRET)), token)
    narrower = TokenScope(("asr",), ("Nouf", "Atheer")).narrowed(record.principal)
    held = TokenScope(("tts", "asr"), ("Yara", "Nouf")).narrowed(narrower)
    assert (held.services, held.voices) == (("asr",), ("Nouf",))
    run(store.revoke(record.principal.key_id))
    assert refused(authenticator, token)


def test_an_expired_key_has_no_tokens(store: KeyStore, authenticator: Authenticator) -> None:
    record, _ = run(store.create("gone", expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert refused(authenticator, authenticator.new_token(record.principal, ALL, 300).text)


def test_a_token_ends_at_its_second(store: KeyStore) -> None:
    now = [1_800_000_000.7]
    authenticator = Authenticator(store, None, signer=TokenSigner(SECRET, lambda: now[0]))
    principal = run(store.create("one"))[0].principal
    token = authenticator.new_token(principal, ALL, 60)
    assert token.expires_at == datetime.fromtimestamp(1_800_000_060, UTC)
    now[0] = 1_800_000_059.9
    assert run(authenticator.authenticate(token.text)) == principal
    now[0] = 1_800_000_060.0
    assert refused(authenticator, token.text)


def test_a_token_makes_no_token_and_a_stranger_neither(store: KeyStore, authenticator: Authenticator) -> None:
    record, key = run(store.create("one"))
    assert run(authenticator.key_holder(key)) == record.principal
    foreign = jwt.encode({"sub": "s", "aud": "hiwar", "exp": time.time() + 60}, ANOTHER)
    for token in (authenticator.new_token(record.principal, ALL, 300).text, foreign):
        run(authenticator.authenticate(token))
        with pytest.raises(HiwarError, match="API key itself") as caught:
            run(authenticator.key_holder(token))
        assert caught.value.code is ErrorCode.FORBIDDEN
    for stranger in ("", "x", "a.b.c"):
        with pytest.raises(HiwarError) as caught:
            run(authenticator.key_holder(stranger))
        assert caught.value.code is ErrorCode.UNAUTHORIZED


def claims(key_id: str, **changed: Any) -> dict[str, Any]:
    """Good ones, but for what is changed; None leaves one out."""
    good = {"sub": key_id, "iss": "hiwar", "aud": "hiwar-streams", "exp": int(time.time()) + 60}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"sub": "nothing"},
        {"sub": None},
        {"sub": 5},
        {"sub": "local"},
        {"aud": "hiwar"},
        {"aud": None},
        {"iss": "https://issuer.test"},
        {"iss": None},
        {"nbf": time.time() + 600},
        {"voices": "Yara"},
        {"scope": 5},
    ],
    ids=str,
)
def test_what_says_the_wrong_thing_is_refused(
    store: KeyStore, authenticator: Authenticator, changed: dict[str, Any]
) -> None:
    key_id = run(store.create("one"))[0].principal.key_id
    assert run(authenticator.authenticate(jwt.encode(claims(key_id), SECRET, headers=HEAD)))
    assert refused(authenticator, jwt.encode(claims(key_id, **changed), SECRET, headers=HEAD))


def test_nobody_else_signs(store: KeyStore, authenticator: Authenticator) -> None:
    good = claims(run(store.create("one"))[0].principal.key_id)
    head, body, signature = jwt.encode(good, SECRET, headers=HEAD).split(".")
    nested = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    for forged in (
        jwt.encode(good, ANOTHER, headers=HEAD),
        jwt.encode(good, "", algorithm="none", headers=HEAD),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        jwt.encode(good, SECRET, "HS512", HEAD),
        jwt.encode(good, ec.generate_private_key(ec.SECP256R1()), "ES256", HEAD),
        f"{nested}.{body}.{signature}",
    ):
        assert refused(authenticator, forged)


def test_tokens_of_the_server_and_of_an_issuer_are_not_taken_for_each_other(store: KeyStore) -> None:
    """Not even where both sign with one secret, and for one audience."""
    record, _ = run(store.create("one"))
    others = TokenVerifier(Trust(OneKey(VerifyingKey(SECRET, "HS256")), None, "hiwar-streams"))
    both = Authenticator(store, None, tokens=others, signer=TokenSigner(SECRET))
    key_id = record.principal.key_id
    assert run(both.authenticate(jwt.encode(claims(key_id), SECRET))).key_id == f"jwt:{key_id}"
    assert refused(both, jwt.encode(claims(key_id, exp=int(time.time()) - 5), SECRET, headers=HEAD)), "by no leeway"
    assert refused(Authenticator(store, None, tokens=others), "a.b.c")


def test_the_ready_made_key_has_tokens_where_it_is_taken(store: KeyStore, tmp_path: Path) -> None:
    signer = TokenSigner(SECRET)
    near = Authenticator(store, local_key(tmp_path), signer=signer)
    holder = run(near.key_holder(local_key(tmp_path)))
    token = near.new_token(holder, ALL, 60).text
    assert run(near.authenticate(token)) == holder
    assert refused(Authenticator(store, None, signer=signer), token)


def test_who_has_no_secret_signs_nothing(store: KeyStore) -> None:
    with pytest.raises(HiwarError, match="signs no tokens"):
        Authenticator(store, None).new_token(run(store.create("one"))[0].principal, ALL, 60)


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    secret = signing_key(tmp_path)
    assert signing_key(tmp_path) == secret
    assert len(secret) >= 32
    assert stat.S_IMODE((tmp_path / "signing.key").stat().st_mode) == 0o600


def test_a_secret_may_be_named_and_must_be_one(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(SECRET + b"\n")
    assert signing_secret(file) == SECRET
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    for content in (b"short", key.public_bytes(serialization.Encoding.PEM, form)):
        file.write_bytes(content)
        with pytest.raises(HiwarError, match="secret of 32 bytes"):
            signing_secret(file)


@pytest.mark.parametrize("named", [False, True])
def test_servers_that_share_a_folder_or_keys_and_a_secret_take_each_others_tokens(tmp_path: Path, named: bool) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    flags = {"tokens.signing_key": str(secret)} if named else {}
    settings = model_free_settings(tmp_path / "data", flags)
    key = local_key(settings.data_dir)
    one, other = (run(make_authenticator(settings)) for _ in range(2))
    token = one.new_token(run(one.key_holder(key)), ALL, 60).text
    assert run(other.authenticate(token)).key_id == "local"
    assert named != (settings.data_dir / "signing.key").exists()
    stranger = run(make_authenticator(model_free_settings(tmp_path / "other")))
    assert refused(stranger, token)
    for authenticator in (one, other, stranger):
        run(authenticator.close())
