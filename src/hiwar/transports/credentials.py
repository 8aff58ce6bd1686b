"""Who makes a request, by its credential: header first, then query. A first WebSocket frame is the session's."""

import ipaddress
from collections.abc import Mapping

from starlette.requests import HTTPConnection

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.refusals import unauthorized
from hiwar.serving.keys import Principal, Service
from hiwar.serving.observation import StreamObservation
from hiwar.serving.service import SpeechService

_SCHEME = "bearer "
_HANDED_ON = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})
"""Headers of which a proxy sets one."""


def credential_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The API key or token of a request, None when it has none. `headers` are looked up in lower case."""
    if key := headers.get("x-api-key"):
        return key
    authorization = headers.get("authorization", "")
    if authorization[: len(_SCHEME)].lower() == _SCHEME and (value := authorization[len(_SCHEME) :].strip()):
        return value
    return query.get("api_key") or query.get("token") or None


async def signed_in(
    connection: HTTPConnection, service: SpeechService, wanted: Service, seen: StreamObservation | None = None
) -> Principal | None:
    """Who the request says is there; None when it says nothing. Raises HiwarError unauthorized or forbidden."""
    credential = credential_of(connection.headers, connection.query_params)
    return None if credential is None else await service.sign_in(credential, wanted, seen)


async def must_sign_in(
    connection: HTTPConnection, service: SpeechService, wanted: Service, seen: StreamObservation | None = None
) -> Principal:
    """The same where a request without a credential is refused."""
    principal = await signed_in(connection, service, wanted, seen)
    if principal is None:
        raise HiwarError(ErrorCode.UNAUTHORIZED, "Sign in: send the key in an X-API-Key header, or as a bearer token.")
    return principal


def credential_in_header(connection: HTTPConnection) -> str:
    """The credential where nothing logs it; one in the query is none. Raises HiwarError unauthorized without."""
    credential = credential_of(connection.headers, {})
    if credential is None:
        message = "Sign in: send the key in an X-API-Key header, or as a bearer token; here not in the address."
        raise HiwarError(ErrorCode.UNAUTHORIZED, message)
    return credential


def must_be_operator(connection: HTTPConnection, service: SpeechService) -> None:
    """Refuse everyone but the operator: on the server's own machine, the key in a header, where nothing logs it.

    What a proxy hands on, be it one of this machine, comes from elsewhere. Raises HiwarError unauthorized or forbidden.
    """
    credential = credential_of(connection.headers, {})
    if credential is None:
        raise unauthorized()
    if not _is_near(connection):
        message = "This can be done on the server's own machine only; run the command there."
        raise HiwarError(ErrorCode.FORBIDDEN, message)
    service.require_operator(credential)


def _is_near(connection: HTTPConnection) -> bool:
    if connection.client is None or not _HANDED_ON.isdisjoint(connection.headers):
        return False
    try:
        peer = ipaddress.ip_address(connection.client.host)
    except ValueError:
        return False
    # A socket for both families shows peers of the older one as ::ffff:127.0.0.1.
    return (getattr(peer, "ipv4_mapped", None) or peer).is_loopback
