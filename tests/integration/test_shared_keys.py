"""Servers that share the keys of a PostgreSQL: what is revoked is refused by all, and the database may come and go."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hiwar.cli import main
from hiwar.errors import HiwarError
from support.keys import Keys
from support.postgres import needs_postgres, postgres_server
from support.serving import WAIT_S, LiveServer, live_server

pytestmark = needs_postgres

PATH = "/v1/tts/stream"


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    yield Keys(tmp_path / "unused", postgres_server().address)
    postgres_server().clear()


@pytest.fixture
def server(tmp_path: Path, keys: Keys) -> Iterator[LiveServer]:
    with live_server(tmp_path / "one", {"keys": keys.address}) as started:
        yield started


def refused(server: LiveServer, key: str) -> int:
    """The status of a handshake."""
    with pytest.raises(InvalidStatus) as caught, server.connect(PATH, key=key):
        pass
    return caught.value.response.status_code


def test_a_key_made_for_one_is_good_at_all_and_revoked_at_all(server: LiveServer, keys: Keys, tmp_path: Path) -> None:
    record, key = keys.create("leaving")
    _, others = keys.create("staying")
    with (
        live_server(tmp_path / "two", {"keys": keys.address}) as second,
        server.connect(PATH, key=key) as here,
        second.connect(PATH, key=key) as there,
        second.connect(PATH, key=others) as staying,
    ):
        assert keys.revoke(record.principal.key_id)
        assert [refused(one, key) for one in (server, second)] == [401, 401]
        for socket in (here, there):
            assert json.loads(socket.recv(timeout=WAIT_S))["code"] == "unauthorized"
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=WAIT_S)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401
        staying.send('{"text": "hi"}')
        assert json.loads(staying.recv(timeout=WAIT_S))["type"] == "synthesis_started"
    assert not (tmp_path / "two" / "keys.db").exists()


def test_while_the_database_is_away_streams_go_on_and_none_begin(server: LiveServer, keys: Keys) -> None:
    record, key = keys.create("one")
    with server.connect(PATH, key=key) as socket:
        postgres_server().stop()
        try:
            assert refused(server, key) == 500
            socket.send('{"text": "hi"}')
            assert json.loads(socket.recv(timeout=WAIT_S))["type"] == "synthesis_started"
        finally:
            postgres_server().start()
        with server.connect(PATH, key=key) as again:
            again.send('{"text": "hi"}')
            assert json.loads(again.recv(timeout=WAIT_S))["type"] == "synthesis_started"
        assert keys.revoke(record.principal.key_id)
        with pytest.raises(ConnectionClosed):
            list(socket)


def test_the_command_manages_the_same_keys(server: LiveServer, keys: Keys, tmp_path: Path) -> None:
    runner = CliRunner(env={"HIWAR_KEYS": keys.address, "HIWAR_DATA_DIR": str(tmp_path / "command")})
    key = runner.invoke(main, ["keys", "create", "--name", "one"]).stdout.strip()
    with server.connect(PATH, key=key):
        (listed,) = json.loads(runner.invoke(main, ["keys", "list", "--json"]).stdout)
    key_id = listed["principal"]["key_id"]
    new = runner.invoke(main, ["keys", "rotate", key_id, "--overlap", "0s"]).stdout.strip()
    assert refused(server, key) == 401
    with server.connect(PATH, key=new):
        pass
    assert runner.invoke(main, ["keys", "revoke", key_id]).exit_code == 0
    assert refused(server, new) == 401
    assert not (tmp_path / "command").exists()


def test_beyond_loopback_a_key_in_the_database_is_enough(keys: Keys, tmp_path: Path) -> None:
    flags = {"keys": keys.address, "host": "0.0.0.0"}  # noqa: S104 - who may listen there is what this is about
    with pytest.raises(HiwarError, match="hiwar keys create"), live_server(tmp_path, flags):
        pass
    _, key = keys.create("one")
    with live_server(tmp_path, flags) as started, started.connect(PATH, key=key):
        pass
