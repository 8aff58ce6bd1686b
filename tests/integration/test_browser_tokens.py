"""`POST /v1/auth/tokens` and what its tokens open: every face, within the key, and no longer than the key is good."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

import tts_pb2
from hiwar.serving.keys import KeyLimits
from support.grpc_calls import Services, failure, services, synthesis
from support.keys import Keys
from support.serving import WAIT_S, Answer, LiveServer, live_server

TOKENS, SPEECH = "/v1/auth/tokens", "/v1/tts/audio/speech"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture
def store(server: LiveServer) -> Keys:
    return Keys(server.settings.keys_file)


@pytest.fixture
def client(server: LiveServer) -> Iterator[Services]:
    with services(server) as connected:
        yield connected


def asked(server: LiveServer, key: str, body: bytes = b"", path: str = TOKENS) -> Answer:
    return server.post(path, body, {"X-API-Key": key})


def token_of(server: LiveServer, key: str, **fields: Any) -> str:
    answer = asked(server, key, json.dumps(fields).encode())
    assert answer.status == 201, answer.body
    return str(answer.json["token"])


def speaks(socket: Any) -> bool:
    socket.send('{"text": "hi"}')
    return bool(json.loads(socket.recv(timeout=WAIT_S))["type"] == "synthesis_started")


def test_a_key_becomes_a_token_that_ends_soon(server: LiveServer, store: Keys) -> None:
    answer = asked(server, store.create("one", voices=("Yara", "Nouf"))[1])
    assert answer.status == 201
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("60", "59")
    made = answer.json
    assert (made["expires_in"], made["services"], made["voices"]) == (300, ["tts", "asr"], ["Yara", "Nouf"])
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=240) < left <= timedelta(seconds=300)


def test_a_token_opens_every_face_and_counts_as_its_key(server: LiveServer, store: Keys, client: Services) -> None:
    _, key = store.create("one", limits=KeyLimits(requests_per_minute=8))
    token = token_of(server, key)
    with server.connect(f"/v1/tts/stream?token={token}", key="") as socket:
        assert speaks(socket)
    with server.connect("/v1/tts/stream", key="") as socket:
        socket.send(json.dumps({"token": token}))
        assert speaks(socket)
    with server.connect(f"/v1/asr/stream?token={token}", key="") as socket:
        assert json.loads(socket.recv(timeout=WAIT_S))["type"] == "ready"
    for metadata in ((("authorization", f"Bearer {token}"),), (("x-api-key", token),)):
        assert list(client.tts.Synthesize(synthesis("hi"), metadata=metadata))
    answer = server.post(SPEECH, b'{"input": "hi"}', {"Authorization": f"Bearer {token}", "X-API-Key": ""})
    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (200, "1")


def test_a_token_is_for_no_more_than_was_asked(server: LiveServer, store: Keys, client: Services) -> None:
    token = token_of(server, store.create("one")[1], services=["tts"], voices=["Yara"])
    with pytest.raises(InvalidStatus) as caught, server.connect(f"/v1/asr/stream?token={token}", key=""):
        pass
    assert caught.value.response.status_code == 403
    with server.connect(f"/v1/tts/stream?token={token}", key="") as socket:
        assert speaks(socket)
    assert asked(server, token, b'{"input": "hi", "voice": "Nouf"}', SPEECH).status == 403
    nouf = tts_pb2.SynthesisConfig(voice="Nouf")
    refused = failure(client.tts.Synthesize(synthesis("hi", config=nouf), metadata=(("x-api-key", token),)))
    assert refused.status is grpc.StatusCode.PERMISSION_DENIED


def test_only_a_key_in_a_header_makes_tokens_and_none_for_more_than_itself(server: LiveServer, store: Keys) -> None:
    _, key = store.create("one", services=("tts",))
    assert asked(server, token_of(server, key)).status == 403
    assert asked(server, key, b'{"services": ["asr"]}').status == 403
    assert asked(server, "x" * 20).status == 401
    for path in (f"{TOKENS}?api_key={key}", f"{TOKENS}?token={key}"):
        answer = server.post(path, b"", {"X-API-Key": ""})
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"expires_in": 0}', "expires_in"),
        (b'{"expires_in": 3601}', "expires_in"),
        (b'{"services": []}', "services"),
        (b'{"services": ["all"]}', "services[0]"),
        (b'{"limits": {}}', "limits"),
    ],
)
def test_a_wrong_wish_is_named(server: LiveServer, body: bytes, field: str) -> None:
    answer = asked(server, server.key, body)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


def test_making_tokens_is_counted(server: LiveServer, store: Keys) -> None:
    _, key = store.create("one", limits=KeyLimits(requests_per_minute=2))
    assert [asked(server, key).status for _ in range(3)] == [201, 201, 429]
    assert int(asked(server, key).headers["retry-after"]) > 30


def test_a_revoked_key_ends_the_streams_of_its_tokens(server: LiveServer, store: Keys, client: Services) -> None:
    record, key = store.create("leaving")
    token = token_of(server, key, expires_in=3600)
    with server.connect(f"/v1/asr/stream?token={token}", key="") as socket:
        assert json.loads(socket.recv(timeout=WAIT_S))["type"] == "ready"
        store.revoke(record.principal.key_id)
        assert json.loads(socket.recv(timeout=WAIT_S))["code"] == "unauthorized"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=WAIT_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    with pytest.raises(InvalidStatus), server.connect(f"/v1/asr/stream?token={token}", key=""):
        pass
    refused = failure(client.tts.Synthesize(synthesis("hi"), metadata=(("authorization", f"Bearer {token}"),)))
    assert refused.status is grpc.StatusCode.UNAUTHENTICATED
