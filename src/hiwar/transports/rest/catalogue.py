"""`GET /v1/voices`: what can speak, and how well."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.errors import HiwarError
from hiwar.serving.service import SpeechService
from hiwar.transports.credentials import must_sign_in
from hiwar.transports.rest.bodies import json_response
from hiwar.transports.rest.errors import error_response
from hiwar.vocabulary import Voice


class VoiceList(msgspec.Struct, frozen=True):
    """The catalogue, in the operator's order."""

    voices: tuple[Voice, ...]


def catalogue_routes(service: SpeechService) -> list[BaseRoute]:
    """The voice catalogue, for anyone with a key that may speak."""

    async def voices(request: Request) -> Response:
        try:
            await must_sign_in(request, service, "tts")
            found = VoiceList(tuple(service.engines.catalogue.voices.values()))
        except HiwarError as error:
            return error_response(error)
        return json_response(found)

    return [Route("/v1/voices", voices)]
