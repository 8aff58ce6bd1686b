"""The steps that golden conversations are made of, and the patterns that messages are held against.

Data only: which transport carries a conversation, and how it is replayed, is left to `replay`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from golden.faces import Face

KEY = "$KEY"
"""In a header, query or frame: the server's own key. `faces.servers` names the others."""

BROKEN_KEYS = "broken keys"
"""A flag of a conversation that is no setting: the server's store of keys is spoilt once it runs."""


@dataclass(frozen=True, slots=True)
class Like:
    """Matches a string that the regular expression matches in full."""

    expression: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.expression, other, re.DOTALL) is not None

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Between:
    """Matches a number from `low` to `high`."""

    low: float
    high: float = float("inf")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | float) and not isinstance(other, bool) and self.low <= other <= self.high

    __hash__ = None  # type: ignore[assignment]


GENERATED_ID = Like("[a-z0-9]{8}")
"""A request id that the server made up."""


@dataclass(frozen=True, slots=True)
class Open:
    """Connect and be accepted."""

    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: {"X-API-Key": KEY})
    answer: Mapping[str, Any] = field(default_factory=dict)
    """Headers of the answer, in lower case."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Connect and be refused before the stream begins."""

    path: str
    status: int
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: {"X-API-Key": KEY})
    answer: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Say:
    """Send a text message: an object as JSON, a string as it stands."""

    message: Mapping[str, Any] | str


@dataclass(frozen=True, slots=True)
class Sound:
    """Send binary frames: `text` in tones and a silence behind it, or `raw` as it stands."""

    text: str = ""
    raw: bytes | None = None
    sample_rate: int = 16000
    encoding: str = "linear16"
    frame_bytes: int = 2048
    silence_ms: int = 0


@dataclass(frozen=True, slots=True)
class Expect:
    """The next text message has these fields, with values that are equal or match; it may have more."""

    fields: Mapping[str, Any]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Until:
    """Skip text messages of the types in `skipping` until one has these fields."""

    fields: Mapping[str, Any]
    skipping: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hear:
    """Binary frames up to the next text message carry this text in tones, as the last `synthesis_started` said."""

    text: str


@dataclass(frozen=True, slots=True)
class HearSome:
    """At least one binary frame; what follows it up to the next text message is dropped too when `all` is set."""

    all: bool = False


@dataclass(frozen=True, slots=True)
class DropSound:
    """Binary frames up to the next text message are dropped; there may be none."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The server closes with this code and reason; nothing came before."""

    code: int
    reason: Any = Like(".*")


@dataclass(frozen=True, slots=True)
class Close:
    """Close from this side."""


Step = Open | Refused | Say | Sound | Expect | Until | Hear | HearSome | DropSound | Closed | Close


@dataclass(frozen=True, slots=True)
class Conversation:
    """A name, the steps, and what the server must be set to when its defaults do not do.

    `faces` are those that it is replayed over, `because` why not over the others; None are all that have a form for
    every step.
    """

    name: str
    steps: tuple[Step, ...]
    flags: Mapping[str, object] = field(default_factory=dict)
    faces: Collection[Face] | None = None
    because: str = ""


def started(**fields: Any) -> Expect:
    """A `synthesis_started` with these fields."""
    return Expect({"type": "synthesis_started", "request_id": Like(".+"), "channels": 1, **fields})


def complete(status: str = "ok", **fields: Any) -> Expect:
    """A `synthesis_complete` with this status."""
    return Expect({"type": "synthesis_complete", "request_id": Like(".+"), "status": status, **fields})


def error(code: str, **fields: Any) -> Expect:
    """An `error` with this code and a sentence."""
    return Expect({"type": "error", "code": code, "message": Like(".+"), **fields})
