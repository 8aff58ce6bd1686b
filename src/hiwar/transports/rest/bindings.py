"""`PUT` and `DELETE /v1/voices/{name}/binding`: another voice behind a name, for the operator alone."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.errors import HiwarError
from hiwar.protocol import refusals
from hiwar.serving.rebinding import Rebinding
from hiwar.serving.service import SpeechService
from hiwar.transports.credentials import must_be_operator
from hiwar.transports.rest.bodies import InvalidBodyError, json_response, read_json
from hiwar.transports.rest.errors import error_response, validation_response
from hiwar.vocabulary import Voice

_BODY_BYTES_MAX = 1024


class BindVoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to speak, as `hiwar voices available` names it."""

    voice: str


def binding_routes(service: SpeechService, rebinding: Rebinding) -> list[BaseRoute]:
    """Both answer with the voice as it is then, when it is loaded: after seconds."""

    async def changed(request: Request) -> Voice:
        name = request.path_params["name"]
        if request.method == "DELETE":
            return await rebinding.unbind(name)
        wanted = await read_json(request, BindVoice, _BODY_BYTES_MAX)
        return await rebinding.bind(name, wanted.voice)

    async def endpoint(request: Request) -> Response:
        try:
            must_be_operator(request, service)
            if service.stopping:
                raise refusals.going_away()
            voice = await changed(request)
        except InvalidBodyError as error:
            return validation_response(error.field, error.message)
        except HiwarError as error:
            return error_response(error)
        return json_response(voice)

    # One route: the `Allow` of a refused method names what the path has.
    return [Route("/v1/voices/{name}/binding", endpoint, methods=["PUT", "DELETE"])]
