"""The gRPC server around its calls: health, reflection, its port, and its end."""

import os
import queue
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

import asr_pb2
import tts_pb2
from hiwar.errors import HiwarError
from hiwar.serving.tts_stream import TtsStream
from hiwar.transports.grpc.health import _UNASKED_MAX, SERVICE
from support import gated_engine
from support.grpc_calls import failure, recognition, services, synthesis
from support.serving import WAIT_S, LiveServer, live_server
from support.tones import heard, spoken

Status = grpc.StatusCode
NAMES = ("", "asr.SpeechRecognition", "tts.TextToSpeech")
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


def test_health_follows_the_server_and_needs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = _gated(tmp_path, monkeypatch)
    flags = {"engines.synthesis": "gated", "models_dir": str(gate.parent)}
    with live_server(tmp_path / "data", flags, wait_ready=False) as server, services(server) as client:
        health = health_pb2_grpc.HealthStub(client.channel)
        watched = [health.Watch(health_pb2.HealthCheckRequest(service=name), timeout=WAIT_S) for name in NAMES]
        for name, watch in zip(NAMES, watched, strict=True):
            assert health.Check(health_pb2.HealthCheckRequest(service=name)).status == NOT_SERVING
            assert next(watch).status == NOT_SERVING
        watched.pop().cancel()  # who leaves takes nothing from the others

        refused = failure(client.tts.Synthesize(synthesis("hi"), metadata=client.metadata))
        assert (refused.status, refused.trailing["x-error-code"]) == (Status.UNAVAILABLE, "engine_unavailable")

        gate.write_text("open")
        for watch in watched:
            assert next(watch).status == SERVING
        for name in NAMES:
            assert health.Check(health_pb2.HealthCheckRequest(service=name)).status == SERVING
        server.stop()
        for watch in watched:
            assert [answer.status for answer in watch] == [NOT_SERVING]


