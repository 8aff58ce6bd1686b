from collections.abc import Mapping
from typing import cast

import pytest
from starlette.requests import HTTPConnection

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.service import SpeechService
from hiwar.transports.credentials import credential_of, must_be_operator

FOUND: list[tuple[Mapping[str, str], Mapping[str, str], str | None]] = [
    ({}, {}, None),
    ({"x-api-key": "K"}, {}, "K"),
    ({"authorization": "Bearer K"}, {}, "K"),
    ({"authorization": "bearer  K "}, {}, "K"),
    ({"authorization": "BEARER K"}, {}, "K"),
    ({}, {"api_key": "K"}, "K"),
    ({}, {"token": "T"}, "T"),
    # Header, then query; a key before a token.
    ({"x-api-key": "1", "authorization": "Bearer 2"}, {"api_key": "3", "token": "4"}, "1"),
    ({"authorization": "Bearer 2"}, {"api_key": "3", "token": "4"}, "2"),
    ({}, {"api_key": "3", "token": "4"}, "3"),
    # What is empty, or of another scheme, is as if it were not there.
    ({"x-api-key": ""}, {"api_key": "K"}, "K"),
    ({"x-api-key": "", "authorization": "Bearer K"}, {}, "K"),
    ({"authorization": "Bearer "}, {"api_key": "K"}, "K"),
    ({"authorization": "Bearer"}, {}, None),
    ({"authorization": "Bearer  "}, {}, None),
    ({"authorization": "Basic dTpw"}, {"token": "T"}, "T"),
    ({"authorization": "Basic dTpw"}, {}, None),
    ({}, {"api_key": "", "token": ""}, None),
]


@pytest.mark.parametrize(("headers", "query", "credential"), FOUND, ids=range(len(FOUND)))
def test_where_a_credential_is_found(
    headers: Mapping[str, str], query: Mapping[str, str], credential: str | None
) -> None:
    assert credential_of(headers, query) == credential


class _Guarded:
    def require_operator(self, credential: str) -> None:
        if credential != "K":
            raise HiwarError(ErrorCode.FORBIDDEN, "No.")


def _refusal(client: str | None, header: str | None, query: str = "", *more: tuple[bytes, bytes]) -> ErrorCode | None:
    headers = [*more] if header is None else [(b"x-api-key", header.encode()), *more]
    scope = {
        "type": "http",
        "headers": headers,
        "query_string": query.encode(),
        "client": None if client is None else (client, 1),
    }
    try:
        must_be_operator(HTTPConnection(scope), cast("SpeechService", _Guarded()))
    except HiwarError as error:
        return error.code
    return None


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "127.1.2.3", "::ffff:127.0.0.1"])
def test_the_operator_is_on_this_machine_and_sends_the_key_in_a_header(client: str) -> None:
    assert _refusal(client, "K") is None
    assert _refusal(client, "other") is ErrorCode.FORBIDDEN
    assert _refusal(client, None) is ErrorCode.UNAUTHORIZED
    assert _refusal(client, None, "api_key=K") is ErrorCode.UNAUTHORIZED


@pytest.mark.parametrize("client", ["10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1", "localhost.example", "", None])
def test_from_elsewhere_even_the_right_key_does_nothing(client: str | None) -> None:
    assert _refusal(client, "K") is ErrorCode.FORBIDDEN


@pytest.mark.parametrize("header", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"])
def test_what_a_proxy_of_this_machine_hands_on_comes_from_elsewhere(header: str) -> None:
    assert _refusal("127.0.0.1", "K", "", (header.lower().encode(), b"127.0.0.1")) is ErrorCode.FORBIDDEN
