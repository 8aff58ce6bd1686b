"""Autobahn's fuzzing client against an echo behind the server's own WebSocket protocol and settings.

It needs Python 2.7, so it runs only where `wstest` is installed: `pip2 install autobahntestsuite==0.8.2`.
"""

import contextlib
import json
import logging
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send

from hiwar.server.entrance import Entrance
from hiwar.server.http_server import BoundedHttpServer
from hiwar.server.lifecycle import _config, _listener
from hiwar.serving.limits import ServingLimits
from support.raw_websocket import TEXT, frame, raw_stream
from support.serving import WAIT_S, live_server, model_free_settings

WSTEST = shutil.which("wstest")

LEFT_OUT = ["9.*", "12.*", "13.*"]
"""Speed, which is measured elsewhere, and compression, which is off."""
PASSES = {"OK", "NON-STRICT", "INFORMATIONAL"}
"""Non-strict: the connection fails as it must, but what was sent before is not echoed any more, or later by a frame."""
FAILS = {"7.1.5": "a close between two fragments is answered with 1002 in place of 1000: the library is the stricter"}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "websocket"
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        await send({**message, "type": "websocket.send"})


@contextlib.contextmanager
def serving(app: ASGIApp, data_dir: Path) -> Iterator[str]:
    listener = _listener(model_free_settings(data_dir))
    server = BoundedHttpServer(
        _config(app), None, Entrance(ServingLimits(connections_max=100, connections_per_address_max=100))
    )
    thread = threading.Thread(target=lambda: uvloop.run(server.serve(sockets=[listener])), name="echo")
    thread.start()
    try:
        yield "ws://{}:{}".format(*listener.getsockname())
    finally:
        server.should_exit = True
        thread.join(WAIT_S)
        assert not thread.is_alive()


@pytest.mark.skipif(WSTEST is None, reason="no wstest here: it needs Python 2.7 and autobahntestsuite")
def test_the_fuzzing_client_finds_nothing_new(tmp_path: Path) -> None:
    assert WSTEST is not None
    with serving(echo, tmp_path) as url:
        wanted = {"outdir": "reports", "servers": [{"agent": "hiwar", "url": url}], "cases": ["*"]}
        Path(tmp_path, "spec.json").write_text(json.dumps({**wanted, "exclude-cases": LEFT_OUT}))
        command = [WSTEST, "--mode", "fuzzingclient", "--spec", "spec.json"]
        subprocess.run(command, cwd=tmp_path, check=True, timeout=100, stdout=subprocess.DEVNULL)
    cases = json.loads(Path(tmp_path, "reports", "index.json").read_text())["hiwar"]
    assert len(cases) > 200
    assert {
        name for name, case in cases.items() if not {case["behavior"], case["behaviorClose"]} <= PASSES
    } == FAILS.keys()


def test_text_that_is_no_utf8_is_no_fault_of_the_server(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with live_server(tmp_path) as server, raw_stream(server, "/v1/asr/stream") as connection:
        connection.sendall(frame(b"\xff\xfe", TEXT))
        while connection.recv(4096):
            pass
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
