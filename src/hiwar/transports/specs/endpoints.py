"""The endpoints that give JSON or plain text: voices, texts, health, and the documents themselves."""

from datetime import UTC, datetime

from hiwar.errors import ErrorCode
from hiwar.serving.metrics import CONTENT_TYPE
from hiwar.text.explanation import SegmentReading, TokenReading
from hiwar.transports.rest.bindings import BindVoice
from hiwar.transports.rest.catalogue import VoiceList
from hiwar.transports.rest.health import Alive, Readiness
from hiwar.transports.rest.text import ExplainText, TextExplanation
from hiwar.transports.rest.tokens import CreateToken, Token
from hiwar.transports.specs.examples import ARABIC, ENGLISH
from hiwar.transports.specs.operations import JSON, Access, Content, Method, Operation
from hiwar.transports.specs.schemas import Json
from hiwar.vocabulary import Voice

_YARA = Voice(
    name="Yara",
    language="ar",
    languages=("ar", "en"),
    gender="female",
    engine="hibari",
    engine_voice="female",
    model="hibari-tts 0.2.1 (heart)",
    licence="Apache-2.0",
    quality="basic",
    description="The one voice of the model as it is.",
    streams="pieces",
    word_timestamps=True,
    native_rates=(24000,),
)

_JWT = "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"

_NAME: Json = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "A name from the catalogue.",
    "schema": {"type": "string", "pattern": "^[^/]+$"},
    "example": "Yara",
}

_BINDING_ERRORS = (
    ErrorCode.INVALID_REQUEST,
    ErrorCode.INVALID_VOICE,
    ErrorCode.SERVER_BUSY,
    ErrorCode.ENGINE_UNAVAILABLE,
)

_EXPLAINED = TextExplanation(
    (
        SegmentReading(
            0,
            16,
            "رصيدك 25.50 ريال",
            "ar",
            (
                TokenReading(0, 5, "رصيدك", "word", "ar", "رصيدك", marked="رَصِيدُكَ"),
                TokenReading(6, 16, "25.50 ريال", "money", "ar", "خمسة وعشرون ريالا وخمسون هللة"),
            ),
        ),
    )
)


def _binding(method: Method, name: str, summary: str, body: Content | None) -> Operation:
    return Operation(
        method,
        "/v1/voices/{name}/binding",
        name,
        "voices",
        summary,
        {200: Content({JSON: Voice}, {"arabic": _YARA}, "The voice as it is then, when it is loaded: after seconds.")},
        Access.OPERATOR,
        body,
        (_NAME,),
        _BINDING_ERRORS if body is None else (*_BINDING_ERRORS, ErrorCode.IDLE_TIMEOUT, ErrorCode.FILE_TOO_LARGE),
    )


def _document(path: str, name: str, summary: str) -> Operation:
    etag: Json = {"description": "Of this version of the document.", "schema": {"type": "string"}}
    answers = {
        200: Content({JSON: {"type": "object"}}, description="The document.", headers={"ETag": etag}),
        304: Content({}, description="Not changed since the `ETag` that `If-None-Match` names."),
    }
    return Operation("get", path, name, "documents", summary, answers, Access.OPEN)


_VOICES = Operation(
    "get",
    "/v1/voices",
    "list_voices",
    "voices",
    "What can speak, and how well.",
    {200: Content({JSON: VoiceList}, {"one": VoiceList((_YARA,))}, "The catalogue.")},
    errors=(ErrorCode.ENGINE_UNAVAILABLE,),
)

_EXPLAIN = Operation(
    "post",
    "/v1/text/explain",
    "explain_text",
    "text",
    "How a text would be read, before a word of it is spoken.",
    {200: Content({JSON: TextExplanation}, {"arabic": _EXPLAINED}, "The text, segment by segment.")},
    body=Content(
        {JSON: ExplainText},
        {"arabic": ExplainText(ARABIC), "english": ExplainText(ENGLISH, voice="Yara_en", language="en")},
    ),
    errors=(
        ErrorCode.INVALID_REQUEST,
        ErrorCode.INVALID_VOICE,
        ErrorCode.TEXT_TOO_LONG,
        ErrorCode.IDLE_TIMEOUT,
        ErrorCode.FILE_TOO_LARGE,
        ErrorCode.SERVER_BUSY,
        ErrorCode.ENGINE_UNAVAILABLE,
    ),
)

_TOKEN = Operation(
    "post",
    "/v1/auth/tokens",
    "create_token",
    "tokens",
    "Turn an API key into a short-lived token, which a browser may have.",
    {
        201: Content(
            {JSON: Token},
            {"speaking": Token(_JWT, datetime(2027, 1, 31, 12, 5, tzinfo=UTC), 300, ("tts",), ("Yara",))},
            "The token, which opens streams and requests until then, counted as the key's.",
            headers={"Cache-Control": {"schema": {"const": "no-store"}}},
        )
    },
    Access.KEY_ITSELF,
    Content({JSON: CreateToken}, {"speaking": CreateToken(services=("tts",), voices=("Yara",)), "all": CreateToken()}),
    body_required=False,
    errors=(
        ErrorCode.INVALID_REQUEST,
        ErrorCode.IDLE_TIMEOUT,
        ErrorCode.FILE_TOO_LARGE,
        ErrorCode.RATE_LIMIT_EXCEEDED,
        ErrorCode.SERVER_BUSY,
    ),
)

_ALIVE = Operation(
    "get",
    "/healthz",
    "alive",
    "health",
    "Whether the process answers.",
    {200: Content({JSON: Alive}, {"alive": Alive("alive")}, "It does.")},
    Access.OPEN,
)

_READY = Operation(
    "get",
    "/readyz",
    "ready",
    "health",
    "Whether streams and requests are taken.",
    {
        200: Content({JSON: Readiness}, {"ready": Readiness("ready")}, "They are."),
        503: Content({JSON: Readiness}, {"loading": Readiness("not_ready", "loading voices")}, "Not yet, or no more."),
    },
    Access.OPEN,
)

_METRICS = Operation(
    "get",
    "/metrics",
    "metrics",
    "health",
    "The server's own measurements, for Prometheus.",
    {200: Content({CONTENT_TYPE.partition(";")[0]: {"type": "string"}}, description="In Prometheus's text format.")},
)

ENDPOINTS: tuple[Operation, ...] = (
    _VOICES,
    _binding(
        "put",
        "bind_voice",
        "Put another voice behind a name, without a restart.",
        Content({JSON: BindVoice}, {"male": BindVoice("hibari/male")}),
    ),
    _binding("delete", "unbind_voice", "Put the voice of the settings behind a name again.", None),
    _EXPLAIN,
    _TOKEN,
    _ALIVE,
    _READY,
    _METRICS,
    _document("/openapi.json", "openapi", "This document."),
    _document("/asyncapi.json", "asyncapi", "The same for the WebSocket endpoints, as AsyncAPI."),
)
