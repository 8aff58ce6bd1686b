"""The OpenAPI 3.1 document of the plain HTTP endpoints, made of `endpoints` and of the one error table."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from hiwar import __version__
from hiwar.errors import STATUS, ErrorCode
from hiwar.transports.rest.errors import HttpError, Refusal, ValidationFailure
from hiwar.transports.rest.transcripts import Transcription, VerboseTranscription
from hiwar.transports.specs.audio_endpoints import AUDIO_ENDPOINTS
from hiwar.transports.specs.endpoints import ENDPOINTS
from hiwar.transports.specs.fields import REQUEST_ID_PATTERN
from hiwar.transports.specs.operations import JSON, Access, Content, Operation
from hiwar.transports.specs.schemas import Json, component_schemas, reference
from hiwar.transports.specs.websockets import SECURITY_SCHEMES

_DESCRIPTION = (
    "Text to speech and speech recognition, Arabic and English: what does not need a stream. The streaming endpoints "
    "are WebSockets and described by `/asyncapi.json`. An unknown path is answered 404 and a method that a path does "
    "not have 405, both with the body `HttpError`."
)

_SECURITY_SCHEMES: Json = {
    name: {**scheme, "type": {"httpApiKey": "apiKey"}.get(scheme["type"], scheme["type"])}
    for name, scheme in SECURITY_SCHEMES.items()
}
"""The same in OpenAPI's words."""

_SECURITY: Mapping[Access, list[Json]] = {
    Access.OPEN: [],
    Access.KEY: [{name: []} for name in _SECURITY_SCHEMES],
    Access.KEY_ITSELF: [{"ApiKeyHeader": []}, {"Bearer": []}],
    Access.OPERATOR: [{"ApiKeyHeader": []}, {"Bearer": []}],
}

_HEADERS: Json = {
    "X-Request-ID": {
        "description": "The request's id.",
        "schema": {"type": "string", "pattern": REQUEST_ID_PATTERN},
    },
    "X-Content-Type-Options": {"schema": {"const": "nosniff"}},
    "X-Frame-Options": {"schema": {"const": "DENY"}},
    "Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer", "minimum": 0}},
    "X-RateLimit-Limit": {
        "description": "Requests that the key may make a minute; absent for a key without a limit.",
        "schema": {"type": "integer", "minimum": 0},
        "required": False,
    },
    "X-RateLimit-Remaining": {
        "description": "How many of them are left.",
        "schema": {"type": "integer", "minimum": 0},
        "required": False,
    },
    "X-RateLimit-Reset": {
        "description": "In how many seconds the next of them comes back.",
        "schema": {"type": "integer", "minimum": 0},
        "required": False,
    },
    "WWW-Authenticate": {"description": "How to sign in.", "schema": {"const": "Bearer"}},
}
_COUNTED = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_ALWAYS = ("X-Request-ID", "X-Content-Type-Options", "X-Frame-Options")

_REQUEST_ID: Json = {
    "name": "X-Request-ID",
    "in": "header",
    "description": "The client's own name for the request: 1 to 64 letters, digits, '-' or '_'. "
    "Another is refused where there is something to speak or to hear, and ignored elsewhere.",
    "schema": {"type": "string"},
    "example": "call-17",
}

_TAGS: Mapping[str, str] = {
    "speech": "Text in, audio out.",
    "transcription": "Audio in, text out.",
    "voices": "What can speak.",
    "text": "How texts are read.",
    "tokens": "Signing in where a key would be seen.",
    "health": "For whoever runs the server.",
    "documents": "What the server says of itself.",
}

_ALSO = (Transcription, VerboseTranscription)
"""What schemas of a media type with a choice refer to."""

OPERATIONS: tuple[Operation, ...] = (*AUDIO_ENDPOINTS, *ENDPOINTS)

_RETRYABLE = {row.http for row in STATUS.values() if row.retryable}

_FROM_PAGES = (ErrorCode.FORBIDDEN,)
"""What a web page of an unknown origin gets, where everybody else may ask."""
_SIGNING_IN = (ErrorCode.UNAUTHORIZED, ErrorCode.FORBIDDEN, ErrorCode.INTERNAL)


