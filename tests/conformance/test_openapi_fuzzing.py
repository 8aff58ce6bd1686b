"""Requests that the OpenAPI document allows, and near misses: the server answers each of them as the document says."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import positive_data_acceptance
from schemathesis.specs.openapi.checks import ignored_auth

from hiwar.serving.auth import read_operator_key
from hiwar.transports.specs.openapi import openapi_document
from support.serving import LiveServer, live_server

SCHEMA = schemathesis.openapi.from_dict(msgspec.json.decode(msgspec.json.encode(openapi_document())))
ONCE = SCHEMA.exclude(path_regex="^/v1/audio/")
"""The aliases lead to the same handlers."""
EXAMPLES_MAX = 5
WITHOUT_KEY_MAX = 5
"""So many requests of each operation are sent again without their key, and with a wrong one."""
SHORT = {"limits.text_chars_max": 100, "limits.speech_chars_max": 100}
"""So that texts of the greatest length do not speak for an hour."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), SHORT) as started:
        yield started


@pytest.fixture(scope="module")
def sent() -> Counter[str]:
    """How many requests there were of each operation."""
    return Counter()


@ONCE.parametrize()
@settings(
    max_examples=EXAMPLES_MAX,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_answers_as_the_document_says(
    server: LiveServer, sent: Counter[str], case: schemathesis.Case[Any]
) -> None:
    sent[case.operation.label] += 1
    without_key = sent[case.operation.label] <= WITHOUT_KEY_MAX
    key = read_operator_key(server.settings.data_dir) if "binding" in case.path else server.key
    # Which voices there are, and whether there is something to speak in a text, no schema can say.
    case.call_and_validate(
        base_url=server.running.url("http"),
        headers={"X-API-Key": key or ""},
        excluded_checks=[positive_data_acceptance, *([] if without_key else [ignored_auth])],
    )
