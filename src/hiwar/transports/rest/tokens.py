"""`POST /v1/auth/tokens`: a short-lived token in the name of an API key, for a browser."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.errors import HiwarError
from hiwar.protocol import refusals
from hiwar.serving.keys import Service
from hiwar.serving.service import SpeechService
from hiwar.serving.token_scope import TokenScope
from hiwar.transports.credentials import credential_in_header
from hiwar.transports.rest.bodies import InvalidBodyError, json_response, read_json
from hiwar.transports.rest.errors import error_response, validation_response
from hiwar.transports.rest.headers import limit_headers

_BODY_BYTES_MAX = 16 * 1024

_Name = Annotated[str, Meta(min_length=1, max_length=64)]


class CreateToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how many seconds a token opens streams, and of what. Without `services` or `voices`: all that the key may."""

    expires_in: Annotated[int, Meta(ge=1, le=3600)] = 300
    services: Annotated[tuple[Service, ...], Meta(min_length=1, max_length=2)] | None = None
    voices: Annotated[tuple[_Name, ...], Meta(min_length=1, max_length=32)] | None = None


class Token(msgspec.Struct, frozen=True):
    """A token, and what it may be used for; `voices` null is all. `expires_at` is in UTC (RFC 3339)."""

    token: str
    expires_at: datetime
    expires_in: int
    services: tuple[Service, ...]
    voices: tuple[str, ...] | None


def token_routes(service: SpeechService) -> list[BaseRoute]:
    """Making a token, for anyone with a key."""

    async def create(request: Request) -> Response:
        try:
            if service.stopping:
                raise refusals.going_away()
            principal = await service.tokens.key_holder(credential_in_header(request))
            asked = await read_json(request, CreateToken, _BODY_BYTES_MAX, absent=b"{}")
            scope = TokenScope(asked.services, asked.voices)
            made, allowance = await service.tokens.issue(principal, scope, asked.expires_in)
        except InvalidBodyError as error:
            return validation_response(error.field, error.message)
        except HiwarError as error:
            return error_response(error)
        allowed = scope.narrowed(principal)
        token = Token(made.text, made.expires_at, asked.expires_in, allowed.services, allowed.voices)
        return json_response(token, 201, {"Cache-Control": "no-store", **limit_headers(allowance)})

    return [Route("/v1/auth/tokens", create, methods=["POST"])]
