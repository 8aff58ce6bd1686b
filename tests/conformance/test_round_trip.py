"""Text to synthesis to recognition, from one face to another: the tone engines give the same text back."""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import closing

import grpc
import pytest
from faces.grpc_calls import GrpcDialer
from faces.rest import RestDialer
from faces.websocket import WebSocketDialer
from golden.faces import Face
from golden.replay import Dialer, Ended, Peer
from golden.sign_in import ASR, TTS

from support.serving import LiveServer, live_server

TEXTS = (
    "مرحبا بك في خدمة العملاء",
    "Hello, how can I help you today",
    "رقم الحساب 12345 at 9:30",
)
ROUTES = (
    ("mulaw", 8000, "mulaw"),
    ("alaw", 8000, "alaw"),
    ("pcm", 8000, "linear16"),
    ("pcm", 16000, "linear16"),
    ("pcm", 22050, "linear16"),
    ("pcm", 44100, "linear16"),
    ("pcm", 48000, "linear16"),
    ("opus", 48000, "ogg_opus"),
    ("flac", 16000, "flac"),
)
FACES = (Face.WEBSOCKET, Face.GRPC, Face.REST)
CASES = [
    (speaking, hearing, *route, TEXTS[number // 3])
    for (first, speaking), (second, hearing) in itertools.product(enumerate(FACES), enumerate(FACES))
    for number, route in enumerate(ROUTES)
    if (first + second + number) % 3 == 0
]
"""Every two faces have a third of the routes, so that every face speaks each of them once, and hears each once."""
FILES = ("wav", "opus", "mp3", "aac", "flac")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(scope="module")
def dialers(server: LiveServer) -> Iterator[Mapping[Face, Dialer]]:
    with grpc.insecure_channel("{}:{}".format(*server.running.grpc_address)) as channel:
        yield {
            Face.WEBSOCKET: WebSocketDialer(server),
            Face.GRPC: GrpcDialer(channel),
            Face.REST: RestDialer(server),
        }


@pytest.mark.parametrize(("speaker", "listener", "audio_format", "rate", "encoding", "text"), CASES)
def test_what_is_spoken_is_heard(
    server: LiveServer,
    dialers: Mapping[Face, Dialer],
    speaker: Face,
    listener: Face,
    audio_format: str,
    rate: int,
    encoding: str,
    text: str,
) -> None:
    """Each frame goes on as it comes, while the rest is still being spoken."""
    query = f"sample_rate={rate}&encoding={encoding}&interim_results=false"
    speaking, listening = _open(dialers[speaker], server, TTS), _open(dialers[listener], server, ASR, query)
    with closing(speaking), closing(listening):
        speaking.send(json.dumps({"text": text, "format": audio_format, "sample_rate": rate}))
        while not _is(frame := speaking.receive(), "synthesis_complete"):
            if isinstance(frame, bytes):
                listening.send(frame)
        listening.send('{"type": "finish"}')
        said = [json.loads(str(message)) for message in iter(listening.receive, Ended(1000, "done"))]
    assert " ".join(message["transcript"] for message in said if message["type"] == "final") == text
    spoken, heard = json.loads(str(frame)).get("audio_ms"), said[-1].get("audio_ms")
    assert spoken is None or heard is None or heard == pytest.approx(spoken, abs=1)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_spoken_is_heard(server: LiveServer, name: str) -> None:
    rest, headers = RestDialer(server), {"X-API-Key": server.key}
    file = rest.speech({"input": TEXTS[1], "response_format": name}, headers).body
    assert rest.upload(file, (), headers).json == {"text": TEXTS[1]}


def _open(dialer: Dialer, server: LiveServer, path: str, query: str = "") -> Peer:
    _, peer = dialer.open(path, query, {"X-API-Key": server.key})
    assert peer is not None
    return peer


def _is(frame: str | bytes | Ended, kind: str) -> bool:
    return isinstance(frame, str) and json.loads(frame)["type"] == kind
