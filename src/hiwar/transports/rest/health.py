"""Whether the process lives and whether it takes streams. Open to everyone: load balancers hold no keys."""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.serving.service import SpeechService


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
        return _response(Alive("alive"), 200)

    async def readyz(_request: Request) -> Response:
        if service.ready:
            return _response(Readiness("ready"), 200)
        detail = "stopping" if service.stopping else progress()
        return _response(Readiness("not_ready", detail), 503, {"Retry-After": "1"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _response(body: msgspec.Struct, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, "application/json")
