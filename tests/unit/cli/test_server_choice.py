import asyncio
from pathlib import Path

import pytest

from hiwar.cli.http_request import request
from hiwar.cli.server_choice import own_server, running_server
from hiwar.errors import HiwarError
from hiwar.server.settings import load_settings
from support.serving import MODEL_FREE


def test_a_server_of_its_own_takes_no_address_and_no_certificate_from_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HOST": "192.0.2.1", "TLS_CERT": "absent.pem", "TLS_KEY": "absent.pem"}.items():
        monkeypatch.setenv(f"HIWAR_{name}", value)
    settings = load_settings({**MODEL_FREE, "data_dir": tmp_path}).settings

    async def fetch() -> tuple[str, bytes]:
        async with own_server(settings) as server:
            return server.url, await asyncio.to_thread(request, server, "/v1/voices")

    url, body = asyncio.run(fetch())
    assert url.startswith("ws://127.0.0.1:")
    assert b"Yara" in body


@pytest.mark.parametrize(
    "url", ["foo", "127.0.0.1:8080", "ftp://host", "ws://", "ws://[::", "ws://host:port", "wss:///x"]
)
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(HiwarError, match=r"is no server's address; write it as ws://127\.0\.0\.1:8080"):
        asyncio.run(running_server(url))


@pytest.mark.parametrize(
    ("url", "address"),
    [("http://host:1/", "ws://host:1"), ("https://host", "wss://host"), ("ws://host/at/", "ws://host/at")],
)
def test_an_address_as_people_paste_it_is_taken(url: str, address: str) -> None:
    assert asyncio.run(running_server(url)) == address
