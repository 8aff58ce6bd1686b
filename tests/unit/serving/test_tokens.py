"""Signed tokens: whose are good, what they allow, and that nothing else about them counts."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hiwar.errors import HiwarError
from hiwar.serving.keys import DEFAULT_LIMITS, SERVICES, KeyLimits, Principal
from hiwar.serving.token_keys import OneKey, RemoteKeys, key_of_file
from hiwar.serving.tokens import TokenVerifier, Trust

ISSUER = "https://issuer.test"
SECRET = b"a secret of thirty-two bytes or a few more"
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | bytes

KEYS: Mapping[str, Callable[[], Private]] = {
    "HS256": lambda: SECRET,
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
}


def claims(**changed: Any) -> dict[str, Any]:
    """Good claims, but for what is changed; None leaves one out."""
    good = {"sub": "caller", "aud": "hiwar", "iss": ISSUER, "exp": time.time() + 600}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def public(key: Private) -> bytes:
    if isinstance(key, bytes):
        return key
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def verifier(folder: Path, key: Private, now: Callable[[], float] = time.time) -> TokenVerifier:
    (folder / "key").write_bytes(public(key))
    return TokenVerifier(Trust(OneKey(key_of_file(folder / "key")), ISSUER, "hiwar"), now)


def verified(checker: TokenVerifier, token: str) -> Principal | None:
    return asyncio.run(checker.verify(token))


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_token_says_who_holds_it_and_what_they_may_use(tmp_path: Path, algorithm: str) -> None:
    key = KEYS[algorithm]()
    limits = {"requests_per_minute": 5, "concurrent_streams": None}
    said = claims(scope="openid asr", voices=["Yara"], name="مكتب", limits=limits)
    principal = verified(verifier(tmp_path, key), jwt.encode(said, key, algorithm))
    assert principal == Principal(
        "jwt:caller", "مكتب", ("asr",), ("Yara",), KeyLimits(requests_per_minute=5, concurrent_streams=None)
    )


def test_what_a_token_does_not_say_is_as_for_a_key(tmp_path: Path) -> None:
    principal = verified(verifier(tmp_path, SECRET), jwt.encode(claims(), SECRET))
    assert principal == Principal("jwt:caller", "caller", SERVICES, None, DEFAULT_LIMITS)


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": 5},
        {"sub": "half a pair \ud800"},
        {"sub": ""},
        {"sub": "\x1b[2J"},
        {"sub": 256 * "s"},
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://another.test"},
        {"iss": None},
        {"nbf": time.time() + 600},
        {"voices": "Yara"},
        {"limits": {"requests_per_minute": "many"}},
        {"limits": {"tokens_per_day": -1}},
    ],
    ids=str,
)
def test_a_token_that_says_the_wrong_thing_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    assert verified(verifier(tmp_path, SECRET), jwt.encode(claims(**changed), SECRET)) is None


def test_a_header_nested_too_deep_is_no_token(tmp_path: Path) -> None:
    head = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    assert verified(verifier(tmp_path, SECRET), f"{head}.e30.x") is None


def test_no_signature_is_no_token(tmp_path: Path) -> None:
    checker = verifier(tmp_path, SECRET)
    assert verified(checker, jwt.encode(claims(), "", algorithm="none")) is None
    head, body, _ = jwt.encode(claims(), SECRET).split(".")
    assert verified(checker, f"{head}.{body}.") is None


def test_a_public_key_is_no_secret(tmp_path: Path) -> None:
    """A token signed by HMAC with the public key, which an attacker knows."""
    key = KEYS["RS256"]()
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, claims())
    )
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(head + b"." + body, public(key))
    forged = b".".join((head, body, base64.urlsafe_b64encode(signature).rstrip(b"=")))
    assert verified(verifier(tmp_path, key), forged.decode()) is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ا.ب.ت", "\ud800", "." * 10_000])
def test_anything_else_is_refused(tmp_path: Path, token: str) -> None:
    assert verified(verifier(tmp_path, SECRET), token) is None


def test_what_was_checked_is_remembered_until_it_expires(tmp_path: Path) -> None:
    clock = [time.time()]
    checker = verifier(tmp_path, SECRET, lambda: clock[0])
    token = jwt.encode(claims(exp=time.time() + 0.5), SECRET)
    first = verified(checker, token)
    assert first is not None
    assert verified(checker, token) is first
    clock[0] += 3600
    assert verified(checker, token) is not first


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        b"-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----\n",
        b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2V/AyEA" + b"A" * 43 + b"=\n-----END PUBLIC KEY-----\n",
        public(ec.generate_private_key(ec.SECP384R1())),
        public(rsa.generate_private_key(65537, 1024)),  # noqa: S505 - refused for that
    ],
    ids=["empty", "short", "broken", "unknown kind", "another curve", "too small"],
)
def test_a_file_that_holds_no_good_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(HiwarError, match="PEM public key"):
        key_of_file(tmp_path / "key")
    with pytest.raises(HiwarError, match="PEM public key"):
        key_of_file(tmp_path / "nothing")


@dataclass
class Issuer:
    """A server of signing keys, which can take new ones and fail."""

    keys: dict[str, Private] = field(default_factory=dict)
    asked: int = 0
    broken: bool = False
    address: str = ""

    def document(self) -> bytes:
        self.asked += 1
        if self.broken:
            return b"{"
        found: list[dict[str, object]] = []
        for key_id, key in self.keys.items():
            match key:
                case rsa.RSAPrivateKey():
                    text = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())
                case ec.EllipticCurvePrivateKey():
                    text = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())
                case _:
                    raise AssertionError("no key to publish")
            found.append({**json.loads(text), "kid": key_id, "use": "sig"})
        found.append({"kty": "oct", "k": base64.urlsafe_b64encode(SECRET).decode(), "kid": "published secret"})
        found.append({"kty": "new", "kid": "of a kind to come"})
        return json.dumps({"keys": found}).encode()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = made.document()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        made.address = f"http://127.0.0.1:{server.server_address[1]}/keys"
        yield made
        server.shutdown()
        thread.join()


def signed(issuer: Issuer, key_id: str) -> str:
    key = issuer.keys[key_id]
    return jwt.encode(claims(), key, "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256", {"kid": key_id})


def test_keys_at_an_address_are_fetched_once_and_again_for_a_new_one(issuer: Issuer) -> None:
    async def scenario() -> None:
        now = [100.0]
        checker = TokenVerifier(Trust(RemoteKeys(issuer.address, lambda: now[0]), ISSUER, "hiwar"))
        issuer.keys |= {"a": KEYS["RS256"](), "b": KEYS["ES256"]()}
        answers = await asyncio.gather(*(checker.verify(signed(issuer, key_id)) for key_id in "abab"))
        assert None not in answers
        assert issuer.asked == 1
        issuer.keys["c"] = KEYS["ES256"]()
        fresh = signed(issuer, "c")
        assert await checker.verify(fresh) is None, "asked too soon"
        now[0] += 60
        assert await checker.verify(fresh) is not None
        assert issuer.asked == 2

    asyncio.run(scenario())


def test_keys_known_so_far_stay_good_while_the_address_fails(issuer: Issuer) -> None:
    async def scenario() -> None:
        now = [100.0]
        checker = TokenVerifier(Trust(RemoteKeys(issuer.address, lambda: now[0]), ISSUER, "hiwar"))
        issuer.keys["a"] = KEYS["ES256"]()
        assert await checker.verify(signed(issuer, "a")) is not None
        issuer.broken = True
        now[0] += 60
        forged = jwt.encode(claims(), KEYS["ES256"](), "ES256", {"kid": "unknown"})
        assert await checker.verify(forged) is None
        assert issuer.asked == 2
        assert await checker.verify(signed(issuer, "a")) is not None

    asyncio.run(scenario())


def test_a_secret_that_everybody_can_read_signs_nothing(issuer: Issuer) -> None:
    async def scenario() -> None:
        checker = TokenVerifier(Trust(RemoteKeys(issuer.address), ISSUER, "hiwar"))
        assert await checker.verify(jwt.encode(claims(), SECRET, headers={"kid": "published secret"})) is None

    asyncio.run(scenario())
