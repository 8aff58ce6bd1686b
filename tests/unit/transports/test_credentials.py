from collections.abc import Mapping

import pytest

from hiwar.transports.credentials import credential_of

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
