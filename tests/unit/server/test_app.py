"""What the application answers when something of ours fails: the contract's body and headers, nothing of the cause."""

import asyncio
import json
from typing import Any, cast

import pytest

from hiwar.server.app import make_app
from hiwar.serving.service import SpeechService
from hiwar.transports.rest.origins import OriginPolicy

SECRET = "what went wrong"


class _FailingService:
    @property
    def ready(self) -> bool:
        raise ValueError(SECRET)


def test_a_fault_has_the_contracts_body_and_headers() -> None:
    failing, unused = cast("SpeechService", _FailingService()), cast("Any", None)
    app = make_app(failing, unused, unused, lambda: "loading", OriginPolicy())
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/readyz",
        "raw_path": b"/readyz",
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def ask() -> None:
        await app(scope, receive, send)

    with pytest.raises(ValueError, match=SECRET):
        asyncio.run(ask())
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    assert sent[0]["status"] == 500
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-request-id"]
    body = json.loads(b"".join(message.get("body", b"") for message in sent))
    assert (body["error"], body["code"], body["reason"]) == ("http_error", "HTTP_500", "internal")
    assert SECRET not in str(body)
