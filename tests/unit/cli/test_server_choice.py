import asyncio
from pathlib import Path

import pytest

from hiwar.cli.http_request import request
from hiwar.cli.server_choice import own_server
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