def openapi_document() -> Json:
    """The whole document, ready to be written as JSON."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hiwar over HTTP",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server that gave this document."}],
        "tags": [{"name": name, "description": description} for name, description in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": component_schemas(_kinds()),
            "parameters": {"RequestId": _REQUEST_ID},
            "headers": {name: {"required": True, **header} for name, header in _HEADERS.items()},
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }


def _kinds() -> list[type]:
    kinds: dict[type, None] = dict.fromkeys((HttpError, Refusal, ValidationFailure, *_ALSO))
    for operation in OPERATIONS:
        for content in filter(None, (operation.body, *operation.answers.values())):
            kinds.update((kind, None) for kind in (*content.kinds.values(), *content.events) if isinstance(kind, type))
    return list(kinds)


def _operation(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "security": _SECURITY[operation.access],
    }
    described["parameters"] = [*operation.parameters, {"$ref": "#/components/parameters/RequestId"}]
    if operation.body:
        described["requestBody"] = {"required": operation.body_required, "content": _content(operation.body)}
    described["responses"] = _responses(operation)
    return described


def _responses(operation: Operation) -> Json:
    counted = _COUNTED if ErrorCode.RATE_LIMIT_EXCEEDED in operation.errors else ()
    responses = {status: _answer(status, content, counted) for status, content in operation.answers.items()}
    codes = dict.fromkeys((*(_FROM_PAGES if operation.access is Access.OPEN else _SIGNING_IN), *operation.errors))
    if operation.body is not None:
        codes[ErrorCode.UNSUPPORTED_FORMAT] = None
    by_status: dict[int, list[ErrorCode]] = {}
    for code in codes:
        by_status.setdefault(STATUS[code].http, []).append(code)
    responses.update({status: _refusal(status, found) for status, found in by_status.items()})
    if operation.body is not None:
        wrong = Content({JSON: ValidationFailure}, description="A field of the body is wrong.")
        responses[422] = _answer(422, wrong)
    return {str(status): responses[status] for status in sorted(responses)}


def _refusal(status: int, codes: Iterable[ErrorCode]) -> Json:
    kind = Refusal if status in {401, 429} else HttpError
    return _answer(status, Content({JSON: kind}, description=", ".join(f"`{code}`" for code in codes) + "."))


def _answer(status: int, content: Content, more: Sequence[str] = ()) -> Json:
    names = [*_ALWAYS, *(_COUNTED if status == 429 else more)]
    if status in _RETRYABLE:
        names.append("Retry-After")
    if status == 401:
        names.append("WWW-Authenticate")
    answer: Json = {
        "description": content.description,
        "headers": {**{name: {"$ref": f"#/components/headers/{name}"} for name in names}, **content.headers},
    }
    if content.kinds:
        answer["content"] = _content(content)
    return answer


def _content(content: Content) -> Json:
    described: Json = {}
    for media_type, kind in content.kinds.items():
        described[media_type] = {"schema": reference(kind) if isinstance(kind, type) else kind}
        if content.examples and media_type == JSON:
            examples = {name: {"value": _short(value)} for name, value in content.examples.items()}
            described[media_type]["examples"] = examples
    if content.events:
        described["text/event-stream"] = {"schema": _event(content.events)}
    return described


def _short(value: object) -> Json:
    """An example without fields at their defaults, as a client would write it."""
    fields = msgspec.structs.fields(value) if isinstance(value, msgspec.Struct) else ()
    defaults = {field.encode_name: field.default for field in fields}
    shown: Json = msgspec.to_builtins(value)
    return {name: it for name, it in shown.items() if name not in defaults or it != defaults[name]}


def _event(kinds: Iterable[type]) -> Json:
    """One server-sent event, in the form that OpenAPI 3.2 gives to the items of a stream."""
    data = {
        "type": "string",
        "contentMediaType": JSON,
        "contentSchema": {"oneOf": [reference(kind) for kind in kinds]},
    }
    return {
        "type": "object",
        "description": "One event of the stream.",
        "properties": {"data": data},
        "required": ["data"],
    }
