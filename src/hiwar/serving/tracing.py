"""What an observation needs of a trace. Which library makes it, and where it goes, is left to the server."""

from collections.abc import Mapping
from typing import Protocol

Attributes = Mapping[str, str | int | float | bool]

HEADERS = ("traceparent", "tracestate")
"""What a client's trace comes in (W3C Trace Context), in lower case."""


class Span(Protocol):
    """A part of a trace. Times are in seconds of the server's clock."""

    def child(self, name: str, began_s: float, attributes: Attributes) -> "Span":
        """A part of this part, which may end later than it."""
        ...

    def event(self, name: str, at_s: float, attributes: Attributes) -> None:
        """Something happened in it."""
        ...

    def set(self, attributes: Attributes) -> None:
        """More is known of it."""
        ...

    def end(self, at_s: float, *, failed: bool = False) -> None:
        """It is over. Nothing follows."""
        ...


class Tracer(Protocol):
    """Begins traces, or continues those of clients."""

    def begin(self, name: str, began_s: float, headers: Mapping[str, str], attributes: Attributes) -> Span:
        """The first part of a stream; `headers`, by names in lower case, may say what it is a part of."""
        ...

    async def close(self) -> None:
        """Send what waits, for a moment. Nothing follows; may be called again."""
        ...
