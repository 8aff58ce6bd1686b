"""The standard health service, open to everyone: whether streams are taken."""

import asyncio

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2

from hiwar.serving.service import SpeechService
from hiwar.transports.grpc import asr, tts
from hiwar.transports.grpc.calls import Context

SERVICE = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name

_KNOWN = frozenset({"", asr.SERVICE, tts.SERVICE})
_WATCHERS_MAX = 64
"""They need no key, and each holds a call open."""
_UNASKED_MAX = 16
_ASKED_WITHIN_S = 10.0
"""Nor does a request, which may come slowly and be as large as any: so many are waited for, the latest, and so long."""


class Health:
    """What `Check` and `Watch` say; `changed` is called when the service begins or ends to take streams.

    The servicer of grpcio-health-checking forgets its other watchers when one of them leaves.
    """

    def __init__(self, service: SpeechService, stopping: "asyncio.Future[None]") -> None:
        self._service = service
        self._stopping = stopping
        self._changed = asyncio.Event()
        self._watchers = 0
        self._unasked: dict[asyncio.Timeout, None] = {}

    def changed(self) -> None:
        """Tell all who watch."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def handler(self) -> grpc.GenericRpcHandler:
        """The service."""
        read, write = health_pb2.HealthCheckRequest.FromString, health_pb2.HealthCheckResponse.SerializeToString
        methods = {
            # Streams of one request each: for others gRPC takes it in, however many come, before it asks anyone.
            "Check": grpc.stream_unary_rpc_method_handler(self._check, read, write),
            "Watch": grpc.stream_stream_rpc_method_handler(self._watch, read, write),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    async def _check(self, _requests: object, context: Context) -> health_pb2.HealthCheckResponse:
        request = await self._asked(context)
        if request.service not in _KNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, "This server has no such service.")
        return health_pb2.HealthCheckResponse(status=self._status(request.service))

    async def _watch(self, _requests: object, context: Context) -> None:
        request = await self._asked(context)
        if self._watchers >= _WATCHERS_MAX:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "Too many calls watch already; use Check.")
        self._watchers += 1
        try:
            told: int | None = None
            while True:
                changed, status = self._changed, self._status(request.service)
                if status != told:
                    await context.write(health_pb2.HealthCheckResponse(status=status))
                    told = status
                if self._stopping.done():
                    return
                await changed.wait()
        finally:
            self._watchers -= 1

    async def _asked(self, context: Context) -> health_pb2.HealthCheckRequest:
        """The one request of a call; a call without one asks about the whole server."""
        try:
            async with asyncio.timeout(_ASKED_WITHIN_S) as patience:
                request = await self._read(context, patience)
        except TimeoutError:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "No request came; send it with the call.")
        except DecodeError:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "This is no HealthCheckRequest.")
        return request if isinstance(request, health_pb2.HealthCheckRequest) else health_pb2.HealthCheckRequest()

    async def _read(self, context: Context, patience: asyncio.Timeout) -> object:
        if len(self._unasked) >= _UNASKED_MAX:
            oldest = next(iter(self._unasked))
            del self._unasked[oldest]
            if not oldest.expired():
                oldest.reschedule(asyncio.get_running_loop().time())
        self._unasked[patience] = None
        try:
            return await context.read()
        finally:
            self._unasked.pop(patience, None)

    def _status(self, name: str) -> "health_pb2.HealthCheckResponse.ServingStatus.ValueType":
        if name not in _KNOWN:
            return health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
        serving = self._service.ready and not self._stopping.done()
        return health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
