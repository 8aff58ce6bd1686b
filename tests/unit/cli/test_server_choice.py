import asyncio
from pathlib import Path

import pytest

from hiwar.cli.http_request import request
from hiwar.cli.server_choice import own_server, running_server, shown_here
from hiwar.client import KnownCertificate
from hiwar.errors import HiwarError
from hiwar.server.settings import load_settings
from support.serving import MODEL_FREE


def test_a_server_of_its_own_takes_no_address_and_no_certificate_from_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIWAR_HOST", "192.0.2.1")
    for name in ("TLS_CERT", "TLS_KEY", "GRPC_CLIENT_CA"):
        monkeypatch.setenv(f"HIWAR_{name}", "absent.pem")
    settings = load_settings({**MODEL_FREE, "data_dir": tmp_path}).settings

    async def fetch() -> tuple[str, bytes]:
        async with own_server(settings) as server:
            return server.url, await asyncio.to_thread(request, server, "/v1/voices")

    url, body = asyncio.run(fetch())
    assert url.startswith("ws://127.0.0.1:")
    assert b"Yara" in body


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("wss://127.0.0.1:9", True),
        ("wss://localhost:9", True),
        ("wss://[::1]:9", True),
        ("wss://127.0.0.1:10", False),
        ("wss://127.0.0.1", False),
        ("ws://127.0.0.1:9", False),
        ("wss://192.0.2.1:9", False),
    ],
)
def test_the_certificate_of_this_machines_own_server_is_known(tmp_path: Path, url: str, known: bool) -> None:
    settings = load_settings({"data_dir": tmp_path}, environment={}).settings
    copy = settings.shown_certificate(9)
    assert shown_here(url, settings) is None
    copy.parent.mkdir(parents=True)
    copy.touch()
    assert shown_here(url, settings) == (KnownCertificate(copy) if known else None)


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
