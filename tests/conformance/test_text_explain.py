"""`POST /v1/text/explain` over HTTP: the answer's shape, and every way to ask wrongly."""

import json
from collections.abc import Iterator

import pytest

from support.serving import Answer, LiveServer, live_server

PATH = "/v1/text/explain"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


def ask(server: LiveServer, body: object) -> Answer:
    return server.post(PATH, json.dumps(body).encode())


def test_a_text_is_answered_by_its_segments(server: LiveServer) -> None:
    answer = ask(server, {"text": "مرحبا بك.  Hello!", "voice": "Nouf"})
    assert answer.status == 200
    assert answer.json == {
        "segments": [
            {"start": 0, "end": 9, "text": "مرحبا بك.", "language": "ar", "tokens": []},
            {"start": 11, "end": 17, "text": "Hello!", "language": "en", "tokens": []},
        ]
    }


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"text": " \n"}, 400, "invalid_request"),
        ({"text": "x" * 10_001}, 400, "text_too_long"),
        ({"text": "x", "voice": "Nobody"}, 400, "invalid_voice"),
        ({"text": "x" * 200_000}, 413, "file_too_large"),
    ],
)
def test_what_cannot_be_read_is_refused(server: LiveServer, body: object, status: int, reason: str) -> None:
    answer = ask(server, body)
    assert (answer.status, answer.json["reason"]) == (status, reason)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": 1}, "text"),
        ({"text": "x", "language": "fr"}, "language"),
        ({"text": "x", "tone": 1}, "tone"),
    ],
)
def test_a_wrong_field_is_named(server: LiveServer, body: object, field: str) -> None:
    answer = ask(server, body)
    assert answer.status == 422
    assert answer.json["error"] == "validation_error"
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]"])
def test_a_body_must_be_a_json_object(server: LiveServer, body: bytes) -> None:
    assert server.post(PATH, body).status in {400, 422}


def test_strangers_are_refused(server: LiveServer) -> None:
    assert server.post(PATH, b'{"text": "x"}', {"X-API-Key": "wrong"}).status == 401


def test_only_post_is_answered(server: LiveServer) -> None:
    assert server.get(PATH, {"X-API-Key": server.key}).status == 405
