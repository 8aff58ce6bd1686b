"""What every call of ours shares: its id in the metadata, who makes it, its place among the streams, and its status."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

import grpc
import grpc.aio

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.fields import request_id_of
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.keys import Principal, Service
from hiwar.serving.listening import for_client
from hiwar.serving.observation import StreamObservation
from hiwar.serving.request_ids import new_request_id
from hiwar.serving.service import SpeechService
from hiwar.serving.slots import Slot
from hiwar.transports.credentials import credential_of

log = logging.getLogger("hiwar.grpc")

Context = grpc.aio.ServicerContext[Any, Any]

_REQUEST_ID = "x-request-id"
_ERROR_CODE = "x-error-code"
_RETRY_AFTER = "retry-after"
_RETRY_AFTER_MS = "retry-after-ms"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was taken. Nothing may be written before `greeted`: the initial metadata is on its way until then."""

    context: Context
    slot: Slot
    request_id: str
    greeted: "asyncio.Task[None]"


async def carry(
    context: Context, service: SpeechService, wanted: Service, serve: Callable[[Call], Awaitable[Answer]]
) -> Answer:
    """Serve a call of a client that signed in; whatever goes wrong ends it with a status.

    A call that is refused here ends without its first message: its client may wait for the server first.
    """
    headers = _headers(context)
    given = headers.get(_REQUEST_ID)
    request_id = request_id_of(given) or new_request_id()
    greeted = asyncio.create_task(_greet(context, request_id))
    try:
        with service.observatory.stream(wanted, "grpc", request_id, headers) as seen:
            principal = await _signed_in(headers, service, wanted, seen)
            if given not in (None, request_id):
                message = "x-request-id must be 1 to 64 letters, digits, '-' or '_'."
                raise HiwarError(ErrorCode.INVALID_REQUEST, message)
            async with service.slot(principal, seen) as slot:
                answer = await serve(Call(context, slot, request_id, greeted))
        await greeted
    except PeerGoneError:
        await context.abort(grpc.StatusCode.CANCELLED)
    except Exception as raised:  # noqa: BLE001 - the one place of this transport; the log gets it
        # What has a sentence was logged where it came from.
        error = raised if isinstance(raised, HiwarError) else for_client(raised, log, request_id)
        await greeted
        code = grpc.StatusCode[error.status.grpc]
        await context.abort(code, error.message, trailing_metadata=_trailing(error, request_id))
    finally:
        greeted.cancel()
    context.set_trailing_metadata(((_REQUEST_ID, request_id),))
    return answer


async def _greet(context: Context, request_id: str) -> None:
    with contextlib.suppress(grpc.aio.BaseError):  # the client is gone, and what is done for it finds that out
        await context.send_initial_metadata(((_REQUEST_ID, request_id),))


def _headers(context: Context) -> dict[str, str]:
    """The metadata that is text; of a name that comes more than once, the first."""
    headers: dict[str, str] = {}
    for name, value in context.invocation_metadata() or ():
        if isinstance(value, str):
            headers.setdefault(name, value)
    return headers


async def _signed_in(
    headers: dict[str, str], service: SpeechService, wanted: Service, seen: StreamObservation
) -> Principal:
    credential = credential_of(headers, {})
    if credential is None:
        message = 'Sign in first: metadata "x-api-key: KEY", or "authorization: Bearer KEY".'
        raise HiwarError(ErrorCode.UNAUTHORIZED, message)
    return await service.sign_in(credential, wanted, seen)


def _trailing(error: HiwarError, request_id: str) -> tuple[tuple[str, str], ...]:
    told = ((_REQUEST_ID, request_id), (_ERROR_CODE, str(error.code)))
    if error.wait_ms is None:
        return told
    return *told, (_RETRY_AFTER, str(ceil(error.wait_ms / 1000))), (_RETRY_AFTER_MS, str(error.wait_ms))
