"""JSON Schemas of the structs that go over the wire, with what `fields` says of them. One reference form for both."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hiwar.transports.specs.fields import FIELDS

Json = dict[str, Any]
"""A JSON object on its way into a document."""

_PLACE = "#/components/schemas/"


def component_schemas(kinds: Iterable[type]) -> dict[str, Json]:
    """The schemas of structs and of what they are made of, by name in alphabetical order.

    Raises KeyError for a field that `fields` does not explain.
    """
    _, found = msgspec.json.schema_components(kinds, ref_template=_PLACE + "{name}")
    return {name: _explained(name, found[name]) for name in sorted(found)}


def reference(kind: type) -> Json:
    """What stands for a struct's schema elsewhere in its document."""
    return {"$ref": _PLACE + kind.__name__}


def _explained(name: str, schema: Json) -> Json:
    explained = {**schema, "description": inspect.cleandoc(schema.get("description", ""))}
    if "properties" in schema:
        explained["properties"] = {
            field: {**keywords, **_of_field(name, field)} for field, keywords in schema["properties"].items()
        }
    return explained


def _of_field(name: str, field: str) -> Mapping[str, object]:
    return FIELDS[qualified] if (qualified := f"{name}.{field}") in FIELDS else FIELDS[field]
