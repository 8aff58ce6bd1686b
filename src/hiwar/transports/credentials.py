"""Where a request carries its credential: header first, then query. A first WebSocket frame is the session's."""

from collections.abc import Mapping

_SCHEME = "bearer "


def credential_of(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    """The API key or token of a request, None when it has none. `headers` are looked up in lower case."""
    if key := headers.get("x-api-key"):
        return key
    authorization = headers.get("authorization", "")
    if authorization[: len(_SCHEME)].lower() == _SCHEME and (value := authorization[len(_SCHEME) :].strip()):
        return value
    return query.get("api_key") or query.get("token") or None
