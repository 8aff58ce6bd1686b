"""A server's refusals are errors again, whatever it answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hiwar.cli.http_request import request
from hiwar.cli.server_choice import Server
from hiwar.client import ConnectionFailedError
from hiwar.errors import ErrorCode, HiwarError
from support.serving import LiveServer, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.mark.parametrize(
    ("path", "body", "code", "said"),
    [
        ("/v1/text/explain", {"text": "x", "voice": "Nobody"}, ErrorCode.INVALID_VOICE, "voice must be one of"),
        ("/v1/text/explain", {"text": 1}, ErrorCode.INVALID_REQUEST, "validation"),
        ("/nothing", None, ErrorCode.INVALID_REQUEST, "HTTP 404"),
    ],
)
def test_what_the_server_says_is_the_error(
    server: LiveServer, path: str, body: object, code: ErrorCode, said: str
) -> None:
    with pytest.raises(HiwarError, match=said) as refused:
        request(Server(server.url, server.key), path, body)
    assert refused.value.code is code


def test_a_refused_key_is_asked_about(server: LiveServer) -> None:
    with pytest.raises(HiwarError, match="--api-key"):
        request(Server(server.url, "wrong"), "/v1/voices")


def test_nobody_there_is_said(tmp_path: Path) -> None:
    with live_server(tmp_path) as ended:
        url = ended.url
    with pytest.raises(ConnectionFailedError, match="hiwar serve"):
        request(Server(url, None), "/v1/voices")
