"""Whether the process lives and whether it takes streams. Open to everyone: load balancers hold no keys."""

from collections.abc import Callable
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.serving.service import SpeechService
from hiwar.transports.rest.bodies import json_response


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["alive"]


class Readiness(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether streams are taken. `detail` says in a few words what is being done before they are, or that it ends."""

    status: Literal["ready", "not_ready"]
    detail: str | msgspec.UnsetType = msgspec.UNSET


def health_routes(service: SpeechService, progress: Callable[[], str]) -> list[BaseRoute]:
    """`/healthz` and `/readyz`; `progress` says in a few words what is being loaded."""

    async def healthz(_request: Request) -> Response:
        return json_response(Alive("alive"))

    async def readyz(_request: Request) -> Response:
        if service.ready:
            return json_response(Readiness("ready"))
        detail = "stopping" if service.stopping else progress()
        return json_response(Readiness("not_ready", detail), 503, {"Retry-After": "1"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
