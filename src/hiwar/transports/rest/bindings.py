"""`PUT` and `DELETE /v1/voices/{name}/binding`: another voice behind a name, for the operator alone."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.errors import HiwarError
from hiwar.protocol import refusals
from hiwar.serving.rebinding import Rebinding
from hiwar.serving.service import SpeechService
from hiwar.transports.credentials import must_be_operator
from hiwar.transports.rest.bodies import InvalidBodyError, read_json
from hiwar.transports.rest.errors import error_response, validation_response
from hiwar.vocabulary import Voice

_BODY_BYTES_MAX = 1024


class _Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to speak, as `hiwar voices available` names it."""

    voice: str


def binding_routes(service: SpeechService, rebinding: Rebinding) -> list[BaseRoute]:
    """Both answer with the voice as it is then, when it is loaded: after seconds."""

    async def bind(request: Request) -> Voice:
        wanted = await read_json(request, _Wanted, _BODY_BYTES_MAX)
        return await rebinding.bind(request.path_params["name"], wanted.voice)

    async def unbind(request: Request) -> Voice:
        return await rebinding.unbind(request.path_params["name"])

    def guarded(change: Callable[[Request], Awaitable[Voice]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                must_be_operator(request, service)
                if service.stopping:
                    raise refusals.going_away()
                voice = await change(request)
            except InvalidBodyError as error:
                return validation_response(error.field, error.message)
            except HiwarError as error:
                return error_response(error)
            return Response(msgspec.json.encode(voice), media_type="application/json")

        return endpoint

    path = "/v1/voices/{name}/binding"
    return [Route(path, guarded(bind), methods=["PUT"]), Route(path, guarded(unbind), methods=["DELETE"])]
