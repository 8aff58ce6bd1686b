"""Turns API keys into tokens of the server's own; making one counts as a request of the key."""

from hiwar.errors import Allowance
from hiwar.serving.auth import Authenticator, for_client
from hiwar.serving.keys import Principal
from hiwar.serving.own_tokens import OwnToken
from hiwar.serving.quotas import Quotas
from hiwar.serving.token_scope import TokenScope


class TokenIssuer:
    """Makes tokens for whoever holds a key."""

    def __init__(self, authenticator: Authenticator, quotas: Quotas) -> None:
        self._authenticator = authenticator
        self._quotas = quotas

    async def key_holder(self, credential: str) -> Principal:
        """Who holds this API key. Raises HiwarError unauthorized, forbidden for a token, or internal."""
        return await for_client(self._authenticator.key_holder(credential))

    async def issue(
        self, principal: Principal, scope: TokenScope, expires_in_s: int
    ) -> tuple[OwnToken, Allowance | None]:
        """A token for the holder of a key, and what is left of their requests.

        Raises HiwarError forbidden for a scope beyond the key, and rate_limit_exceeded.
        """
        token = self._authenticator.new_token(principal, scope, expires_in_s)
        return token, await self._quotas.request(principal)
