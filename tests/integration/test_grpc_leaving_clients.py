"""gRPC clients that cancel, vanish, run out of time or never read: whatever they held is free again."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

import asr_pb2
import tts_pb2
from support.grpc_calls import Services, failure, recognition, services, synthesis
from support.relay import relay
from support.serving import WAIT_S, Held, LiveServer, live_server
from support.tones import spoken

ENDLESS = "abcdefghi " * 1000
LONG = tts_pb2.SynthesisConfig(sample_rate_hz=48000)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        with services(started) as client:  # whatever is made once, at the first call, is there before we count
            list(client.tts.Synthesize(synthesis("hi"), metadata=client.metadata))
        yield started
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors == [], "a client that leaves is no error of the server"


@pytest.fixture
def before(server: LiveServer) -> Held:
    return _settled(server)


def _settled(server: LiveServer) -> Held:
    """What is held when nobody is connected."""
    looks = [server.held]

    def still() -> bool:
        return looks[-20:] == looks[-1:] * 20

    while not still():
        looks.append(server.held)
    return looks[-1]


def _freed(server: LiveServer, before: Held) -> None:
    deadline = server.call(server.loop.time) + WAIT_S
    while not server.held.is_back_to(before):
        assert server.call(server.loop.time) < deadline, f"{server.held} is held, {before} was held before"


def _synthesizing(client: Services, *, half_closed: bool = True) -> Any:
    """A call that has had its first audio and has much more to come."""
    requests = client.sending(*synthesis(ENDLESS, config=LONG), *([None] if half_closed else []))
    call = client.tts.Synthesize(requests, metadata=client.metadata)
    assert next(call).audio_content
    return call


def _recognizing(client: Services) -> Any:
    """A call that has had its first result, with its sending side open."""
    audio = spoken("a sentence of some length " * 8, sample_rate=16000, encoding="linear16")
    config = asr_pb2.RecognitionConfig(enable_interim_results=True)
    call = client.asr.Recognize(client.sending(*recognition(audio, config)), metadata=client.metadata)
    assert next(call).results
    return call


def _unconfigured(client: Services) -> Any:
    """A call that was accepted and has said nothing."""
    call = client.asr.Recognize(client.sending(), metadata=client.metadata)
    assert call.initial_metadata()
    return call


OPENED: dict[str, Callable[[Services], Any]] = {
    "synthesis": _synthesizing,
    "synthesis, not half-closed": lambda client: _synthesizing(client, half_closed=False),
    "recognition": _recognizing,
    "before the config": _unconfigured,
}


@pytest.mark.parametrize("opened", OPENED)
def test_a_call_that_is_cancelled(server: LiveServer, before: Held, opened: str) -> None:
    with services(server) as client:
        for _ in range(3):
            call = OPENED[opened](client)
            assert server.held.slots == 1
            call.cancel()
            server.until(lambda: not server.running.service._slots)
        server.until(lambda: len(asyncio.all_tasks()) - 1 == before.tasks)
    _freed(server, before)


@pytest.mark.parametrize("opened", OPENED)
def test_a_client_that_closes_its_channel(server: LiveServer, before: Held, opened: str) -> None:
    with services(server) as client:
        OPENED[opened](client)
        assert server.held.slots == 1
    _freed(server, before)


@pytest.mark.parametrize("opened", OPENED)
def test_a_client_that_vanishes(server: LiveServer, opened: str) -> None:
    before = _settled(server)
    with relay(server.running.grpc_address) as between, services(server, between.target) as client:
        OPENED[opened](client)
        assert server.held.slots == 1
        between.reset()
        server.until(lambda: not server.running.service._slots)
    _freed(server, before)


def test_a_deadline_that_passes_in_the_middle(server: LiveServer, before: Held) -> None:
    with services(server) as client:
        call = client.tts.Synthesize(synthesis(ENDLESS, config=LONG), metadata=client.metadata, timeout=0.2)
        assert failure(call).status is grpc.StatusCode.DEADLINE_EXCEEDED
        server.until(lambda: not server.running.service._slots)
    _freed(server, before)


def test_a_whole_request_that_is_cancelled(server: LiveServer, before: Held) -> None:
    with services(server) as client:
        request = tts_pb2.SynthesizeSimpleRequest(text=ENDLESS, config=LONG)
        call = client.tts.SynthesizeSimple.future(request, metadata=client.metadata)
        server.until(lambda: bool(server.running.service._streams))
        call.cancel()
        server.until(lambda: not server.running.service._slots)
    _freed(server, before)


def test_many_that_leave_at_once(server: LiveServer, before: Held) -> None:
    with services(server) as client:
        calls = [_synthesizing(client) for _ in range(20)]
        for call in calls:
            call.cancel()
    _freed(server, before)


def test_a_client_that_never_reads_is_given_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    with live_server(tmp_path_factory.mktemp("data"), {"limits.send_timeout_ms": 100}) as server:
        before = _settled(server)
        with services(server) as client:
            call = client.tts.Synthesize(synthesis(ENDLESS, config=LONG), metadata=client.metadata)
            server.until(lambda: bool(server.running.service._streams))
            server.until(lambda: not server.running.service._streams)
            assert server.held.slots == 0
            told = failure(call)
            assert told.status is grpc.StatusCode.DEADLINE_EXCEEDED
            assert "read the responses" in told.sentence
        _freed(server, before)
