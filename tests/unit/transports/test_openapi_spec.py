"""The OpenAPI document is valid, knows every route and no other, and its bodies are those that the server writes."""

from collections.abc import Iterator
from typing import Any, cast

import jsonschema_rs
import msgspec
import pytest
import schemathesis
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from hiwar.errors import ErrorCode, HiwarError
from hiwar.server.app import make_app
from hiwar.transports.rest.errors import error_response, validation_response
from hiwar.transports.rest.origins import OriginPolicy
from hiwar.transports.specs.asyncapi import asyncapi_document
from hiwar.transports.specs.fields import FIELDS
from hiwar.transports.specs.openapi import OPERATIONS, openapi_document

DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(openapi_document()))
SOCKETS: dict[str, Any] = asyncapi_document()


def routes() -> list[BaseRoute]:
    unused = cast("Any", None)
    return cast("Any", make_app(unused, unused, unused, str, OriginPolicy()))._app._app.routes  # type: ignore[no-any-return]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_document_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict({**DOCUMENT, "paths": {"/healthz": {"get": {"responses": 1}}}}).validate()


def test_it_names_every_route_and_no_other() -> None:
    served = {
        (route.path, method.lower())
        for route in routes()
        if isinstance(route, Route) and route.include_in_schema
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {(path, method) for path, method, _ in operations()} == served


def test_every_websocket_is_a_channel_of_the_other_document() -> None:
    served = {route.path for route in routes() if isinstance(route, WebSocketRoute)} - {"/{path:path}"}
    assert {channel["address"] for channel in SOCKETS["channels"].values()} == served


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names) == len(OPERATIONS)


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from body.get("content", {}).values()


@pytest.mark.parametrize(("path", "method", "operation"), list(operations()))
def test_examples_are_what_their_schema_says(path: str, method: str, operation: dict[str, Any]) -> None:
    for content in contents(operation):
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        for example in content.get("examples", {}).values():
            jsonschema_rs.validate(schema, example["value"])


@pytest.mark.parametrize(("path", "method", "operation"), list(operations()))
def test_every_response_has_the_headers_of_all(path: str, method: str, operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        assert {"X-Request-ID", "X-Content-Type-Options", "X-Frame-Options"} <= response["headers"].keys(), status


def described(status: int, response: Response) -> None:
    """Check a response of the server against what any operation says of its status."""
    for _, _, operation in operations():
        said = operation["responses"].get(str(status))
        if said is None or "Readiness" in str(said):
            continue
        schema = {**said["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
        jsonschema_rs.validate(schema, msgspec.json.decode(response.body))
        own = {"content-length", "content-type", "connection"}
        assert {name.lower() for name in said["headers"]} >= {name.lower() for name in response.headers} - own


@pytest.mark.parametrize("code", ErrorCode)
def test_errors_are_answered_as_the_document_says(code: ErrorCode) -> None:
    error = HiwarError(code, "Change it.")
    described(error.status.http, error_response(error))


def test_a_wrong_field_is_answered_as_the_document_says() -> None:
    described(422, validation_response("text", "Expected `str`, got `int`"))


def test_every_field_is_explained_and_no_explanation_is_left_over() -> None:
    used = set()
    for document in (DOCUMENT, SOCKETS):
        for name, schema in document["components"]["schemas"].items():
            for field, keywords in schema.get("properties", {}).items():
                assert keywords["description"], f"{name}.{field}"
                used.add(f"{name}.{field}" if f"{name}.{field}" in FIELDS else field)
    form = DOCUMENT["paths"]["/v1/asr/audio/transcriptions"]["post"]["requestBody"]["content"]["multipart/form-data"]
    for field in form["schema"]["properties"].keys() - {"file"}:
        used.add(f"CreateTranscription.{field}" if f"CreateTranscription.{field}" in FIELDS else field)
    assert used == FIELDS.keys()
