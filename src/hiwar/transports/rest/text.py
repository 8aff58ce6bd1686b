"""`POST /v1/text/explain`: how a text would be read, stage by stage, before a word of it is spoken."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.errors import HiwarError
from hiwar.serving.service import SpeechService
from hiwar.text.explanation import SegmentReading
from hiwar.transports.credentials import must_sign_in
from hiwar.transports.rest.bodies import InvalidBodyError, json_response, read_json
from hiwar.transports.rest.errors import error_response, validation_response
from hiwar.vocabulary import DEFAULT_VOICE, LanguageChoice

_BODY_BYTES_MAX = 128 * 1024
"""10,000 characters in JSON's longest spelling, and room."""


class ExplainText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text, and the voice and language it would be spoken with."""

    text: str
    voice: str = DEFAULT_VOICE
    language: LanguageChoice = "auto"


class TextExplanation(msgspec.Struct, frozen=True):
    """The text as it would be cut and read."""

    segments: tuple[SegmentReading, ...]


def text_routes(service: SpeechService) -> list[BaseRoute]:
    """Reading a text, for anyone with a key that may speak."""

    async def explain(request: Request) -> Response:
        try:
            principal = await must_sign_in(request, service, "tts")
            asked = await read_json(request, ExplainText, _BODY_BYTES_MAX)
            segments = await service.explain(asked.text, asked.voice, asked.language, principal)
        except InvalidBodyError as error:
            return validation_response(error.field, error.message)
        except HiwarError as error:
            return error_response(error)
        return json_response(TextExplanation(segments))

    return [Route("/v1/text/explain", explain, methods=["POST"])]
