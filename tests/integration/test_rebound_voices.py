"""A server whose voices are bound to others while it runs: who may, what listeners notice, what later starts know."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from websockets.sync.client import ClientConnection

from hiwar.cli import main
from hiwar.serving.auth import read_operator_key
from support import gated_engine
from support.keys import Keys
from support.serving import WAIT_S, LiveServer, http_ask, live_server

PATH = "/v1/voices/Yara/binding"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    """With a second engine, `gated`, that loads when the test lets it."""
    gated_engine.install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with live_server(tmp_path / "data", {"models_dir": str(tmp_path)}) as started:
        yield started


def _ask(
    server: LiveServer, method: str, key: str | None, body: bytes | None = None, path: str = PATH
) -> tuple[int, Any]:
    headers = {} if key is None else {"X-API-Key": key}
    answer = http_ask(server.running.url("http") + path, headers, body, method=method)
    return answer.status, answer.json


def _operator(server: LiveServer) -> str:
    return read_operator_key(server.settings.data_dir) or ""


def _body(voice: str) -> bytes:
    return json.dumps({"voice": voice}).encode()


def _gate(server: LiveServer) -> Path:
    path = server.settings.models_dir / gated_engine.GATE
    if not path.exists():
        os.mkfifo(path)
    return path


def _speaker(server: LiveServer) -> str:
    voices = server.get("/v1/voices", {"X-API-Key": server.key}).json["voices"]
    return str({voice["name"]: voice["description"] for voice in voices}["Yara"])


def _spoken(client: ClientConnection) -> int:
    """Bytes of audio up to the end of a request."""
    heard = 0
    while True:
        frame = client.recv(WAIT_S)
        if isinstance(frame, bytes):
            heard += len(frame)
        elif "synthesis_complete" in frame:
            assert '"ok"' in frame
            return heard


def test_a_name_speaks_with_another_engine_without_a_restart_and_goes_back(server: LiveServer) -> None:
    gate = _gate(server)
    with server.connect("/v1/tts/stream") as client, ThreadPoolExecutor(1) as pool:
        client.send('{"text": "before"}')
        before = _spoken(client)
        change = pool.submit(_ask, server, "PUT", _operator(server), _body("gated/tone"))
        client.send('{"text": "before"}')
        assert _spoken(client) == before, "who speaks does not wait for the voice that loads"
        assert not change.done()
        gate.write_bytes(b"open")
        status, voice = change.result(WAIT_S)
        assert (status, voice["name"]) == (200, "Yara")
        client.send('{"text": "before"}')
        assert _spoken(client) == before
    assert json.loads((server.settings.data_dir / "voices.json").read_text()) == {"Yara": "gated/tone"}
    status, voice = _ask(server, "DELETE", _operator(server))
    assert (status, voice["engine"]) == (200, "tone")
    assert json.loads((server.settings.data_dir / "voices.json").read_text()) == {}


def test_only_the_operator_may(server: LiveServer, tmp_path: Path) -> None:
    customer = Keys(server.settings.keys_file).create("customer")[1]
    for method, body in (("PUT", _body("tone/tone")), ("DELETE", None)):
        assert _ask(server, method, None, body)[0] == 401
        for key in (customer, server.key, "wrong"):
            status, answer = _ask(server, method, key, body)
            assert (status, answer["reason"]) == (403, "forbidden")
        by_query = f"{PATH}?api_key={_operator(server)}"
        assert _ask(server, method, None, body, by_query)[0] == 401
    assert not server.settings.bindings_file.exists()
    with pytest.raises(Exception, match="401"), server.connect("/v1/tts/stream", key=_operator(server)):
        pass


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/v1/voices/Nobody/binding", _body("tone/tone"), 400, "invalid_voice"),
        (PATH, _body("../x"), 400, "invalid_request"),
        (PATH, _body("tone/nope"), 503, "engine_unavailable"),
        (PATH, _body("nothing-here"), 503, "engine_unavailable"),
        (PATH, b"{}", 422, None),
        (PATH, b'{"voice": "tone/tone", "more": 1}', 422, None),
        (PATH, b"\xff", 400, "invalid_request"),
        (PATH, _body("x" * 2000), 413, "file_too_large"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(
    server: LiveServer, path: str, body: bytes, status: int, reason: str | None
) -> None:
    before = _speaker(server)
    found, answer = _ask(server, "PUT", _operator(server), body, path)
    assert (found, answer.get("reason")) == (status, reason)
    assert _speaker(server) == before
    assert not server.settings.bindings_file.exists()


def _command(server: LiveServer, *arguments: str) -> Any:
    environment = {
        "HIWAR_DATA_DIR": str(server.settings.data_dir),
        "HIWAR_MODELS_DIR": str(server.settings.models_dir),
        "HIWAR_ENGINES_SYNTHESIS": "tone",
        "HIWAR_URL": server.url,
    }
    return CliRunner(env=environment).invoke(main, ["voices", *arguments])


def test_the_command_binds_and_unbinds_a_running_server(server: LiveServer) -> None:
    bound = _command(server, "bind", "Yara", "tone/tone")
    assert (bound.exit_code, bound.stderr) == (
        0,
        f"Yara speaks with tone/tone at {server.url}, now and after a restart.\n",
    )
    assert json.loads(server.settings.bindings_file.read_text()) == {"Yara": "tone/tone"}
    assert _command(server, "unbind", "Yara").exit_code == 0
    assert json.loads(server.settings.bindings_file.read_text()) == {}


def test_the_command_says_what_keeps_a_server_from_it(server: LiveServer) -> None:
    for arguments, sentence in (
        (("bind", "yara", "tone/tone"), "There is no voice 'yara' to bind; there are: Yara, "),
        (("bind", "Yara", "tone/nope"), "its voices are: tone"),
        (("bind", "Yara", "nothing-here"), "hiwar voices available"),
        (("bind", "Yara", "tone/tone", "--data-dir", str(server.settings.models_dir)), "operator.key"),
        (("--url", server.url, "bind", "Yara", "tone/tone"), "Options go behind the command"),
    ):
        done = _command(server, *arguments)
        assert done.exit_code != 0
        assert sentence in done.stderr
    (server.settings.data_dir / "operator.key").unlink()
    (server.settings.data_dir / "operator.key").write_text(server.key)
    refused = _command(server, "bind", "Yara", "tone/tone")
    assert refused.stderr.startswith("Error: The server refused (HTTP 403). Only who operates")
    assert not server.settings.bindings_file.exists()


def test_a_stopped_server_knows_at_its_next_start(tmp_path: Path) -> None:
    with live_server(tmp_path) as server:
        assert _ask(server, "PUT", _operator(server), _body("tone/tone"))[0] == 200
    with live_server(tmp_path) as server:
        assert server.running.service.engines.catalogue.voice("Yara").engine_voice == "tone"
        assert json.loads(server.settings.bindings_file.read_text()) == {"Yara": "tone/tone"}


def test_nothing_is_bound_while_models_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gated_engine.install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    flags = {"engines.synthesis": "gated", "models_dir": str(tmp_path)}
    with live_server(tmp_path / "data", flags, wait_ready=False) as server:
        gate = _gate(server)
        try:
            status, answer = _ask(server, "PUT", _operator(server), _body("tone/tone"))
            assert (status, answer["reason"]) == (503, "engine_unavailable")
        finally:
            gate.write_bytes(b"open")
        server.until(server.running.ready.done)
