"""`/v1/tts/stream`: text in, audio out."""

import contextlib

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from hiwar.errors import HiwarError
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.request_ids import new_request_id
from hiwar.serving.service import SpeechService
from hiwar.transports.credentials import signed_in
from hiwar.transports.websocket.connection import accept, refuse

PATH = "/v1/tts/stream"


def tts_routes(service: SpeechService) -> list[BaseRoute]:
    """The synthesis endpoint."""

    async def endpoint(socket: WebSocket) -> None:
        request_id = new_request_id()
        try:
            with service.observatory.stream("tts", "websocket", request_id, socket.headers) as seen:
                principal = await signed_in(socket, service, "tts", seen)
                async with service.slot(principal, seen) as slot:
                    with contextlib.suppress(PeerGoneError):
                        connection = await accept(socket, request_id, is_signed_in=principal is not None)
                        await service.speak(connection, slot)
        except HiwarError as error:
            await refuse(socket, error, request_id)

    return [WebSocketRoute(PATH, endpoint)]
