"""TLS by sockets: one pair of files for every face, followed while streams stay open, and peers that say nothing."""

import asyncio
import contextlib
import json
import signal
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.sync.client import ClientConnection, connect

import tts_pb2
from hiwar.client import AsyncClient, ConnectionFailedError, KnownCertificate
from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.entrance import Entrance
from hiwar.server.http_server import BoundedHttpServer
from hiwar.server.tls import ServerTls, TlsFiles
from hiwar.serving.auth import read_local_key
from hiwar.serving.limits import ServingLimits
from support.certificates import Pair, authority, replace, signed_by
from support.grpc_calls import Sending, synthesis
from support.processes import serve_process
from support.serving import WAIT_S, LiveServer, live_server
from support.streams import run
from tts_pb2_grpc import TextToSpeechStub

AUTHORITY = authority()
FIRST, SECOND = signed_by(AUTHORITY, "127.0.0.1"), signed_by(AUTHORITY, "127.0.0.1")
ELSEWHERE = signed_by(AUTHORITY, "speech.example")


def trusting(issuer: Pair) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=issuer.pem.decode())


def shown_at(address: tuple[str, int]) -> bytes:
    """The certificate that a new connection is shown."""
    with (
        socket.create_connection(address, WAIT_S) as plain,
        trusting(AUTHORITY).wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        return ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"").encode()


def until_shown(address: tuple[str, int], wanted: Pair) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while shown_at(address) != wanted.pem:
        assert time.monotonic() < deadline_s, "the new certificate never came"


def spoken_by(client: ClientConnection) -> str:
    """Say something on an open connection; how it ended."""
    client.send(json.dumps({"text": "hello"}))
    while True:
        frame = client.recv(WAIT_S)
        if isinstance(frame, str) and json.loads(frame)["type"] == "synthesis_complete":
            return str(json.loads(frame)["status"])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    certificate, key = FIRST.write(tmp_path / "files")
    with live_server(tmp_path / "data", {"tls_cert": str(certificate), "tls_key": str(key)}) as started:
        yield started


@contextlib.contextmanager
def opened(url: str, key: str) -> Iterator[ClientConnection]:
    headers, tls = {"X-API-Key": key}, trusting(AUTHORITY)
    with connect(f"{url}/v1/tts/stream", additional_headers=headers, ssl=tls, proxy=None) as client:
        yield client


def test_http_and_websocket_are_secured(server: LiveServer) -> None:
    assert server.url.startswith("wss://")
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting(AUTHORITY))
    with urllib.request.build_opener(*handlers).open(server.running.url("http") + "/healthz", timeout=WAIT_S) as answer:
        assert answer.status == 200
    with opened(server.url, server.key) as client:
        assert spoken_by(client) == "ok"


def test_a_new_certificate_leaves_open_streams_alone(server: LiveServer, tmp_path: Path) -> None:
    with opened(server.url, server.key) as client:
        assert spoken_by(client) == "ok"
        SECOND.write(tmp_path / "files")
        until_shown(server.running.address, SECOND)
        assert spoken_by(client) == "ok"


def test_sighup_has_the_files_read_at_once_and_ends_nothing(tmp_path: Path) -> None:
    certificate, key = FIRST.write(tmp_path / "files")
    with serve_process(tmp_path, "--tls-cert", str(certificate), "--tls-key", str(key)) as server:
        port = int(server.url.rpartition(":")[2])
        with opened(server.url, read_local_key(tmp_path) or "") as client:
            replace(certificate, SECOND.pem)
            server.process.send_signal(signal.SIGHUP)
            assert "get the old certificate" in server.line_with("name PEM files that belong together")
            assert shown_at(("127.0.0.1", port)) == FIRST.pem
            replace(key, SECOND.key_pem)
            server.process.send_signal(signal.SIGHUP)
            server.line_with("get the certificate that was read")
            assert shown_at(("127.0.0.1", port)) == SECOND.pem
            assert spoken_by(client) == "ok"
        assert server.stop().code == 0


def test_somebody_who_connects_and_says_nothing_is_cut_off(tmp_path: Path) -> None:
    class Short(BoundedHttpServer):
        tls_handshake_timeout_s = 0.1

    async def scenario() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(Starlette(), lifespan="off", log_config=None)
        entrance = Entrance(ServingLimits(connections_max=1, connections_per_address_max=1))
        server = Short(config, ServerTls(TlsFiles(*FIRST.write(tmp_path))).http, entrance)
        serving = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"\x16\x03\x01")
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        assert len(entrance) == 0
        server.should_exit = True
        await serving

    run(scenario())
    assert 0 < BoundedHttpServer.tls_handshake_timeout_s <= 30


async def said(client: AsyncClient) -> str | None:
    speech = client.speak("hello")
    async for _ in speech:
        pass
    return speech.complete.status if speech.complete else None


@pytest.mark.parametrize("trusted", ["authority", "the certificate itself", "known"])
def test_the_client_trusts_the_file_it_is_given(server: LiveServer, tmp_path: Path, trusted: str) -> None:
    replace(tmp_path / "ca.pem", AUTHORITY.pem)
    copy = server.settings.shown_certificate(server.running.address[1])
    choices = {
        "authority": tmp_path / "ca.pem",
        "the certificate itself": server.settings.tls_cert,
        "known": KnownCertificate(copy),
    }
    assert run(said(AsyncClient(server.url, server.key, ca=choices[trusted]))) == "ok"


def test_a_certificate_that_is_not_trusted_is_refused(server: LiveServer, tmp_path: Path) -> None:
    replace(tmp_path / "other.pem", authority("authority").pem)
    replace(tmp_path / "known.pem", SECOND.pem)
    for ca in (None, tmp_path / "other.pem", KnownCertificate(tmp_path / "known.pem")):
        with pytest.raises(ConnectionFailedError, match=r"is not trusted \(.+\).* by --ca, or by ca="):
            run(said(AsyncClient(server.url, server.key, ca=ca)))


