"""`hiwar serve` as a process: it announces itself, drains on a signal, says why it cannot start, and keeps secrets."""

import contextlib
import json
import re
import shutil
import signal
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from hiwar.serving.auth import read_local_key
from hiwar.serving.keys import KeyStore
from support.processes import MODEL_FREE_VARIABLES, Ended, Process, hiwar_command, serve_process
from support.serving import WAIT_S, http_ask
from support.tones import spoken

LONG = "abcdefghi " * 400
"""10 MB at 16 kHz: more than the sockets hold, so the request is under way until the client reads."""


def run(data_dir: Path, *arguments: str, **variables: str) -> Ended:
    command, environment = hiwar_command(data_dir, {**MODEL_FREE_VARIABLES, **variables})
    done = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, text=True, timeout=WAIT_S, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def _key(data_dir: Path) -> str:
    return read_local_key(data_dir) or ""


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[tuple[Process, ClientConnection]]:
    """A server with one request under way and one that waits behind it."""
    with (
        serve_process(tmp_path) as server,
        connect(
            f"{server.url}/v1/tts/stream",
            additional_headers={"X-API-Key": _key(tmp_path)},
            compression=None,
            proxy=None,
        ) as client,
    ):
        client.send(json.dumps({"text": LONG, "sample_rate": 16000, "request_id": "first"}))
        client.send(json.dumps({"text": "second", "request_id": "second"}))
        assert "synthesis_started" in str(client.recv(WAIT_S))
        yield server, client


def _rest(client: ClientConnection) -> tuple[list[dict[str, str]], int, int]:
    """Messages, audio bytes and the close code."""
    messages, audio_bytes = [], 0
    try:
        while True:
            frame = client.recv(WAIT_S)
            if isinstance(frame, str):
                messages.append(json.loads(frame))
            else:
                audio_bytes += len(frame)
    except ConnectionClosed as closed:
        return messages, audio_bytes, closed.rcvd.code if closed.rcvd else 1006


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_finish_what_is_under_way(
    begun: tuple[Process, ClientConnection], tmp_path: Path, number: signal.Signals
) -> None:
    server, client = begun
    server.process.send_signal(number)
    server.line_with("Finishing what is under way")
    refused = http_ask(f"http{server.url.removeprefix('ws')}/readyz", {})
    assert refused.status == 503

    messages, audio_bytes, code = _rest(client)
    ends = {message["request_id"]: message for message in messages if message["type"] == "synthesis_complete"}
    assert ends["first"]["status"] == "ok"
    assert audio_bytes == pytest.approx(int(ends["first"]["audio_ms"]) * 32, abs=64)
    assert ends["second"]["status"] == "failed"
    assert [message["code"] for message in messages if message["type"] == "error"] == ["server_busy"]
    assert code == 1001
    assert server.ended().code == 0


def test_a_signal_answers_what_was_heard_so_far(tmp_path: Path) -> None:
    with (
        serve_process(tmp_path) as server,
        connect(
            f"{server.url}/v1/asr/stream?interim_results=false",
            additional_headers={"X-API-Key": _key(tmp_path)},
            compression=None,
            proxy=None,
        ) as client,
    ):
        client.send(spoken("until now", sample_rate=16000, encoding="linear16"))
        assert "ready" in str(client.recv(WAIT_S))
        assert "speech_started" in str(client.recv(WAIT_S))
        server.process.terminate()
        messages, _, code = _rest(client)
        assert [message["type"] for message in messages] == ["final", "speech_ended", "error", "done"]
        assert messages[0]["transcript"] == "until now"
        assert messages[2]["code"] == "server_busy"
        assert code == 1001
        assert server.ended().code == 0


def test_a_second_interrupt_ends_it_at_once(begun: tuple[Process, ClientConnection]) -> None:
    server, _client = begun
    server.process.send_signal(signal.SIGINT)
    server.line_with("a second Ctrl-C ends it at once")
    server.process.send_signal(signal.SIGINT)
    assert server.ended().code == -signal.SIGINT


