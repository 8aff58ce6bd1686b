"""The pages of both API documents, for people: the WebSocket protocol from AsyncAPI, plain requests from OpenAPI."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from hiwar.transports.specs.asyncapi import RECOGNITION_IN, SYNTHESIS_IN, asyncapi_document
from hiwar.transports.specs.openapi import openapi_document
from hiwar.transports.specs.websockets import SIGNING_IN

Json = Mapping[str, Any]

_METHODS = ("get", "post", "put", "delete")


def asyncapi_json() -> str:
    """The document as it is served, to be read."""
    return _shown(asyncapi_document()) + "\n"


def openapi_json() -> str:
    """The document as it is served, to be read."""
    return _shown(openapi_document()) + "\n"


def protocol_page() -> str:
    """Endpoints, parameters, messages, frames and close codes."""
    document: Json = json.loads(asyncapi_json())
    channels = document["channels"]
    both = [kind.__name__ for kind in SYNTHESIS_IN if kind in RECOGNITION_IN]
    speaking = [kind.__name__ for kind in SYNTHESIS_IN if kind not in RECOGNITION_IN]
    hearing = [kind.__name__ for kind in RECOGNITION_IN if kind not in SYNTHESIS_IN]
    return "\n".join(
        (
            "# WebSocket protocol\n",
            "Text frames are JSON objects; audio travels in binary frames. For programs this page is an AsyncAPI 3.0",
            "document, [asyncapi.json](asyncapi.json), which the server gives at `GET /asyncapi.json`.\n",
            *_table(("endpoint", "what it does"), _endpoints(channels)),
            "## Signing in\n",
            SIGNING_IN + "\n",
            *_table(("where", "what"), _schemes(document["components"]["securitySchemes"])),
            "## Query parameters\n",
            "Synthesis takes `api_key` and `token` alone; recognition takes all. A value outside its set refuses the",
            "handshake with HTTP 400.\n",
            *_table(
                ("parameter", "values", "default", "meaning"),
                _parameters(channels["recognition"]["bindings"]["ws"]["query"]["properties"]),
            ),
            *_messages(document, "From the client, on both endpoints", both),
            *_messages(document, "From the client, synthesis", speaking),
            *_messages(document, "From the client, recognition", hearing),
            *_messages(document, "From the server, synthesis", _sent(document, "synthesis")),
            *_messages(document, "From the server, recognition", _sent(document, "recognition")),
            *_frames(document["components"]["messages"]),
            "## Close codes\n",
            *_table(("code", "meaning", "errors that end a connection with it"), _closes(channels["synthesis"])),
        )
    )


def _endpoints(channels: Json) -> Iterable[tuple[str, ...]]:
    for channel in channels.values():
        yield f"`{channel['address']}`", f"{channel['title']}. {channel['description']}"


def _schemes(schemes: Json) -> Iterable[tuple[str, ...]]:
    for scheme in schemes.values():
        where = f"{scheme['in']} `{scheme['name']}`" if "in" in scheme else "header `Authorization: Bearer ...`"
        yield where, scheme["description"]
    yield 'first text frame `{"x-api-key": "..."}` or `{"token": "..."}`', "The same, from browsers."


def _parameters(parameters: Json) -> Iterable[tuple[str, ...]]:
    for name, schema in parameters.items():
        default = f"`{schema['default']}`" if "default" in schema else ""
        yield f"`{name}`", _type(schema, {}), default, schema["description"]


def _sent(document: Json, channel: str) -> list[str]:
    refs = [message["$ref"] for message in document["operations"][f"{channel}_send"]["messages"]]
    return [name for name in map(_last, refs) if name != "SpeechAudio"]


def _messages(document: Json, title: str, names: Iterable[str]) -> Iterable[str]:
    schemas = document["components"]["schemas"]
    yield f"## {title}\n"
    for name in names:
        message = document["components"]["messages"][name]
        tag = message["name"]
        yield f"### {name} (no `type`)\n" if tag == name else f'### `"type": "{tag}"`\n'
        yield schemas[name]["description"] + "\n"
        yield from _fields(schemas[name], schemas)
        yield "```json"
        yield from (json.dumps(example["payload"], ensure_ascii=False) for example in message["examples"])
        yield "```\n"


def _frames(messages: Json) -> Iterable[str]:
    yield "## Binary frames\n"
    for name, values in (("SpeechAudio", "x-formats"), ("RecordedAudio", "x-encodings")):
        message = messages[name]
        rates = ", ".join(map(str, message["x-sample-rates"]))
        yield f"{message['summary']} Rates in Hz: {rates}.\n"
        rows = ((f"`{one}`", meaning) for one, meaning in message[values].items())
        yield from _table((values.removeprefix("x-").removesuffix("s"), "what the bytes are"), rows)


def _closes(channel: Json) -> Iterable[tuple[str, ...]]:
    for row in channel["x-close-codes"]:
        yield str(row["code"]), row["meaning"], ", ".join(f"`{error}`" for error in row["errors"])


def rest_page() -> str:
    """Every plain endpoint, and the bodies."""
    document: Json = json.loads(openapi_json())
    schemas = document["components"]["schemas"]
    lines = [
        "# Plain requests\n",
        "What does not need a stream. For programs this page is an OpenAPI 3.1 document,",
        "[openapi.json](openapi.json), which the server gives at `GET /openapi.json`. Every response has",
        "`X-Request-ID` (the request's own, if it had a well-formed one), `X-Content-Type-Options: nosniff`,",
        "`X-Frame-Options: DENY`, `Content-Security-Policy` and `Referrer-Policy`, and may not be kept in caches.",
        "A compressed body (`Content-Encoding`) is refused with 415, and a web page of an origin that the server does",
        "not know with 403. An unknown path is answered 404, and a method that a path does not have 405.\n",
    ]
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                lines += _operation(path, method, operations[method], schemas)
    lines.append("## Bodies\n")
    requested = {"CreateSpeech", "BindVoice", "ExplainText"}
    for name, schema in schemas.items():
        if "properties" in schema and name not in requested:
            lines += [f"### {name}\n", schema["description"] + "\n", *_fields(schema, schemas)]
    return "\n".join(lines)


def _operation(path: str, method: str, operation: Json, schemas: Json) -> Iterable[str]:
    yield f"## `{method.upper()} {path}`\n"
    if operation["operationId"].endswith("_alias"):
        yield operation["summary"] + "\n"
        return
    who = {4: "Anyone with a key.", 2: "The operator alone, on the server's own machine.", 0: "Open to everyone."}
    yield f"{operation['summary']} {who[len(operation['security'])]}\n"
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = schemas[_last(content["schema"]["$ref"])] if "$ref" in content["schema"] else content["schema"]
        yield f"Body, `{media_type}`: {schema['description']}\n"
        yield from _fields(schema, schemas)
        if "examples" in content:
            yield "```json"
            yield from (json.dumps(example["value"], ensure_ascii=False) for example in content["examples"].values())
            yield "```\n"
    rows = [_response(status, response) for status, response in operation["responses"].items()]
    yield from _table(("status", "body", "meaning"), rows)


def _response(status: str, response: Json) -> tuple[str, ...]:
    bodies = []
    for media_type, content in response.get("content", {}).items():
        kinds = [
            _last(one["$ref"]) for one in (content["schema"], *content["schema"].get("anyOf", ())) if "$ref" in one
        ]
        linked = " or ".join(f"[{kind}](#{kind.lower()})" for kind in kinds)
        bodies.append(linked if media_type == "application/json" and linked else f"`{media_type}`")
    return status, ", ".join(bodies), response["description"]


def _fields(schema: Json, schemas: Json) -> Iterable[str]:
    rows = []
    for name, field in schema.get("properties", {}).items():
        if name == "type":
            continue
        required = name in schema.get("required", ())
        default = "required" if required else f"`{json.dumps(field['default'])}`" if "default" in field else ""
        rows.append((f"`{name}`", _type(field, schemas), default, field["description"]))
    return _table(("field", "type", "default", "meaning"), rows) if rows else ()


_NAMES = {"string": "string", "integer": "integer", "number": "number", "boolean": "true or false", "null": "null"}


def _type(schema: Json, schemas: Json) -> str:
    if schema.get("format") == "binary":
        return "file"
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "$ref" in schema:
        name = _last(schema["$ref"])
        if name == "ErrorCode":
            return "string, see [errors](errors.md)"
        below = schemas[name]
        return (
            _type(below, schemas)
            if "enum" in below
            else "object of " + ", ".join(f"`{it}`" for it in below["properties"])
        )
    if "anyOf" in schema:
        return " or ".join(_type(option, schemas) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'], schemas)}"
    return _NAMES[schema["type"]]


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    yield from ("| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in row) + " |" for row in rows)
    yield ""


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


def _shown(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)
