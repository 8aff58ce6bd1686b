"""`tts.TextToSpeech`: text in, audio out, as a stream or whole."""

import contextlib
from functools import partial
from typing import Any

import grpc

from grpc_service.protos import tts_pb2
from hiwar.protocol.protobuf_codec import SpeechResponses, synthesis_fields, synthesis_request
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.service import SpeechService
from hiwar.transports.grpc.calls import Call, Context, carry
from hiwar.transports.grpc.connection import CallConnection, Opening
from hiwar.transports.grpc.requests import Requests
from hiwar.transports.grpc.whole_speech import WholeSpeech

SERVICE = tts_pb2.DESCRIPTOR.services_by_name["TextToSpeech"].full_name

_IDLE = "No text came for too long; close the sending side of a call when its text is over."
_SETTLE_S = 0.0
"""One turn of the event loop: first audio waits for it, and a call that is cancelled later has begun one step."""
_WHOLE_WITHIN_S = 0.002
"""A text that is over so soon behind its config is spoken as a whole request: no engine step for what is a part."""


def synthesis_handler(service: SpeechService) -> grpc.GenericRpcHandler:
    """The service."""

    async def synthesize(_requests: object, context: Context) -> None:
        requests = Requests[tts_pb2.SynthesizeRequest](context, settle_s=_SETTLE_S)

        async def serve(call: Call) -> None:
            connection = CallConnection(
                call,
                requests,
                opening=partial(_opening, requests, call.request_id, service.limits.sign_in_timeout_ms),
                taken=synthesis_request,
                told=SpeechResponses().told,
                idle=_IDLE,
            )
            with contextlib.suppress(PeerGoneError):
                await service.speak(connection, call.slot)
            connection.end()

        async with requests.open():
            await carry(context, service, "tts", serve)

    async def synthesize_simple(_requests: object, context: Context) -> tts_pb2.SynthesizeSimpleResponse:
        requests = Requests[tts_pb2.SynthesizeSimpleRequest](context, settle_s=_SETTLE_S)
        async with requests.open():
            return await carry(context, service, "tts", partial(_speak_whole, service, requests))

    methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "Synthesize": grpc.stream_stream_rpc_method_handler(
            synthesize, tts_pb2.SynthesizeRequest.FromString, tts_pb2.SynthesizeResponse.SerializeToString
        ),
        # A stream of one request: for a single one gRPC takes it in, however large, before anybody has signed in.
        "SynthesizeSimple": grpc.stream_unary_rpc_method_handler(
            synthesize_simple,
            tts_pb2.SynthesizeSimpleRequest.FromString,
            tts_pb2.SynthesizeSimpleResponse.SerializeToString,
        ),
    }
    return grpc.method_handlers_generic_handler(SERVICE, methods)


async def _speak_whole(
    service: SpeechService, requests: Requests[tts_pb2.SynthesizeSimpleRequest], call: Call
) -> tts_pb2.SynthesizeSimpleResponse:
    request = await requests.asked(service.limits.sign_in_timeout_ms) or tts_pb2.SynthesizeSimpleRequest()
    connection = WholeSpeech({"text": request.text, **synthesis_fields(request.config, call.request_id)})
    with contextlib.suppress(PeerGoneError):
        await service.speak(connection, call.slot)
    return connection.response()


async def _opening(requests: Requests[tts_pb2.SynthesizeRequest], request_id: str, timeout_ms: int) -> Opening:
    """What the config, and a text that comes whole right behind it, is to the session. Raises HiwarError."""
    first = await requests.first(timeout_ms)
    fields = synthesis_fields(first.config, request_id)
    match await requests.ahead(3, _WHOLE_WITHIN_S):
        case (_, tts_pb2.SynthesizeRequest() as request, None) if request.HasField("text"):
            return Opening({"text": request.text, **fields}, is_all=True)
        case _:
            await requests.next()
            return Opening({"type": "start", **fields}, is_all=False)
