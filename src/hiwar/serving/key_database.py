"""What a database must do to hold API keys. Which statements it is given is `key_store`'s."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

Rows = Sequence[Sequence[Any]]
Ask = Callable[..., Awaitable[Rows]]
"""As `KeyDatabase.ask`."""


class KeyDatabase(Protocol):
    """Two tables: `keys` (key_id, principal, created_at, expires_at, revoked_at) and `secrets` (key_id, digest,
    expires_at). Times in them are texts, in UTC and of one length, and compare as such.

    For one event loop, which a look-up holds up for microseconds at most. Every method raises HiwarError internal,
    with a sentence for the operator, while the database cannot be used, and works again as soon as it can.
    """

    async def ask(self, statement: str, /, *values: str | bytes | None) -> Rows:
        """The rows, if any, of one statement; the values stand in it as $1, $2 and so on."""
        ...

    def change(self) -> AbstractAsyncContextManager[Ask]:
        """For statements that take effect together or not at all, with nobody else changing anything meanwhile."""
        ...

    async def close(self) -> None:
        """Release it. No call follows."""
        ...
