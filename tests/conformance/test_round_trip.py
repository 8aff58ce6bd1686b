"""Text to synthesis to recognition, all of it over sockets: the tone engines give the same text back."""

import json
from collections.abc import Iterator

import pytest

from support.serving import WAIT_S, LiveServer, live_server

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
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(("audio_format", "rate", "encoding"), ROUTES)
def test_what_is_spoken_is_heard(server: LiveServer, text: str, audio_format: str, rate: int, encoding: str) -> None:
    """Each frame goes on as it comes, while the rest is still being spoken."""
    query = f"?sample_rate={rate}&encoding={encoding}&interim_results=false"
    with server.connect("/v1/tts/stream") as speaking, server.connect(f"/v1/asr/stream{query}") as listening:
        speaking.send(json.dumps({"text": text, "format": audio_format, "sample_rate": rate}))
        while not _is(frame := speaking.recv(WAIT_S), "synthesis_complete"):
            if isinstance(frame, bytes):
                listening.send(frame)
        listening.send('{"type": "finish"}')
        said = [json.loads(message) for message in listening]
    finals = [message["transcript"] for message in said if message["type"] == "final"]
    assert " ".join(finals) == text
    assert said[-1]["audio_ms"] == pytest.approx(json.loads(frame)["audio_ms"], abs=1)


def _is(frame: str | bytes, kind: str) -> bool:
    return isinstance(frame, str) and json.loads(frame)["type"] == kind
