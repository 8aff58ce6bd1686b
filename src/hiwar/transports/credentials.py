"""Who makes a request, by its credential: header first, then query. A first WebSocket frame is the session's."""

from collections.abc import Mapping

from starlette.requests import HTTPConnection

from hiwar.protocol.refusals import unauthorized
from hiwar.serving.keys import Principal, Service
from hiwar.serving.service import SpeechService

_SCHEME = "bearer "


def credential_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The API key or token of a request, None when it has none. `headers` are looked up in lower case."""
    if key := headers.get("x-api-key"):
        return key
    authorization = headers.get("authorization", "")
    if authorization[: len(_SCHEME)].lower() == _SCHEME and (value := authorization[len(_SCHEME) :].strip()):
        return value
    return query.get("api_key") or query.get("token") or None


def signed_in(connection: HTTPConnection, service: SpeechService, wanted: Service) -> Principal | None:
    """Who the request says is there; None when it says nothing. Raises HiwarError unauthorized or forbidden."""
    credential = credential_of(connection.headers, connection.query_params)
    return None if credential is None else service.sign_in(credential, wanted)


def must_sign_in(connection: HTTPConnection, service: SpeechService, wanted: Service) -> Principal:
    """The same where a request without a credential is refused."""
    principal = signed_in(connection, service, wanted)
    if principal is None:
        raise unauthorized()
    return principal