def test_a_certificate_for_another_name_is_good_only_where_it_is_known(tmp_path: Path) -> None:
    certificate, key = ELSEWHERE.write(tmp_path)
    replace(tmp_path / "ca.pem", AUTHORITY.pem)
    with live_server(tmp_path / "data", {"tls_cert": str(certificate), "tls_key": str(key)}) as server:
        with pytest.raises(ConnectionFailedError, match=r"not valid for '127\.0\.0\.1'"):
            run(said(AsyncClient(server.url, server.key, ca=tmp_path / "ca.pem")))
        assert run(said(AsyncClient(server.url, server.key, ca=KnownCertificate(certificate)))) == "ok"


def test_a_file_that_holds_no_certificate(tmp_path: Path) -> None:
    replace(tmp_path / "ca.pem", FIRST.key_pem)
    for ca in (tmp_path / "ca.pem", tmp_path / "absent.pem", tmp_path):
        with pytest.raises(HiwarError, match="holds no certificate that can be read") as refused:
            AsyncClient("wss://127.0.0.1:1", ca=ca)
        assert refused.value.code is ErrorCode.INVALID_REQUEST


def test_one_that_speaks_tls_and_one_that_does_not_are_told_apart(server: LiveServer, tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailedError, match="is it one with TLS"):
        run(said(AsyncClient(server.url.replace("wss:", "ws:"), server.key)))
    with live_server(tmp_path / "plain") as plain, pytest.raises(ConnectionFailedError, match="is it one without"):
        run(said(AsyncClient(plain.url.replace("ws:", "wss:"), plain.key)))


def secured(server: LiveServer, issuer: Pair = AUTHORITY, client: Pair | None = None) -> grpc.Channel:
    """A channel with a connection of its own, that trusts one authority and shows a certificate or none."""
    own = (client.key_pem, client.pem) if client else (None, None)
    credentials = grpc.ssl_channel_credentials(issuer.pem, *own)
    return grpc.secure_channel(server.grpc_target, credentials, [("grpc.use_local_subchannel_pool", 1)])


def said_by_grpc(channel: grpc.Channel, key: str) -> grpc.StatusCode:
    """Have a text spoken, and how that ended."""
    request = tts_pb2.SynthesizeSimpleRequest(text="hello")
    try:
        TextToSpeechStub(channel).SynthesizeSimple(request, metadata=(("x-api-key", key),), timeout=WAIT_S)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def next_audio(call: Iterator[tts_pb2.SynthesizeResponse]) -> bytes:
    return next(response.audio_content for response in call if response.audio_content)


def test_grpc_has_the_same_certificate_and_its_open_calls_outlive_it(server: LiveServer, tmp_path: Path) -> None:
    now = tts_pb2.SynthesizeRequest(flush=tts_pb2.Flush())
    requests = Sending(*synthesis("before "), now)
    with secured(server) as channel:
        call = TextToSpeechStub(channel).Synthesize(requests, metadata=(("x-api-key", server.key),), timeout=WAIT_S)
        assert next_audio(call)
        assert shown_at(server.running.grpc_address) == FIRST.pem

        SECOND.write(tmp_path / "files")
        server.call(reload_of(server))
        until_shown(server.running.grpc_address, SECOND)
        assert shown_at(server.running.address) == SECOND.pem
        with secured(server) as other:
            assert said_by_grpc(other, server.key) is grpc.StatusCode.OK

        requests.send(tts_pb2.SynthesizeRequest(text="after "))
        requests.send(None)
        assert [response.is_final for response in call][-1]
        assert call.code() is grpc.StatusCode.OK


def reload_of(server: LiveServer) -> Callable[[], None]:
    assert server.running.tls is not None
    return server.running.tls.reload


def test_grpc_is_not_spoken_to_who_does_not_trust_it_or_says_nothing_secure(server: LiveServer) -> None:
    with secured(server, authority()) as channel:
        assert said_by_grpc(channel, server.key) is grpc.StatusCode.UNAVAILABLE
    with grpc.insecure_channel(server.grpc_target) as channel:
        assert said_by_grpc(channel, server.key) is grpc.StatusCode.UNAVAILABLE


def test_grpc_lets_in_only_clients_with_a_certificate_when_told_so(tmp_path: Path) -> None:
    signer, other = authority("clients"), authority("clients")
    known, stranger = signed_by(signer, "client"), signed_by(other, "client")
    certificate, key = FIRST.write(tmp_path)
    replace(tmp_path / "clients.pem", signer.pem)
    flags = {"tls_cert": str(certificate), "tls_key": str(key), "grpc_client_ca": str(tmp_path / "clients.pem")}
    with live_server(tmp_path / "data", flags) as server:

        def asked(client: Pair | None, api_key: str = server.key) -> grpc.StatusCode:
            with secured(server, client=client) as channel:
                return said_by_grpc(channel, api_key)

        assert asked(known) is grpc.StatusCode.OK
        assert asked(known, "") is grpc.StatusCode.UNAUTHENTICATED
        assert asked(None) is grpc.StatusCode.UNAVAILABLE
        assert asked(stranger) is grpc.StatusCode.UNAVAILABLE
        with opened(server.url, server.key) as client:
            assert spoken_by(client) == "ok"

        replace(tmp_path / "clients.pem", other.pem)
        SECOND.write(tmp_path)
        server.call(reload_of(server))
        until_shown(server.running.address, SECOND)
        assert asked(stranger) is grpc.StatusCode.OK
        assert asked(known) is grpc.StatusCode.UNAVAILABLE
