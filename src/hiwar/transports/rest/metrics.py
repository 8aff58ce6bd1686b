"""`GET /metrics`: the server's own measurements, for Prometheus."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hiwar.errors import HiwarError
from hiwar.serving.metrics import CONTENT_TYPE
from hiwar.serving.service import SpeechService
from hiwar.transports.credentials import must_sign_in
from hiwar.transports.rest.errors import error_response


def metrics_routes(service: SpeechService) -> list[BaseRoute]:
    """The metrics, for anyone with a key that may speak; Prometheus sends it as a bearer token."""

    async def metrics(request: Request) -> Response:
        try:
            await must_sign_in(request, service, "tts")
        except HiwarError as error:
            return error_response(error)
        metrics = service.observatory.metrics
        metrics.refresh()
        # Rendering walks every bucket: off the loop, on which audio waits.
        return Response(await asyncio.to_thread(metrics.render), media_type=CONTENT_TYPE)

    return [Route("/metrics", metrics)]
