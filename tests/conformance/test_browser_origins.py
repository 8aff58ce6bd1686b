"""Pages in browsers: those of other origins are refused on every face of the port, and those named get CORS."""

import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from support.serving import Answer, LiveServer, http_ask, live_server

PAGE = "https://app.example.com"
STRANGER = "https://evil.example"
STREAMS = ("/v1/tts/stream", "/v1/asr/stream")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), {"allowed_origins": [PAGE]}) as started:
        yield started


def _asked(server: LiveServer, origin: str, path: str = "/v1/voices", **headers: str) -> Answer:
    return server.get(path, {"X-API-Key": server.key, "Origin": origin} | headers)


def test_a_page_that_is_named_may_read_answers_and_what_their_headers_say(server: LiveServer) -> None:
    answer = _asked(server, PAGE)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, PAGE)
    shown = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert {"X-Request-ID", "X-RateLimit-Remaining", "Retry-After"} <= shown
    refused = _asked(server, PAGE, **{"X-API-Key": "wrong"})
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (401, PAGE)
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(("origin", "status"), [(PAGE, 200), (STRANGER, 403)])
def test_a_browser_that_asks_first_is_told(server: LiveServer, origin: str, status: int) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-api-key",
    }
    answer = http_ask(server.running.url("http") + "/v1/audio/speech", asked, method="OPTIONS")
    assert answer.status == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status == 200:
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert "x-api-key" in answer.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize("path", ["/v1/voices", "/healthz", "/nothing/here"])
@pytest.mark.parametrize("origin", [STRANGER, "null"])
def test_a_page_of_another_origin_is_refused_whatever_key_it_has(server: LiveServer, path: str, origin: str) -> None:
    answer = _asked(server, origin, path)
    assert (answer.status, answer.json["reason"]) == (403, "forbidden")
    assert "access-control-allow-origin" not in answer.headers


def test_a_name_that_was_made_to_lead_to_loopback_is_none_of_the_servers_own(server: LiveServer) -> None:
    assert _asked(server, "http://rebound.example", Host="rebound.example").status == 403
    assert _asked(server, server.running.url("http")).status == 200


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.parametrize("origin", [None, Origin(PAGE), Origin(STRANGER)])
def test_streams_are_for_the_same_pages(server: LiveServer, path: str, origin: Origin | None) -> None:
    address = f"{server.url}{path}?api_key={server.key}"
    if origin == STRANGER:
        with pytest.raises(InvalidStatus) as refused, connect(address, origin=origin, proxy=None):
            pass
        answer = refused.value.response
        assert answer.status_code == 403
        assert json.loads(answer.body or b"")["reason"] == "forbidden"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        return
    with connect(address, origin=origin, proxy=None):
        pass