def _gated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The engine of `support.gated_engine`, installed, and the pipe that lets it load."""
    (folder / "site").mkdir()
    (folder / "models").mkdir()
    gated_engine.install(folder / "site")
    monkeypatch.syspath_prepend(str(folder / "site"))
    gate = folder / "models" / gated_engine.GATE
    os.mkfifo(gate)
    return gate


def test_health_of_what_does_not_exist(tmp_path: Path) -> None:
    with live_server(tmp_path) as server, services(server) as client:
        health = health_pb2_grpc.HealthStub(client.channel)
        request = health_pb2.HealthCheckRequest(service="asr.Unknown")
        with pytest.raises(grpc.RpcError) as raised:
            health.Check(request)
        assert raised.value.code() is Status.NOT_FOUND
        watch = health.Watch(request, timeout=WAIT_S)
        assert next(watch).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
        watch.cancel()


def test_who_does_not_send_a_health_request_makes_way_for_the_next(tmp_path: Path) -> None:
    read, write = health_pb2.HealthCheckResponse.FromString, health_pb2.HealthCheckRequest.SerializeToString
    with live_server(tmp_path) as server, services(server) as client:
        check = client.channel.stream_unary(f"/{SERVICE}/Check", write, read)
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        silent = [check.future(client.sending(), timeout=WAIT_S) for _ in range(_UNASKED_MAX + 1)]
        for call in silent:
            call.add_done_callback(ended.put)
        cut_off = ended.get(timeout=WAIT_S)
        assert cut_off.code() is Status.DEADLINE_EXCEEDED
        assert sum(call.done() for call in silent) == 1
        assert check(iter([health_pb2.HealthCheckRequest()])).status == SERVING


def test_a_health_call_without_a_request_or_with_another(tmp_path: Path) -> None:
    read = health_pb2.HealthCheckResponse.FromString
    with live_server(tmp_path) as server, services(server) as client:
        check = client.channel.stream_unary(f"/{SERVICE}/Check", bytes, read)
        assert check(iter([])).status == SERVING
        with pytest.raises(grpc.RpcError) as raised:
            check(iter([b"\xff\xff"]))
        assert raised.value.code() is Status.INVALID_ARGUMENT


def test_reflection_tells_every_service_and_its_messages(tmp_path: Path) -> None:
    with live_server(tmp_path) as server, services(server) as client:
        reflection = reflection_pb2_grpc.ServerReflectionStub(client.channel)
        asked = [
            reflection_pb2.ServerReflectionRequest(list_services=""),
            reflection_pb2.ServerReflectionRequest(file_containing_symbol="asr.SpeechRecognition"),
            reflection_pb2.ServerReflectionRequest(file_containing_symbol="tts.TextToSpeech"),
        ]
        listed, *files = reflection.ServerReflectionInfo(iter(asked), timeout=WAIT_S)
    assert {service.name for service in listed.list_services_response.service} == {
        "asr.SpeechRecognition",
        "tts.TextToSpeech",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    for answer, module in zip(files, (asr_pb2, tts_pb2), strict=True):
        (described,) = answer.file_descriptor_response.file_descriptor_proto
        expected = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(expected)
        assert FileDescriptorProto.FromString(described) == expected


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with live_server(tmp_path / "one") as first:
        flags = {"grpc_port": first.running.grpc_address[1]}
        with pytest.raises(HiwarError, match="--grpc-port"), live_server(tmp_path / "two", flags):
            pass


def test_servers_one_after_another(tmp_path: Path) -> None:
    for number in range(3):
        with live_server(tmp_path / str(number)) as server, services(server) as client:
            assert client.tts.SynthesizeSimple(
                tts_pb2.SynthesizeSimpleRequest(text="hi"), metadata=client.metadata
            ).audio_content


def test_a_server_that_stops_answers_what_was_heard(tmp_path: Path) -> None:
    audio = spoken("the last words", sample_rate=16000, encoding="linear16")
    config = asr_pb2.RecognitionConfig(enable_interim_results=True)
    flags = {"limits.stalled_audio_ms": 60_000}
    with live_server(tmp_path, flags) as server, services(server) as client:
        call = client.asr.Recognize(client.sending(*recognition(audio, config)), metadata=client.metadata)
        interim = next(call).results[0]
        assert not interim.is_final
        server.stop()
        left = [result for response in _until_error(call) for result in response.results]
        (final,) = (result.alternatives[0].transcript for result in left if result.is_final)
        assert final.startswith(interim.stable_transcript)
        assert "the last words".startswith(final)
        assert (call.code(), dict(call.trailing_metadata())["x-error-code"]) == (Status.UNAVAILABLE, "server_busy")


def test_a_server_that_stops_speaks_the_text_so_far(tmp_path: Path) -> None:
    with live_server(tmp_path) as server, services(server) as client:
        requests = client.sending(*synthesis("some words "))
        call = client.tts.Synthesize(requests, metadata=client.metadata)
        server.until(lambda: bool(server.running.service._streams))
        requests.send(tts_pb2.SynthesizeRequest(flush=tts_pb2.Flush()))
        received = [next(call)]
        while not received[-1].HasField("flushed"):
            received.append(next(call))
        requests.send(tts_pb2.SynthesizeRequest(text="and more"))
        server.until(lambda: _characters_taken(server) == len("some words and more"))
        server.stop()
        received += _until_error(call)
        audio = b"".join(response.audio_content for response in received)
        assert heard(audio, sample_rate=22050, audio_format="pcm") == "some words and more"
        assert received[-1].is_final
        assert call.code() is Status.UNAVAILABLE


def test_a_server_that_stops_refuses_who_has_said_nothing_yet(tmp_path: Path) -> None:
    with live_server(tmp_path) as server, services(server) as client:
        call = client.asr.Recognize(client.sending(), metadata=client.metadata)
        assert call.initial_metadata()
        server.stop()
        told = failure(call)
        assert (told.status, told.trailing["x-error-code"]) == (Status.UNAVAILABLE, "server_busy")


def test_a_client_that_never_reads_does_not_keep_a_server_from_its_end(tmp_path: Path) -> None:
    with live_server(tmp_path, {"limits.send_timeout_ms": 100}) as server, services(server) as client:
        config = tts_pb2.SynthesisConfig(sample_rate_hz=48000)
        call = client.tts.Synthesize(synthesis("abcdefghi " * 1000, config=config), metadata=client.metadata)
        server.until(lambda: bool(server.running.service._streams))
        server.until(lambda: not server.running.service._streams)
        server.stop()
    assert call.code() in {Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.CANCELLED}


def _characters_taken(server: LiveServer) -> int:
    """How much text the only stream has been sent."""
    (stream,) = server.running.service._streams
    assert isinstance(stream, TtsStream)
    active = stream._session._queue.active
    return active.text._chars if active is not None and active.text is not None else 0


def _until_error(call: Any) -> list[Any]:
    """What is left of a call that ends with an error."""
    received: list[Any] = []
    with pytest.raises(grpc.RpcError):
        received.extend(iter(call))
    return received
