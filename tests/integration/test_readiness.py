"""A server listens before its models are loaded, and says so; keys that are revoked stop to work at once."""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from hiwar.errors import EngineUnavailableError, HiwarError
from support import gated_engine
from support.keys import Keys
from support.serving import WAIT_S, live_server


def test_not_ready_until_the_models_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gated_engine.install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    gate = tmp_path / gated_engine.GATE
    os.mkfifo(gate)
    flags = {"engines.synthesis": "gated", "models_dir": str(tmp_path)}
    with live_server(tmp_path / "data", flags, wait_ready=False) as server:
        try:
            assert server.get("/healthz").status == 200
            loading = server.get("/readyz")
            assert (loading.status, loading.json["status"]) == (503, "not_ready")
            assert loading.headers["retry-after"] == "1"
            voices = server.get("/v1/voices", {"X-API-Key": server.key})
            assert (voices.status, voices.json["reason"]) == (503, "engine_unavailable")
            for path in ("/v1/tts/stream", "/v1/asr/stream"):
                with pytest.raises(InvalidStatus) as refused, server.connect(path):
                    pass
                assert refused.value.response.status_code == 503
                assert refused.value.response.headers["Retry-After"]
        finally:
            gate.write_bytes(b"open")
        server.until(server.running.ready.done)
        assert server.get("/readyz").status == 200
        with server.connect("/v1/tts/stream") as client:
            client.send('{"text": "hi"}')
            assert "synthesis_started" in str(client.recv(WAIT_S))


def test_an_engine_that_cannot_be_loaded_is_said_by_ready(tmp_path: Path) -> None:
    with live_server(tmp_path, {"engines.synthesis": "nothing"}, wait_ready=False) as server:
        server.until(server.running.ready.done)
        assert server.get("/readyz").status == 503
        with pytest.raises(EngineUnavailableError, match="no engine 'nothing'"):
            server.running.ready.result()


def test_a_revoked_key_is_refused_at_once(tmp_path: Path) -> None:
    store = Keys(tmp_path / "keys.db")
    record, key = store.create("guest")
    with live_server(tmp_path) as server:
        with server.connect("/v1/tts/stream", key=key) as client:
            client.send('{"text": "hi"}')
            assert "synthesis_started" in str(client.recv(WAIT_S))
        assert store.revoke(record.principal.key_id)
        with pytest.raises(InvalidStatus) as refused, server.connect("/v1/tts/stream", key=key):
            pass
        assert refused.value.response.status_code == 401
        with server.connect("/v1/tts/stream", key="") as client:
            client.send(json.dumps({"x-api-key": key}))
            assert json.loads(client.recv(WAIT_S))["code"] == "unauthorized"


def test_a_port_that_is_taken_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    with live_server(tmp_path) as server:
        before = server.held
        port = server.running.address[1]
        with pytest.raises(HiwarError, match=f"port {port}"), live_server(tmp_path / "other", {"port": port}):
            pass
        assert server.held.is_back_to(before)
        assert server.get("/readyz").status == 200


def test_a_server_that_stops_leaves_nothing_in_the_process(tmp_path: Path) -> None:
    def files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    asyncio.run(asyncio.sleep(0))
    with live_server(tmp_path) as server, server.connect("/v1/tts/stream") as client:
        client.send('{"text": "hi"}')
        assert client.recv(WAIT_S)
    before = files()
    for _ in range(3):
        with live_server(tmp_path) as server, server.connect("/v1/tts/stream") as client:
            client.send('{"text": "hi"}')
            assert client.recv(WAIT_S)
    deadline_s = time.monotonic() + WAIT_S
    while files() > before:  # gRPC's own threads close theirs when they come to it
        assert time.monotonic() < deadline_s, f"{files()} files are open, {before} were before"
