"""Clients that leave without a word: whatever they held is free again, and the server goes on."""

import json
import logging
from collections.abc import Iterator

import pytest

from support.raw_websocket import BINARY, TEXT, frame, raw_socket, raw_stream, reset, upgrade
from support.serving import WAIT_S, Held, LiveServer, live_server
from support.tones import spoken

TTS, ASR = "/v1/tts/stream", "/v1/asr/stream"
ENDLESS = json.dumps({"text": "abcdefghi " * 1000, "sample_rate": 48000}).encode()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        with started.connect(TTS) as socket:  # whatever is made once, at the first stream, is there before we count
            socket.send('{"text": "hi"}')
            while "synthesis_complete" not in str(socket.recv(WAIT_S)):
                pass
        started.until(lambda: not started.running.service._streams)
        yield started
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors == [], "a client that leaves is no error of the server"


def _freed(server: LiveServer, before: Held) -> None:
    deadline = server.call(server.loop.time) + WAIT_S
    while not server.held.is_back_to(before):
        assert server.call(server.loop.time) < deadline, f"{server.held} is held, {before} was held before"


def test_reset_in_the_middle_of_synthesis(server: LiveServer) -> None:
    before = server.held
    for _ in range(3):
        with raw_stream(server, TTS) as client:
            client.sendall(frame(ENDLESS, TEXT))
            assert client.recv(65536)
            assert server.held.streams == 1
            reset(client)
        _freed(server, before)


def test_reset_while_nothing_is_read(server: LiveServer) -> None:
    before = server.held
    with raw_stream(server, TTS) as client:
        client.sendall(frame(ENDLESS, TEXT))
        server.until(lambda: _sending_waits(server))
        reset(client)
    _freed(server, before)


def test_reset_in_the_middle_of_recognition(server: LiveServer) -> None:
    before = server.held
    audio = spoken("a sentence of some length " * 8, sample_rate=16000, encoding="linear16")
    for _ in range(3):
        with raw_stream(server, ASR) as client:
            client.sendall(b"".join(frame(audio[at : at + 2048], BINARY) for at in range(0, len(audio), 2048)))
            while b"speech_started" not in client.recv(65536):
                pass
            assert server.held.streams == 1
            reset(client)
        _freed(server, before)


def test_reset_before_the_first_frame_and_in_the_middle_of_one(server: LiveServer) -> None:
    before = server.held
    for sent in (b"", b"\x81", frame(ENDLESS, TEXT)[:500], frame(b"\0" * 4000, BINARY)[:100]):
        for path in (TTS, ASR):
            with raw_stream(server, path) as client:
                client.sendall(sent)
                reset(client)
    _freed(server, before)


def test_reset_in_the_middle_of_the_handshake(server: LiveServer) -> None:
    before = server.held
    handshake = upgrade(TTS, server.key)
    for sent in (b"", handshake[:1], handshake[:60], handshake):
        with raw_socket(server) as client:
            client.sendall(sent)
            reset(client)
    _freed(server, before)


def test_half_closed_streams_end(server: LiveServer) -> None:
    before = server.held
    for path, sent in ((TTS, frame(ENDLESS, TEXT)), (ASR, frame(b"\0" * 4000, BINARY))):
        with raw_stream(server, path) as client:
            client.sendall(sent)
            client.shutdown(1)
            while client.recv(65536):
                pass
    _freed(server, before)


def test_many_streams_that_leave_at_once(server: LiveServer) -> None:
    before = server.held
    streams = [raw_stream(server, TTS) for _ in range(20)]
    clients = [stream.__enter__() for stream in streams]
    for client in clients:
        client.sendall(frame(ENDLESS, TEXT))
    for client in clients:
        assert client.recv(4096)
        reset(client)
    for stream in streams:
        stream.__exit__(None, None, None)
    _freed(server, before)


def _sending_waits(server: LiveServer) -> bool:
    """Whether a stream waits for its socket: only then does another callback see its lock held."""
    return any(stream._outlet._turn.locked() for stream in server.running.service._streams)
