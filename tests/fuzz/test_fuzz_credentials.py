"""Keys, tokens, published keys, origins and spans of time as nobody would write them: refused, and nothing else."""

import asyncio
import base64
import contextlib
import json
import time

import click
import jwt
from hypothesis import example, given
from hypothesis import strategies as st

from hiwar.cli.durations import DURATION
from hiwar.errors import HiwarError
from hiwar.serving.key_text import key_id_of, new_key
from hiwar.serving.token_keys import OneKey, VerifyingKey, key_of_file, published_keys
from hiwar.serving.tokens import TokenVerifier, Trust
from hiwar.transports.credentials import credential_of
from hiwar.transports.rest.origins import OriginPolicy
from support.frames import json_values
from support.fuzzing import damaged, fuzzed

SECRET = b"a secret of thirty-two bytes or a few more"
CHECKER = TokenVerifier(Trust(OneKey(VerifyingKey(SECRET, "HS256")), None, "hiwar"))
GOOD = {"sub": "caller", "aud": "hiwar", "exp": time.time() + 10**6}
TOKEN = jwt.encode(GOOD, SECRET, "HS256")
KEYS = json.dumps(
    {
        "keys": [
            {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43, "kid": "a"},
            {"kty": "RSA", "n": "x" * 342, "e": "AQAB", "kid": "b", "use": "sig"},
            {"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"},
        ]
    }
).encode()
PEM = (
    b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\n"
    b"q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n-----END PUBLIC KEY-----\n"
)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@fuzzed
@given(damaged([new_key().encode()]).map(lambda data: data.decode("latin-1")) | st.text(max_size=80))
def test_keys(text: str) -> None:
    found = key_id_of(text)
    assert found is None or (len(text) == 65 and found in text)


@fuzzed
@given(st.dictionaries(st.sampled_from(["x-api-key", "authorization"]), st.text() | st.just("bearer  x")))
def test_headers_with_a_credential(headers: dict[str, str]) -> None:
    assert credential_of(headers, {}) != ""


@fuzzed
@given(damaged([TOKEN.encode()]).map(lambda data: data.decode("latin-1")) | st.text())
@example("..")
@example(_part({"alg": "none"}) + "." + _part(GOOD) + ".")
def test_tokens_that_nobody_signed(token: str) -> None:
    assert token == TOKEN or asyncio.run(CHECKER.verify(token)) is None


@fuzzed
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "x5u"]), json_values))
def test_headers_of_tokens(header: dict[str, object]) -> None:
    assert asyncio.run(CHECKER.verify(f"{_part(header)}.{_part(GOOD)}.AAAA")) is None


@fuzzed
@given(
    st.dictionaries(
        st.sampled_from(["sub", "exp", "nbf", "iat", "iss", "aud", "scope", "voices", "limits", "name", "jti"]),
        json_values | st.sampled_from([GOOD["exp"], "hiwar", ["hiwar"], "tts asr", {"requests_per_minute": 5}]),
    ),
    st.booleans(),
)
@example({"sub": "\ud800"}, True)
@example({"exp": float("inf")}, True)
@example({"exp": 10**400, "nbf": -(10**400)}, True)
def test_claims_that_were_signed(changed: dict[str, object], complete: bool) -> None:
    claims = {**GOOD, **changed} if complete else changed
    header = {"alg": "HS256", "typ": "JWT"}
    signed = f"{_part(header)}.{_part(claims)}"
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed.encode(), SECRET)
    token = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    principal = asyncio.run(CHECKER.verify(token))
    assert principal is None or isinstance(claims["sub"], str)


@fuzzed
@given(damaged([KEYS]) | json_values.map(lambda value: json.dumps({"keys": [value]}).encode()))
@example(b'{"keys": [1]}')
@example(KEYS.replace(b'"kid": "a"', b'"kid": []'))
def test_published_keys(document: bytes) -> None:
    with contextlib.suppress(ValueError, RecursionError, jwt.PyJWTError):
        assert all(key.algorithm in {"RS256", "ES256"} for key in published_keys(document).values())


@fuzzed
@given(damaged([PEM, SECRET]))
def test_key_files(tmp_path_factory, content: bytes) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.getbasetemp() / "token-key"
    path.write_bytes(content)
    with contextlib.suppress(HiwarError):
        assert key_of_file(path).algorithm in {"HS256", "ES256"}


@fuzzed
@given(st.text() | st.from_regex(r"[a-z]{1,5}://[^/]{0,20}", fullmatch=True), st.text() | st.just("127.0.0.1:8080"))
def test_origins(origin: str, host: str) -> None:
    if OriginPolicy(on_loopback=True).allows(origin, host):
        assert "localhost" in origin.lower() or "127." in origin or "::1" in origin


@fuzzed
@given(st.text() | st.from_regex(r"\d{0,8}[smhd]?", fullmatch=True))
def test_spans_of_time(text: str) -> None:
    with contextlib.suppress(click.BadParameter):
        assert DURATION.convert(text, None, None).total_seconds() >= 0
