"""The gRPC server: its port, its bounds, and the services on it. What a call does is left to `asr` and `tts`."""

import asyncio

import grpc
import grpc.aio
from grpc_reflection.v1alpha import reflection

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.limits import ServingLimits
from hiwar.serving.service import SpeechService
from hiwar.transports.grpc import asr, health, tts

_MESSAGE_BYTES_MAX = 8 * 1024 * 1024 + 1024
"""As much audio as the session takes in a frame, and what is around it."""
_METADATA_BYTES_MAX = 16 * 1024
"""Of a call, a token of 8 kB and much else included."""
_IDLE_MS = 120_000
"""Of a connection without a call; its client opens another when it has one."""
_KEEPALIVE_MS = 20_000
_KEEPALIVE_TIMEOUT_MS = 60_000
"""As the WebSocket's pings: a client that is held back answers late."""
_CLIENT_PINGS_APART_MS = 5_000
"""Clients may ask so often whether the server is there; who asks more often is sent away."""
_HANDSHAKE_TIMEOUT_MS = 10_000
"""For TLS and the first words of HTTP/2, in place of two minutes."""
_STOP_GRACE_S = 1.0
"""For calls that no stream belongs to any more, such as one whose client does not take its status."""


class GrpcServer:
    """Listens on `port` of the host from `start` to `stop`, in the event loop that it was made in.

    Raises HiwarError when it cannot listen there. Without `credentials` it is not encrypted.
    """

    def __init__(
        self, service: SpeechService, host: str, port: int, credentials: grpc.ServerCredentials | None
    ) -> None:
        self._stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._health = health.Health(service, self._stopping)
        self._server = grpc.aio.server(options=_options(service.limits))
        handlers = (
            asr.recognition_handler(service, self._stopping),
            tts.synthesis_handler(service),
            self._health.handler(),
        )
        self._server.add_generic_rpc_handlers(handlers)
        names = (asr.SERVICE, tts.SERVICE, health.SERVICE, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)
        self.port = _bound(self._server, host, port, credentials)

    async def start(self) -> None:
        """Take calls."""
        await self._server.start()

    def ready_changed(self) -> None:
        """The service began to take streams; tell who watches its health."""
        self._health.changed()

    def refuse_new(self) -> None:
        """The server is about to stop: it says so, and refuses calls that have not said their config yet."""
        if not self._stopping.done():
            self._stopping.set_result(None)
        self._health.changed()

    async def stop(self) -> None:
        """Close the port, and cut off what still goes on after a moment. The streams have been drained."""
        self.refuse_new()
        await self._server.stop(_STOP_GRACE_S)


def _options(limits: ServingLimits) -> list[tuple[str, int]]:
    return [
        ("grpc.server_handshake_timeout_ms", _HANDSHAKE_TIMEOUT_MS),
        ("grpc.so_reuseport", 0),  # a port that is taken must be an error
        ("grpc.max_receive_message_length", _MESSAGE_BYTES_MAX),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_metadata_size", _METADATA_BYTES_MAX),
        ("grpc.absolute_max_metadata_size", _METADATA_BYTES_MAX),
        # Of one connection: a call more than the service takes must be answered, and not wait at its client.
        ("grpc.max_concurrent_streams", 2 * limits.streams_max),
        # Of all: by address grpc.aio cannot count, nor say when it refuses.
        ("grpc.max_allowed_incoming_connections", limits.connections_max),
        ("grpc.max_connection_idle_ms", _IDLE_MS),
        ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", _CLIENT_PINGS_APART_MS),
    ]


def _bound(server: grpc.aio.Server, host: str, port: int, credentials: grpc.ServerCredentials | None) -> int:
    shown = f"[{host}]" if ":" in host else host
    try:
        if credentials is None:
            return server.add_insecure_port(f"{shown}:{port}")
        return server.add_secure_port(f"{shown}:{port}", credentials)
    except RuntimeError as error:
        message = (
            f"Cannot listen on {host} port {port} for gRPC. Stop what uses it, or choose another with --grpc-port."
        )
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error
