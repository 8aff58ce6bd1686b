"""Clients that read slowly or not at all: the server computes no further than they read, and holds no more."""

import json
from collections.abc import Iterator

import pytest

from hiwar.serving.tts_stream import TtsStream
from support.raw_websocket import TEXT, frame, raw_stream, reset
from support.serving import WAIT_S, LiveServer, live_server
from support.tones import spoken

LONG = "abcdefghi " * 170
ENDLESS = json.dumps({"text": LONG, "sample_rate": 48000}).encode()
LONG_MS = 176_800
"""How long the tone engine speaks it: 17 MB at 48 kHz, several times what the sockets on both sides hold."""

LOOKS = 200
"""As many looks at a stream in succession that find nothing new: it waits for its client."""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


def _stream(server: LiveServer) -> TtsStream:
    (stream,) = server.running.service._streams
    assert isinstance(stream, TtsStream)
    return stream


def _sent_ms(server: LiveServer) -> float:
    active = _stream(server)._session._queue.active
    assert active is not None
    return active.progress.audio_ms


def test_synthesis_goes_no_further_than_the_client_reads(server: LiveServer) -> None:
    with server.connect("/v1/tts/stream") as client:
        client.send(json.dumps({"text": LONG, "sample_rate": 48000}))
        assert "synthesis_started" in str(client.recv(WAIT_S))
        looks: list[float] = []

        def stands_still() -> bool:
            looks.append(_sent_ms(server))
            return _stream(server)._outlet._turn.locked() and looks[-LOOKS:] == looks[-1:] * LOOKS

        server.until(stands_still)
        assert 0 < looks[-1] < LONG_MS * 0.75

        audio_bytes = 0
        while isinstance(received := client.recv(WAIT_S), bytes):
            audio_bytes += len(received)
        complete = json.loads(received)
        assert (complete["type"], complete["status"]) == ("synthesis_complete", "ok")
        assert complete["audio_ms"] == pytest.approx(LONG_MS, rel=0.01)
        assert audio_bytes == pytest.approx(complete["audio_ms"] * 96, abs=192)


def test_a_slow_client_holds_up_nobody_else(server: LiveServer) -> None:
    with raw_stream(server, "/v1/tts/stream") as slow, server.connect("/v1/tts/stream") as quick:
        slow.sendall(frame(ENDLESS, TEXT))
        for number in range(5):
            quick.send(json.dumps({"text": f"request {number}"}))
            while "synthesis_complete" not in str(quick.recv(WAIT_S)):
                pass
        reset(slow)


def test_a_client_that_takes_nothing_is_cut_off(tmp_path_factory: pytest.TempPathFactory) -> None:
    flags = {"limits.send_timeout_ms": 100}
    with (
        live_server(tmp_path_factory.mktemp("data"), flags) as server,
        raw_stream(server, "/v1/tts/stream") as client,
    ):
        client.sendall(frame(ENDLESS, TEXT))
        assert client.recv(1)
        server.until(lambda: not server.running.service._streams)
        assert server.held.slots == 0
        reset(client)


def test_audio_that_comes_faster_than_it_is_heard_waits_and_is_all_heard(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    words = [f"word{number}" for number in range(40)]
    audio = spoken(" ".join(words), sample_rate=48000, encoding="linear16")
    flags = {"limits.audio_buffered_max_ms": 50}
    with (
        live_server(tmp_path_factory.mktemp("data"), flags) as server,
        server.connect("/v1/asr/stream?sample_rate=48000&interim_results=false") as client,
    ):
        for start in range(0, len(audio), 2048):
            client.send(audio[start : start + 2048])
        client.send('{"type": "finish"}')
        said = [json.loads(frame) for frame in client]
    finals = [message["transcript"] for message in said if message["type"] == "final"]
    assert " ".join(finals).split() == words
    assert said[-1]["type"] == "done"
