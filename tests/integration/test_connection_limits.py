"""More connections than there is room for, over HTTP and gRPC: the rest is reset, and those that are in go on."""

import contextlib
import socket
from collections.abc import Iterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from support.raw_websocket import raw_socket
from support.serving import WAIT_S, LiveServer, live_server

CONNECTIONS_MAX = 3
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), {"limits.connections_max": CONNECTIONS_MAX}) as started:
        yield started


def _answer(client: socket.socket) -> bytes:
    client.sendall(REQUEST)
    answer = b""
    while b'"alive"' not in answer and (received := client.recv(65536)):
        answer += received
    return answer


def _is_reset(server: LiveServer) -> bool:
    """Whether one more is; the client may learn it while it connects, sends or reads."""
    try:
        with raw_socket(server) as late:
            return _answer(late) == b""
    except ConnectionError:
        return True


def test_one_connection_more_is_reset_and_its_place_is_free_again(server: LiveServer) -> None:
    for _ in range(2):
        with contextlib.ExitStack() as held:
            clients = [held.enter_context(raw_socket(server)) for _ in range(CONNECTIONS_MAX)]
            assert all(b" 200 " in _answer(client) for client in clients)
            assert _is_reset(server)
            assert b" 200 " in _answer(clients[0])
        server.until(lambda: server.running.connections == 0)


def test_a_websocket_keeps_its_place_until_it_is_closed(server: LiveServer) -> None:
    with server.connect("/v1/tts/stream"), server.connect("/v1/asr/stream"), server.connect("/v1/tts/stream"):
        assert server.call(lambda: server.running.connections) == CONNECTIONS_MAX
        assert _is_reset(server)
    server.until(lambda: server.running.connections == 0)


def test_grpc_has_as_many_of_its_own(server: LiveServer) -> None:
    def checked(channel: grpc.Channel) -> bool:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            stub.Check(health_pb2.HealthCheckRequest(), timeout=WAIT_S, wait_for_ready=False)
        except grpc.RpcError as error:
            return error.code() is not grpc.StatusCode.UNAVAILABLE
        return True

    options = [("grpc.use_local_subchannel_pool", 1)]
    with contextlib.ExitStack() as held:
        for _ in range(CONNECTIONS_MAX):
            assert checked(held.enter_context(grpc.insecure_channel(server.grpc_target, options)))
        assert not checked(held.enter_context(grpc.insecure_channel(server.grpc_target, options)))
