"""A better voice by one command: pulled from a hub with its faults, bound to a running server, spoken with, unbound."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from hiwar.serving.auth import read_local_key
from support.model_hub import Hub, serving
from support.processes import Ended, Process, hiwar_command, serve_process
from support.serving import WAIT_S, http_ask
from support.terminals import on_a_terminal
from support.tiny_vits import SAMPLE_RATE, write_voice

pytestmark = pytest.mark.models

VOICE = "ar_JO-kareem-medium"
BELOW = "ar/ar_JO/kareem/medium/"
TEXT = "مرحبا بكم."
BOUND_S = 110.0


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """Has one small Arabic voice, under the recommended one's name."""
    made = write_voice(tmp_path / "made", VOICE, espeak={"voice": "ar"})
    files = {BELOW + path.name: path.read_bytes() for path in (made, made.with_name(f"{made.name}.json"))}
    with serving(Hub("rhasspy/piper-voices", files)) as served:
        yield served


@dataclass(frozen=True, slots=True)
class Site:
    """An installation: its folders and its environment."""

    path: Path
    hub: Hub

    @property
    def variables(self) -> dict[str, str]:
        return {
            "HIWAR_MODELS_DIR": str(self.path / "models"),
            "HIWAR_HUB": self.hub.address,
            "HIWAR_ENGINES_RECOGNITION": "tone",
            "HIWAR_ENGINES_VOICE_ACTIVITY": "tone",
        }

    def hiwar(self, *arguments: str) -> Ended:
        command, environment = hiwar_command(self.path / "data", self.variables)
        done = subprocess.run(
            [*command, *arguments], env=environment, capture_output=True, text=True, timeout=BOUND_S, check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def voices(self, server: Process) -> dict[str, dict[str, str]]:
        key = read_local_key(self.path / "data") or ""
        found = http_ask(f"http{server.url.removeprefix('ws')}/v1/voices", {"X-API-Key": key}).json["voices"]
        return {voice["name"]: voice for voice in found}


@pytest.fixture
def site(tmp_path: Path, hub: Hub) -> Site:
    return Site(tmp_path / "site", hub)


def _spoken(client: ClientConnection) -> np.ndarray:
    """The samples of one sentence."""
    client.send(json.dumps({"text": TEXT, "sample_rate": SAMPLE_RATE}))
    audio = b""
    while True:
        frame = client.recv(WAIT_S)
        if isinstance(frame, bytes):
            audio += frame
        elif "synthesis_complete" in frame:
            assert json.loads(frame)["status"] == "ok"
            return np.frombuffer(audio, np.int16)


def test_a_better_voice_by_one_command(site: Site) -> None:
    with serve_process(site.path / "data", variables=site.variables, wait_s=BOUND_S) as server:
        to_server = ("--url", server.url)
        headers = {"X-API-Key": read_local_key(site.path / "data") or ""}
        with connect(f"{server.url}/v1/tts/stream", additional_headers=headers, proxy=None) as client:
            embedded = _spoken(client)
            before = site.voices(server)

            # Two faults on the way: the connection breaks in the middle, and then a byte is another.
            site.hub.break_after_bytes = 1000
            broken = site.hiwar("voices", "bind", "Yara", VOICE, *to_server)
            site.hub.down, site.hub.spoil = False, True
            spoiled = site.hiwar("voices", "bind", "Yara", VOICE, *to_server)
            site.hub.spoil = False
            assert (broken.code, spoiled.code) == (1, 1)
            assert "arrived with another hash" in spoiled.err
            assert site.voices(server) == before
            assert not list((site.path / "models").glob(f"{VOICE}/*"))

            bound = site.hiwar("voices", "bind", "Yara", VOICE, *to_server)
            assert bound.code == 0, bound.err
            assert "licence: not stated, see its model card" in bound.err
            after = site.voices(server)
            assert (after["Yara"]["engine"], after["Yara"]["model"]) == ("piper", VOICE)
            assert {**after, "Yara": None} == {**before, "Yara": None}
            better = _spoken(client)
            assert better.size
            assert better.size != embedded.size

            assert site.hiwar("voices", "unbind", "Yara", *to_server).code == 0
            assert site.voices(server) == before
            assert _spoken(client).size == embedded.size
        assert site.hiwar("voices", "bind", "Yara", VOICE, *to_server).code == 0
        assert server.stop().code == 0
    with serve_process(site.path / "data", variables=site.variables, wait_s=BOUND_S) as server:
        assert site.voices(server)["Yara"]["model"] == VOICE


def test_a_start_on_a_terminal_tells_of_a_better_voice_once_the_hub_answers(site: Site) -> None:
    command, environment = hiwar_command(site.path / "data", site.variables)
    arguments = [*command, "serve", "--port", "0", "--grpc-port", "0"]
    offer = "voices bind Yara ar_JO-kareem-medium"
    shown = on_a_terminal(arguments, wait_s=BOUND_S, environment=environment, over=lambda shown: offer in shown)
    assert 0 <= shown.find("hiwar is ready") < shown.find(offer)
    assert "63 MB, licence not stated" in shown
    command_line = " ".join(shown[shown.find(offer) :].split())
    assert f"--models-dir {site.path / 'models'} --hub {site.hub.address}" in command_line
    assert [method for method, _, _ in site.hub.requests] == ["HEAD"]
    assert not list((site.path / "models").glob("ar_JO*"))


def test_nothing_is_asked_without_a_terminal(site: Site) -> None:
    with serve_process(site.path / "data", variables=site.variables, wait_s=BOUND_S) as server:
        ended = server.stop()
    assert "voices bind" not in ended.out + ended.err
    assert site.hub.requests == []
