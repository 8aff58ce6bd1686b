"""`tts.TextToSpeech`: text in, audio out, as a stream or whole."""

import asyncio
import contextlib
from typing import Any

import grpc

from grpc_service.protos import tts_pb2
from hiwar.protocol.protobuf_codec import SpeechResponses, synthesis_fields, synthesis_request
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.service import SpeechService
from hiwar.transports.grpc.calls import Call, Context, carry
from hiwar.transports.grpc.connection import CallConnection
from hiwar.transports.grpc.requests import Requests
from hiwar.transports.grpc.whole_speech import WholeSpeech

SERVICE = tts_pb2.DESCRIPTOR.services_by_name["TextToSpeech"].full_name

_IDLE = "No text came for too long; close the sending side of a call when its text is over."
_SETTLE_S = 0.0
"""One turn of the event loop: first audio waits for it, and a call that is cancelled later has begun one step."""
_WHOLE_WITHIN_S = 0.002
"""A text that is over so soon behind its config is spoken as a whole request: no engine step for what is a part."""


def synthesis_handler(service: SpeechService, stopping: "asyncio.Future[None]") -> grpc.GenericRpcHandler:
    """The service. Calls that have not said their config yet are refused once the server is `stopping`."""

    async def synthesize(_requests: object, context: Context) -> None:
        requests = Requests[tts_pb2.SynthesizeRequest](context, settle_s=_SETTLE_S)

        async def serve(call: Call) -> None:
            first = await requests.first(service.limits.sign_in_timeout_ms, stopping)
            await _speak(service, call, requests, first.config)

        async with requests.open():
            await carry(context, service, "tts", serve)

    async def synthesize_simple(
        request: tts_pb2.SynthesizeSimpleRequest, context: Context
    ) -> tts_pb2.SynthesizeSimpleResponse:
        async def serve(call: Call) -> tts_pb2.SynthesizeSimpleResponse:
            connection = WholeSpeech({"text": request.text, **synthesis_fields(request.config, call.request_id)})
            with contextlib.suppress(PeerGoneError):
                await service.speak(connection, call.slot)
            return connection.response()

        return await carry(context, service, "tts", serve)

    methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "Synthesize": grpc.stream_stream_rpc_method_handler(
            synthesize, tts_pb2.SynthesizeRequest.FromString, tts_pb2.SynthesizeResponse.SerializeToString
        ),
        "SynthesizeSimple": grpc.unary_unary_rpc_method_handler(
            synthesize_simple,
            tts_pb2.SynthesizeSimpleRequest.FromString,
            tts_pb2.SynthesizeSimpleResponse.SerializeToString,
        ),
    }
    return grpc.method_handlers_generic_handler(SERVICE, methods)


async def _speak(
    service: SpeechService,
    call: Call,
    requests: Requests[tts_pb2.SynthesizeRequest],
    wanted: tts_pb2.SynthesisConfig,
) -> None:
    fields = synthesis_fields(wanted, call.request_id)
    text = await _whole_text(requests)
    connection = CallConnection(
        call,
        requests,
        taken=synthesis_request,
        told=SpeechResponses().told,
        idle=_IDLE,
        opening={"type": "start", **fields} if text is None else {"text": text, **fields},
        finished=text is not None,
    )
    with contextlib.suppress(PeerGoneError):
        await service.speak(connection, call.slot)
    connection.end()


async def _whole_text(requests: Requests[tts_pb2.SynthesizeRequest]) -> str | None:
    """The text of a client that sends it whole, and at once; None when it may come piece by piece."""
    match await requests.ahead(2, _WHOLE_WITHIN_S):
        case (tts_pb2.SynthesizeRequest() as request, None) if request.HasField("text"):
            return request.text
        case _:
            return None
