"""`/v1/asr/stream`, and `/v1/asr/audio` for older clients: audio in, transcripts out."""

import contextlib

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from hiwar.errors import HiwarError
from hiwar.protocol.fields import recognition_config, request_id_of
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.request_ids import new_request_id
from hiwar.serving.service import SpeechService
from hiwar.transports.credentials import signed_in
from hiwar.transports.websocket.connection import accept, refuse

PATH = "/v1/asr/stream"
OLDER_PATH = "/v1/asr/audio"


def asr_routes(service: SpeechService) -> list[BaseRoute]:
    """The recognition endpoint under both its paths."""

    async def endpoint(socket: WebSocket) -> None:
        request_id = request_id_of(socket.query_params.get("request_id")) or new_request_id()
        try:
            with service.observatory.stream("asr", "websocket", request_id, socket.headers) as seen:
                principal = await signed_in(socket, service, "asr", seen)
                config = recognition_config(socket.query_params, new_request_id=lambda: request_id)
                async with service.slot(principal, seen) as slot:
                    with contextlib.suppress(PeerGoneError):
                        await service.admit_recognition(config, slot)
                        connection = await accept(socket, request_id, is_signed_in=principal is not None)
                        await service.transcribe(connection, config, slot)
        except HiwarError as error:
            await refuse(socket, error, request_id)

    return [WebSocketRoute(PATH, endpoint), WebSocketRoute(OLDER_PATH, endpoint)]
