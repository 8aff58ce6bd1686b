"""What the server answers to plain HTTP: health, the catalogue, errors, and the headers of every response."""

import json
import re
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hiwar.serving.metrics import Metrics
from support.raw_websocket import raw_socket
from support.serving import Answer, LiveServer, live_server

PATHS = (
    "/healthz",
    "/readyz",
    "/v1/voices",
    "/metrics",
    "/nothing/here",
    "/v1/audio/speech",
    "/v1/audio/transcriptions",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


def test_alive_and_ready_are_open_to_everyone(server: LiveServer) -> None:
    alive, ready = server.get("/healthz"), server.get("/readyz")
    assert (alive.status, alive.json) == (200, {"status": "alive"})
    assert (ready.status, ready.json) == (200, {"status": "ready"})


@pytest.mark.parametrize("path", PATHS)
def test_every_response_has_the_security_headers_and_an_id(server: LiveServer, path: str) -> None:
    answer = server.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert re.fullmatch("[a-z0-9]{8}", answer.headers["x-request-id"])
    assert "server" not in answer.headers


def test_the_catalogue_says_who_speaks(server: LiveServer) -> None:
    answer = server.get("/v1/voices", {"X-API-Key": server.key})
    assert answer.status == 200
    voices = {voice["name"]: voice for voice in answer.json["voices"]}
    assert list(voices) == ["Yara", "Nouf", "Atheer", "Yara_en"]
    for voice in voices.values():
        assert {"language", "languages", "gender", "engine", "engine_voice", "model", "licence"} <= set(voice)
        assert voice["quality"] in {"basic", "good", "exact"}
        assert voice["description"]
        assert (voice["streams"], voice["word_timestamps"], voice["native_rates"]) == ("pieces", True, [24000])


@pytest.mark.parametrize("place", ["query", "bearer"])
def test_the_catalogue_takes_a_key_in_each_place(server: LiveServer, place: str) -> None:
    query = f"?api_key={server.key}" if place == "query" else ""
    headers = {"Authorization": f"Bearer {server.key}"} if place == "bearer" else {}
    assert server.get(f"/v1/voices{query}", headers).status == 200


@pytest.mark.parametrize("path", ["/v1/voices", "/metrics"])
@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}, {"Authorization": "Basic d3Jvbmc="}])
def test_strangers_are_refused(server: LiveServer, path: str, headers: dict[str, str]) -> None:
    answer = server.get(path, headers)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json.keys() == {"error", "detail"}
    assert answer.json["error"] == "unauthorized"


def test_the_metrics_tell_what_was_measured_and_of_whom_nothing(server: LiveServer) -> None:
    with server.connect("/v1/tts/stream") as socket:
        socket.send('{"text": "Alpha bravo.", "request_id": "planted-id"}')
        while not isinstance(frame := socket.recv(), str) or "synthesis_complete" not in frame:
            pass
    answer = server.get("/metrics", {"Authorization": f"Bearer {server.key}"})
    text = answer.body.decode()
    assert answer.headers["content-type"].startswith("text/plain")
    assert re.search(r'^hiwar_tts_first_audio_seconds_count{engine="tone",voice="Yara"} 1.0$', text, re.MULTILINE)
    assert re.search(r"^hiwar_tts_cancel_to_idle_seconds_count 0.0$", text, re.MULTILINE)
    assert re.search(r'^hiwar_tts_audio_seconds_total{engine="tone",voice="Yara"} [1-9]', text, re.MULTILINE)
    assert re.search(r'^hiwar_admissions_total{service="tts"} 1.0$', text, re.MULTILINE)
    assert not any(planted in text for planted in ("Alpha", "planted-id", server.key))


def test_the_metrics_are_those_that_are_described_and_tell_the_state_of_the_server(server: LiveServer) -> None:
    text = server.get("/metrics", {"Authorization": f"Bearer {server.key}"}).body.decode()
    described = {metric.name.removesuffix("_total"): metric for metric in Metrics().described}
    samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples[sample.name, *sorted(sample.labels.items())] = sample.value
            if sample.name.startswith("hiwar_") and not sample.name.endswith("_created"):
                assert described[family.name].kind == family.type
                assert set(sample.labels) - {"le"} == set(described[family.name].labels)
    assert samples["hiwar_ready",] == 1
    assert samples["hiwar_counters_up", ("backend", "memory")] == 1
    assert {("hiwar_engine_steps_waiting", ("pool", pool)) for pool in ("speak", "listen", "hear", "read")} <= set(
        samples
    )
    assert samples["hiwar_event_loop_delay_seconds_count",] > 0
    assert samples["process_cpu_seconds_total",] > 0


@pytest.mark.parametrize("path", ["/nothing/here", "/v1/tts/stream", "/v1/asr/stream"])
def test_what_is_not_there_is_404_in_the_contract_s_body(server: LiveServer, path: str) -> None:
    answer = server.get(path, {"X-API-Key": server.key})
    assert answer.status == 404
    assert _error(answer) == ("http_error", "HTTP_404")


@pytest.mark.parametrize("path", ["/v1/audio/speech", "/v1/tts/audio/speech", "/v1/asr/audio/transcriptions"])
def test_another_method_is_405_in_the_contract_s_body(server: LiveServer, path: str) -> None:
    answer = server.get(path, {"X-API-Key": server.key})
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert _error(answer) == ("http_error", "HTTP_405")


def test_what_is_no_http_is_refused_like_everything_else(server: LiveServer) -> None:
    with raw_socket(server) as client:
        client.sendall(b"HELP\r\n\r\n")
        answer = b""
        while received := client.recv(65536):
            answer += received
    head, body = answer.decode().split("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 ")
    lines = head.lower().split("\r\n")
    assert {"x-content-type-options: nosniff", "x-frame-options: deny", f"content-length: {len(body)}"} <= set(lines)
    assert any(re.fullmatch("x-request-id: [a-z0-9]{8}", line) for line in lines)
    assert json.loads(body)["reason"] == "invalid_request"


def _error(answer: Answer) -> tuple[str, str]:
    return answer.json["error"], answer.json["code"]
