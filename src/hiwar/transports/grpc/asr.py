"""`asr.SpeechRecognition`: audio in, transcripts out."""

import asyncio
import contextlib
from typing import Any

import grpc

from grpc_service.protos import asr_pb2
from hiwar.protocol.fields import recognition_config
from hiwar.protocol.messages import ServerMessage
from hiwar.protocol.protobuf_codec import (
    recognition_parameters,
    recognition_request,
    recognition_response,
)
from hiwar.protocol.refusals import going_away
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.request_ids import new_request_id
from hiwar.serving.service import SpeechService
from hiwar.transports.grpc.calls import Call, Context, carry
from hiwar.transports.grpc.connection import CallConnection
from hiwar.transports.grpc.requests import Requests

SERVICE = asr_pb2.DESCRIPTOR.services_by_name["SpeechRecognition"].full_name

_IDLE = "No audio came for too long; send an empty audio_content while there is none."
_SETTLE_S = 0.002
"""Longer than a cancellation takes to come."""


def recognition_handler(service: SpeechService, stopping: "asyncio.Future[None]") -> grpc.GenericRpcHandler:
    """The service. Calls that have not said their config yet are refused once the server is `stopping`."""

    async def recognize(_requests: object, context: Context) -> None:
        requests = Requests[asr_pb2.RecognizeRequest](context, settle_s=_SETTLE_S)

        async def serve(call: Call) -> None:
            first = await _first(requests, service.limits.sign_in_timeout_ms, stopping)
            await _transcribe(service, call, requests, first.config)

        async with requests.open():
            await carry(context, service, "asr", serve)

    handler = grpc.stream_stream_rpc_method_handler(
        recognize, asr_pb2.RecognizeRequest.FromString, asr_pb2.RecognizeResponse.SerializeToString
    )
    return grpc.method_handlers_generic_handler(SERVICE, {"Recognize": handler})


async def _first(
    requests: Requests[asr_pb2.RecognizeRequest], timeout_ms: int, stopping: "asyncio.Future[None]"
) -> asr_pb2.RecognizeRequest:
    """The first request. Raises HiwarError as `Requests.first`, and when the server stops before it comes."""
    first = asyncio.create_task(requests.first(timeout_ms))
    awaited: set[asyncio.Future[Any]] = {first, stopping}
    try:
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not first.done():
            first.cancel()
    if not first.done():
        raise going_away()
    request = first.result()
    await requests.next()
    return request


async def _transcribe(
    service: SpeechService,
    call: Call,
    requests: Requests[asr_pb2.RecognizeRequest],
    wanted: asr_pb2.RecognitionConfig,
) -> None:
    parameters = recognition_parameters(wanted, call.request_id)
    config = recognition_config(parameters, new_request_id=new_request_id)
    await service.admit_recognition(config, call.slot)

    def told(message: ServerMessage | bytes) -> asr_pb2.RecognizeResponse | None:
        return recognition_response(message, speech_events=wanted.enable_speech_events)

    connection = CallConnection(call, requests, taken=recognition_request, told=told, idle=_IDLE)
    with contextlib.suppress(PeerGoneError):
        await service.transcribe(connection, config, call.slot)
    connection.end()
