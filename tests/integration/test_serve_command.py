"""`hiwar serve` as a process: it announces itself, drains on a signal, says why it cannot start, and keeps secrets."""

import contextlib
import json
import os
import pty
import re
import signal
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from hiwar.serving.auth import read_local_key
from support.certificates import authority, replace, signed_by
from support.keys import Keys
from support.processes import MODEL_FREE_VARIABLES, Ended, Process, hiwar_command, serve_process
from support.serving import WAIT_S, http_ask
from support.tones import spoken

LONG = "abcdefghi " * 130
"""13 MB at 48 kHz: more than the sockets hold, so the request is under way until the client reads."""


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
        client.send(json.dumps({"text": LONG, "sample_rate": 48000, "request_id": "first"}))
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
    assert audio_bytes == pytest.approx(int(ends["first"]["audio_ms"]) * 96, abs=192)
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
    ended = run(tmp_path, "serve", "--port", "0", "--grpc-port", "0", **variables)
    assert ended.code == 1
    assert sentence in ended.err
    assert "Traceback" not in ended.err


def test_nothing_secret_is_logged(tmp_path: Path) -> None:
    key = Keys(tmp_path / "keys.db").create("whisperer")[1]
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


def test_tls(tmp_path: Path) -> None:
    certificate, private = signed_by(authority(), "127.0.0.1").write(tmp_path)
    trusted = ssl.create_default_context(cafile=certificate)
    trusted.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
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
        bound = run(tmp_path, "voices", "bind", "Yara", "tone/tone", "--url", server.url)
        assert bound.code == 0, bound.err
        plain = run(tmp_path, "voices", "unbind", "Yara", "--url", server.url.replace("wss", "ws"))
        assert "is it one with TLS" in plain.err


def test_the_operator_needs_no_certificate_for_loopback_and_others_get_in_by_the_one_they_trust(tmp_path: Path) -> None:
    issuer = authority()
    certificate, private = signed_by(issuer, "localhost").write(tmp_path)
    replace(tmp_path / "ca.pem", issuer.pem)
    with serve_process(tmp_path, "--tls-cert", str(certificate), "--tls-key", str(private)) as server:
        bound = run(tmp_path, "voices", "bind", "Yara", "tone/tone", "--url", server.url)
        assert bound.code == 0, bound.err
        away = server.url.replace("127.0.0.1", "localhost")
        elsewhere = {"HIWAR_DATA_DIR": str(tmp_path / "elsewhere"), "HIWAR_API_KEY": _key(tmp_path)}
        for command in (("say", "hi", "-o", str(tmp_path / "hi.wav")), ("voices",)):
            refused = run(tmp_path, *command, "--url", away, **elsewhere)
            assert refused.code == 1
            assert "is not trusted" in refused.err
            assert "--ca" in refused.err
            assert "Traceback" not in refused.err
            heard = run(tmp_path, *command, "--url", away, "--ca", str(tmp_path / "ca.pem"), **elsewhere)
            assert heard.code == 0, heard.err
            heard = run(tmp_path, *command, "--url", away, **elsewhere, HIWAR_CA=str(tmp_path / "ca.pem"))
            assert heard.code == 0, heard.err


def test_a_certificate_of_its_own_is_trusted_by_the_file_that_is_told(tmp_path: Path) -> None:
    with serve_process(tmp_path, "--tls-self-signed") as server:
        told = re.search(r"certificate (\S+) \(signed by itself", server.announced)
        assert told, server.announced
        assert told[1] == str(tmp_path / "tls" / "self-signed.pem")
        assert f" --live --url {server.url} --data-dir {tmp_path} --ca {told[1]}\n" in server.announced
        grpc_target = re.search(r"grpc +(\S+), TLS\n", server.announced)
        assert grpc_target
        trust = grpc.ssl_channel_credentials(Path(told[1]).read_bytes())
        with grpc.secure_channel(grpc_target[1], trust) as channel:
            grpc.channel_ready_future(channel).result(WAIT_S)
        for known in ((), ("--ca", told[1])):
            spoken_to = run(tmp_path, "say", "hi", "-o", str(tmp_path / "hi.wav"), "--url", server.url, *known)
            assert spoken_to.code == 0, spoken_to.err
        assert server.stop().code == 0
    assert sorted(path.name for path in (tmp_path / "tls").iterdir()) == [".lock", "self-signed.key", "self-signed.pem"]


def test_grpc_writes_no_lines_of_its_own_between_those_of_the_log(tmp_path: Path) -> None:
    no_cipher_in_common = ssl.create_default_context()
    no_cipher_in_common.maximum_version = ssl.TLSVersion.TLSv1_2
    no_cipher_in_common.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with serve_process(tmp_path, "--tls-self-signed") as server:
        host, port = re.findall(r"grpc +(\S+):(\d+), TLS\n", server.announced)[0]
        for _ in range(3):
            with socket.create_connection((host, int(port)), WAIT_S) as client, pytest.raises(OSError):
                no_cipher_in_common.wrap_socket(client, server_hostname=host)
        assert "handshake" not in server.stop().err.lower()


def test_tls_that_cannot_be_meant(tmp_path: Path) -> None:
    for options, sentence in (
        (("--tls-self-signed", "--tls-cert", "a.pem", "--tls-key", "a.key"), "leave out one of them"),
        (("--grpc-client-ca", "a.pem"), "grpc_client_ca needs TLS"),
    ):
        ended = run(tmp_path, "serve", "--port", "0", *options)
        assert ended.code == 1
        assert sentence in ended.err
        assert "Traceback" not in ended.err


def test_who_closes_the_terminal_ends_a_server_with_tls_too(tmp_path: Path) -> None:
    """Elsewhere SIGHUP has the certificate read again."""
    command, environment = hiwar_command(tmp_path, MODEL_FREE_VARIABLES)
    ours, its = pty.openpty()
    serving = [*command, "serve", "--port", "0", "--grpc-port", "0", "--tls-self-signed"]
    out, err = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(serving, env=environment, stdin=its, stdout=out, stderr=err) as server:
        assert server.stdout is not None
        os.close(its)
        assert any(b"--live" in line for line in server.stdout), "it never began"
        os.close(ours)
        server.send_signal(signal.SIGHUP)
        try:
            assert server.wait(WAIT_S) == -signal.SIGHUP
        finally:
            server.kill()


def test_the_operator_of_a_server_for_others_reaches_it_by_the_address_that_is_told(tmp_path: Path) -> None:
    assert run(tmp_path, "keys", "create", "--name", "me").code == 0
    with serve_process(tmp_path, "--host", "0.0.0.0") as server:  # noqa: S104 - others are what this is about
        assert "keys and speech travel in the clear" in server.line_with("without TLS")
        told = re.search(r" --live --url (ws://127\.0\.0\.1:\d+)", server.announced)
        assert told, server.announced
        bound = run(tmp_path, "voices", "bind", "Yara", "tone/tone", "--url", told[1])
        assert bound.code == 0, bound.err


def test_tls_files_that_are_not_there(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", "--port", "0", "--tls-cert", "no.pem", "--tls-key", "no.pem")
    assert ended.code == 1
    assert "no.pem" in ended.err
    assert "Traceback" not in ended.err
