"""`/openapi.json` and `/asyncapi.json`, open to everyone: there is no secret in them."""

import hashlib
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.transports.specs.asyncapi import asyncapi_document
from hiwar.transports.specs.openapi import openapi_document
from hiwar.transports.specs.schemas import Json


def spec_routes() -> list[BaseRoute]:
    """Both documents, built once, now."""
    return [
        Route("/openapi.json", _serving(openapi_document())),
        Route("/asyncapi.json", _serving(asyncapi_document())),
    ]


def _serving(document: Json) -> Callable[[Request], Awaitable[Response]]:
    body = msgspec.json.encode(document)
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}

    async def endpoint(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    return endpoint
