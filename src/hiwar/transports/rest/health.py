"""Whether the process lives and whether it takes streams. Open to everyone: load balancers hold no keys."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hiwar.serving.service import SpeechService


def health_routes(service: SpeechService, progress: Callable[[], str]) -> list[BaseRoute]:
    """`/healthz` and `/readyz`; `progress` says in a few words what is being loaded."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        if service.ready:
            return JSONResponse({"status": "ready"})
        detail = "stopping" if service.stopping else progress()
        return JSONResponse({"status": "not_ready", "detail": detail}, status_code=503, headers={"Retry-After": "1"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
