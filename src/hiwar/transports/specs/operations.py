"""What a plain HTTP endpoint is, as data: what it takes and answers. The endpoints themselves are `endpoints`'."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Literal

from hiwar.errors import ErrorCode
from hiwar.transports.specs.schemas import Json

JSON = "application/json"

Method = Literal["get", "post", "put", "delete"]


class Access(Enum):
    """Who may ask."""

    OPEN = auto()
    KEY = auto()
    """Anyone with a key: in a header, or in the query."""
    KEY_ITSELF = auto()
    """Anyone with a key, no token, in a header."""
    OPERATOR = auto()
    """The operator, on the server's own machine, with the key in a header."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a body is, by media type: a struct or a schema. `events`: what server-sent events hold. Examples by name."""

    kinds: Mapping[str, type | Json]
    examples: Mapping[str, object] = field(default_factory=dict)
    description: str = ""
    events: tuple[type, ...] = ()
    headers: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """An endpoint. `errors` are those beside signing in and `internal`, which all that need a key may give."""

    method: Method
    path: str
    name: str
    tag: Literal["health", "speech", "transcription", "voices", "text", "tokens", "documents"]
    summary: str
    answers: Mapping[int, Content]
    access: Access = Access.KEY
    body: Content | None = None
    parameters: tuple[Json, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    body_required: bool = True