def test_it_announces_what_works(tmp_path: Path) -> None:
    with serve_process(tmp_path) as server:
        announced = server.announced
        found = re.search(r"API key +(\S+)", announced)
        assert found
        assert found[1] == _key(tmp_path)
        for address in re.findall(r"(ws://\S+/v1/\S+)", announced):
            with connect(address, additional_headers={"X-API-Key": found[1]}, proxy=None) as client:
                client.close()
        health = re.search(r"(http://\S+)", announced)
        assert health
        assert http_ask(health[1], {}).status == 200
        ended = server.stop()
    assert ended.code == 0


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with serve_process(tmp_path) as server:
        port = server.url.rpartition(":")[2]
        ended = run(tmp_path, "serve", "--port", port)
    assert ended.code == 1
    assert re.search(rf"Error: Cannot listen on 127\.0\.0\.1 port {port}: .+--port", ended.err)
    assert "Traceback" not in ended.err


def test_others_may_reach_it_only_with_keys(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - it must refuse that
    assert ended.code == 1
    assert "hiwar keys create" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"HIWAR_ENGINES_SYNTHESIS": "nothing"}, "There is no engine 'nothing'"),
        ({"HIWAR_ENGINE_THREADS": "1"}, "did you mean HIWAR_ENGINES_THREADS"),
        ({"HIWAR_LIMITS_STREAMS_MAX": "0"}, "limits.streams_max"),
    ],
)
def test_settings_that_cannot_work(tmp_path: Path, variables: dict[str, str], sentence: str) -> None:
    ended = run(tmp_path, "serve", "--port", "0", **variables)
    assert ended.code == 1
    assert sentence in ended.err
    assert "Traceback" not in ended.err


def test_nothing_secret_is_logged(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys.db")
    key = store.create("whisperer")[1]
    store.close()
    text, wrong = "vertraulich", "hiwar_wrongkey"
    variables = {**MODEL_FREE_VARIABLES, "HIWAR_LOG_LEVEL": "debug"}
    with serve_process(tmp_path, variables=variables) as server:
        for query in (f"api_key={key}", f"api_key={wrong}", f"token={wrong}", f"api_key={key}&language={text}"):
            for path in ("/v1/tts/stream", "/v1/asr/stream"):
                with (
                    contextlib.suppress(InvalidStatus, ConnectionClosed),
                    connect(f"{server.url}{path}?{query}", proxy=None) as client,
                ):
                    for frame in (json.dumps({"text": text}), json.dumps({"text": text, "voice": text}), "{" + text):
                        client.send(frame)
                        assert client.recv(WAIT_S)
        http_ask(f"http{server.url.removeprefix('ws')}/v1/voices?api_key={key}&text={text}", {"X-API-Key": wrong})
        ended = server.stop()
    said = ended.out + ended.err
    assert ended.code == 0
    for secret in (key, text, wrong, _key(tmp_path), "api_key", "token"):
        assert secret not in said


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_tls(tmp_path: Path) -> None:
    certificate, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(private), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    trusted = ssl.create_default_context(cafile=certificate)
    with serve_process(tmp_path, "--tls-cert", str(certificate), "--tls-key", str(private)) as server:
        assert server.url.startswith("wss://127.0.0.1:")
        headers = {"X-API-Key": _key(tmp_path)}
        with connect(f"{server.url}/v1/tts/stream", additional_headers=headers, ssl=trusted, proxy=None) as client:
            client.send('{"text": "hi"}')
            assert "synthesis_started" in str(client.recv(WAIT_S))
        https = urllib.request.HTTPSHandler(context=trusted)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), https)
        with opener.open(f"https{server.url.removeprefix('wss')}/healthz", timeout=WAIT_S) as answer:
            assert answer.status == 200
        # Its operator need not have the certificate that others know it by.
        bound = run(tmp_path, "voices", "bind", "Yara", "tone/tone", "--url", server.url)
        assert bound.code == 0, bound.err
        plain = run(tmp_path, "voices", "unbind", "Yara", "--url", server.url.replace("wss", "ws"))
        assert "is it one with TLS" in plain.err


def test_the_operator_of_a_server_for_others_reaches_it_by_the_address_that_is_told(tmp_path: Path) -> None:
    assert run(tmp_path, "keys", "create", "--name", "me").code == 0
    with serve_process(tmp_path, "--host", "0.0.0.0") as server:  # noqa: S104 - others are what this is about
        told = re.search(r" --live --url (ws://127\.0\.0\.1:\d+)", server.announced)
        assert told, server.announced
        bound = run(tmp_path, "voices", "bind", "Yara", "tone/tone", "--url", told[1])
        assert bound.code == 0, bound.err


def test_tls_files_that_are_not_there(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", "--port", "0", "--tls-cert", "no.pem", "--tls-key", "no.pem")
    assert ended.code == 1
    assert "no.pem" in ended.err
    assert "Traceback" not in ended.err
