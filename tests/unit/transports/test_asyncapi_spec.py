"""The AsyncAPI document is valid, complete, and says of each parameter what the server takes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import msgspec
import pytest

from hiwar.errors import STATUS, HiwarError
from hiwar.protocol import json_codec, messages
from hiwar.protocol.fields import recognition_config
from hiwar.protocol.sign_in import first_frame
from hiwar.transports.specs.asyncapi import RECOGNITION_IN, SYNTHESIS_IN, asyncapi_document
from hiwar.transports.specs.examples import KEY, MESSAGES
from hiwar.vocabulary import RecognitionConfig

DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(asyncapi_document()))
OFFICIAL = Path(__file__).parents[2] / "support" / "asyncapi-3.0.0.schema.json"
ALL_MESSAGES: tuple[type[msgspec.Struct], ...] = get_args(messages.Message)
QUERY: Mapping[str, Mapping[str, Any]] = DOCUMENT["channels"]["recognition"]["bindings"]["ws"]["query"]["properties"]
SIGN_IN = {"api_key", "token"}


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(target := value.get("$ref"), str):
            yield target
        for below in value.values():
            yield from references(below)
    elif isinstance(value, list):
        for below in value:
            yield from references(below)


def test_the_document_is_valid_by_the_official_schema() -> None:
    official = jsonschema_rs.validator_for(json.loads(OFFICIAL.read_text(encoding="utf-8")))
    assert [error.message for error in official.iter_errors(DOCUMENT)] == []


def test_every_reference_leads_somewhere() -> None:
    for target in set(references(DOCUMENT)):
        found: Any = DOCUMENT
        for step in target.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def test_every_message_is_described_and_each_channel_takes_its_own() -> None:
    assert {*SYNTHESIS_IN, *RECOGNITION_IN} == set(get_args(messages.ClientMessage))
    described = DOCUMENT["components"]["messages"].keys() - {"SpeechAudio", "RecordedAudio"}
    assert described == {kind.__name__ for kind in ALL_MESSAGES}
    for operation in DOCUMENT["operations"].values():
        assert all(
            target.startswith(operation["channel"]["$ref"] + "/messages/")
            for target in references(operation["messages"])
        )


def test_an_operation_of_each_direction_shows_every_message_of_its_channel() -> None:
    for name, channel in DOCUMENT["channels"].items():
        shown = [
            target.rpartition("/")[2]
            for way in ("receive", "send")
            for target in references(DOCUMENT["operations"][f"{name}_{way}"]["messages"])
        ]
        assert sorted(shown) == sorted(channel["messages"])


@pytest.mark.parametrize("kind", ALL_MESSAGES, ids=lambda kind: kind.__name__)
def test_examples_are_what_the_schema_says(kind: type[msgspec.Struct]) -> None:
    message = DOCUMENT["components"]["messages"][kind.__name__]
    schema = {**message["payload"], "components": DOCUMENT["components"]}
    assert message["examples"]
    for example in message["examples"]:
        jsonschema_rs.validate(schema, example["payload"])


def test_examples_speak_both_languages() -> None:
    for kind in (messages.Synthesize, messages.Text, messages.Partial, messages.Final, messages.WordTimestamps):
        shown = json.dumps([msgspec.to_builtins(example) for example in MESSAGES[kind]], ensure_ascii=False)
        assert any("\u0621" <= letter <= "\u064a" for letter in shown)
        assert any(word in shown for word in ("balance", "can", "good"))


def test_the_example_of_signing_in_is_read_as_such() -> None:
    assert first_frame(json_codec.encode(MESSAGES[messages.SignIn][0])) == (KEY, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(QUERY.keys() - SIGN_IN))
def test_a_query_parameter_takes_what_is_said_and_nothing_else(name: str) -> None:
    said = QUERY[name]
    for value in said.get("enum", []):
        recognition_config({name: value}, new_request_id=lambda: "r")
    with pytest.raises(HiwarError):
        recognition_config({name: "none of them"}, new_request_id=lambda: "r")
    if "default" in said:
        given = recognition_config({name: said["default"]}, new_request_id=lambda: "r")
        assert given == recognition_config({}, new_request_id=lambda: "r")


def test_every_choice_of_a_recognition_stream_is_a_query_parameter() -> None:
    choices = {field.name for field in fields(RecognitionConfig)} - {"voice_activity"} | {"vad"}
    assert QUERY.keys() == choices | SIGN_IN


def test_every_close_code_of_the_error_table_is_listed() -> None:
    rows = {row["code"]: row["errors"] for row in DOCUMENT["channels"]["synthesis"]["x-close-codes"]}
    assert list(rows) == sorted(rows)
    for code, status in STATUS.items():
        assert str(code) in rows[status.websocket_close]
