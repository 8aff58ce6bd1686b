"""Traces from a client's own through every stage of its stream, over each face, and a collector that is dead."""

import json
import socket
from pathlib import Path

from opentelemetry.proto.trace.v1.trace_pb2 import Span
from websockets.sync.client import connect

from support.collector import attributes, collector
from support.grpc_calls import recognition, services
from support.serving import WAIT_S, LiveServer, live_server
from support.tones import spoken

AUDIO = spoken("hello", sample_rate=16000, encoding="linear16", silence_ms=800)
CALLERS = {name: number * 16 for name, number in (("websocket", "ab"), ("grpc", "cd"), ("rest", "ef"))}


def traceparent(face: str) -> tuple[str, str]:
    return "traceparent", f"00-{CALLERS[face]}-b7ad6b7169203331-01"


def speak_over_websocket(server: LiveServer) -> None:
    name, value = traceparent("websocket")
    headers = {name: value, "X-API-Key": server.key}
    with connect(f"{server.url}/v1/tts/stream", additional_headers=headers, proxy=None) as websocket:
        websocket.send(json.dumps({"text": "alpha bravo " * 20, "request_id": "spoken"}))
        while not isinstance(frame := websocket.recv(WAIT_S), str) or "synthesis_complete" not in frame:
            pass


def test_a_trace_goes_through_every_stage(tmp_path: Path) -> None:
    with collector() as collected, live_server(tmp_path, {"tracing": collected.address}) as server:
        speak_over_websocket(server)
        with services(server) as client:
            metadata = (*client.metadata, traceparent("grpc"), ("x-request-id", "heard"))
            list(client.asr.Recognize(recognition(AUDIO), metadata=metadata))
        name, value = traceparent("rest")
        server.post("/v1/audio/speech", b'{"input": "x", "voice": "nobody"}', {name: value})
    traces: dict[str, list[Span]] = {}
    for span in collected.spans:
        traces.setdefault(span.trace_id.hex(), []).append(span)
    assert set(traces) == set(CALLERS.values())
    by_face = {face: {span.name: span for span in traces[trace_id]} for face, trace_id in CALLERS.items()}

    spoken_one = by_face["websocket"]
    assert set(spoken_one) == {"tts stream", "sign in", "place", "quota", "tts request", "speak step"}
    assert spoken_one["tts stream"].parent_span_id.hex() == "b7ad6b7169203331"
    request = attributes(spoken_one["tts request"])
    assert request.items() >= {"request_id": "spoken", "voice": "Yara", "engine": "tone", "outcome": "ok"}.items()
    assert request.keys() >= {"queue_ms", "encode_ms", "audio_ms", "characters", "speak.waited_ms", "speak.ran_ms"}
    assert [event.name for event in spoken_one["tts request"].events] == ["first audio"]
    assert len(traces[CALLERS["websocket"]]) < 12
    steps = request["speak.steps"]
    assert isinstance(steps, int)
    assert steps > 12

    heard_one = by_face["grpc"]
    assert set(heard_one) == {"asr stream", "sign in", "place", "admission", "quota", "listen step", "hear step"}
    stream = attributes(heard_one["asr stream"])
    assert stream.items() >= {"request_id": "heard", "transport": "grpc", "outcome": "ok", "utterances": 1}.items()
    assert "final" in [event.name for event in heard_one["asr stream"].events]

    refused = by_face["rest"]["tts stream"]
    assert attributes(refused).items() >= {"outcome": "refused", "reason": "invalid_voice"}.items()


def test_a_dead_collector_costs_no_stream_anything(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with live_server(tmp_path, {"tracing": f"http://127.0.0.1:{nobody.getsockname()[1]}"}) as server:
            speak_over_websocket(server)
            metrics = server.get("/metrics", {"X-API-Key": server.key}).body.decode()
    assert 'hiwar_tts_requests_total{outcome="ok"} 1.0' in metrics
