"""Both documents as they are served: to everyone, and the same as those in the docs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.serving import LiveServer, live_server

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
DOCUMENTS = ("openapi.json", "asyncapi.json")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), wait_ready=False) as started:
        yield started


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_open_to_everyone_and_that_of_the_docs(server: LiveServer, name: str) -> None:
    answer = server.get(f"/{name}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == json.loads((REFERENCE / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_who_has_it_is_not_sent_it_again(server: LiveServer, name: str) -> None:
    first = server.get(f"/{name}")
    again = server.get(f"/{name}", {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert server.get(f"/{name}", {"If-None-Match": '"another"'}).status == 200
