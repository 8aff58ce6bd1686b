"""What the faces can carry, the comparison of what they told, and the two ways to speak over gRPC."""

from collections.abc import Iterator

import grpc
import pytest
from faces.carrying import why_not
from faces.grpc_forms import speech_config
from golden.all import ALL
from golden.faces import Face
from golden.observed import observed
from golden.replay import Ended, Told
from golden.steps import Conversation, Expect, Open, Say, Sound, Step, complete, error, started

from grpc_service.protos import tts_pb2, tts_pb2_grpc
from hiwar.vocabulary import SpeechFormat
from support.serving import WAIT_S, LiveServer, live_server

TTS, ASR = "/v1/tts/stream", "/v1/asr/stream"
WHOLE = Say({"text": "hi"})


@pytest.mark.parametrize(
    ("face", "steps"),
    [
        (Face.GRPC, (Open(ASR, "api_key=k"),)),
        (Face.GRPC, (Open(TTS, headers={}),)),
        (Face.GRPC, (Open("/v1/asr/audio"),)),
        (Face.GRPC, (Open(TTS), Say("{"))),
        (Face.GRPC, (Open(TTS), Say({"text": 7}))),
        (Face.GRPC, (Open(TTS), Say({"text": "\ud83d"}))),
        (Face.GRPC, (Open(TTS), WHOLE, WHOLE)),
        (Face.GRPC, (Open(TTS), WHOLE, Say({"type": "cancel"}))),
        (Face.GRPC, (Open(TTS), Say({"type": "start"}), error("text_too_long"), Say({"type": "finish"}))),
        (Face.GRPC, (Open(ASR), Say({"type": "finish"}), Sound("late"))),
        (Face.GRPC, (Open(ASR, "sample_rate=16000.0"),)),
        (Face.REST, (Open(TTS), Say({"type": "start"}))),
        (Face.REST, (Open(TTS), Say({"text": "hi", "word_timestamps": True}))),
        (Face.REST, (Open(ASR), Sound("a"), Expect({"type": "speech_started"}))),
        (Face.REST, (Open(ASR, "endpointing_ms=300"),)),
    ],
)
def test_a_face_without_a_form_says_so(face: Face, steps: tuple[Step, ...]) -> None:
    conversation = Conversation("any", steps)
    assert why_not(face, conversation)
    assert why_not(Face.WEBSOCKET, conversation) is None


def test_one_after_another_is_carried() -> None:
    conversation = Conversation("any", (Open(TTS), WHOLE, started(), complete(), WHOLE, started(), complete()))
    assert not any(why_not(face, conversation) for face in Face)


@pytest.mark.parametrize(("face", "least"), [(Face.MEMORY, 300), (Face.GRPC, 150), (Face.REST, 120)])
def test_most_conversations_have_several_faces(face: Face, least: int) -> None:
    assert sum(why_not(face, conversation) is None for conversation in ALL) > least


STARTED = {"type": "synthesis_started", "request_id": "a", "format": "pcm", "voice": "Yara"}
COMPLETE = {"type": "synthesis_complete", "request_id": "a", "status": "ok", "audio_ms": 7, "ttfc_ms": 1.0}
TOLD: tuple[Told, ...] = (STARTED, b"ab", b"c", COMPLETE, Ended(1000, "done"))


@pytest.mark.parametrize(
    "same",
    [
        (STARTED, b"abc", COMPLETE | {"ttfc_ms": 9.0, "first_model_ms": 2.0}, Ended(1000, "done")),
        (b"abc", STARTED, COMPLETE, {"type": "partial", "transcript": "h"}, Ended(1000, "done")),
    ],
)
def test_what_comes_by_chance_is_no_difference(same: tuple[Told, ...]) -> None:
    assert observed(same, Face.WEBSOCKET) == observed(TOLD, Face.WEBSOCKET)


@pytest.mark.parametrize(
    "different",
    [
        (STARTED, b"abd", COMPLETE, Ended(1000, "done")),
        (STARTED, b"abc", COMPLETE | {"audio_ms": 8}, Ended(1000, "done")),
        (STARTED | {"voice": "Nouf"}, b"abc", COMPLETE, Ended(1000, "done")),
        (STARTED, b"abc", COMPLETE, Ended(1001, "done")),
        (STARTED, b"abc", COMPLETE, {"type": "error", "code": "internal"}, Ended(1000, "done")),
        (STARTED, b"abc", COMPLETE | {"request_id": "b"}, Ended(1000, "done")),
    ],
)
def test_what_does_not_is_one(different: tuple[Told, ...]) -> None:
    assert observed(different, Face.WEBSOCKET) != observed(TOLD, Face.WEBSOCKET)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.mark.parametrize("name", SpeechFormat)
def test_whole_speech_is_the_same_as_streamed_speech(server: LiveServer, name: SpeechFormat) -> None:
    text, config = "hi, مرحبا", speech_config({"format": name, "word_timestamps": True})
    metadata = (("x-api-key", server.key), ("x-request-id", "same"))
    with grpc.insecure_channel("{}:{}".format(*server.running.grpc_address)) as channel:
        stub = tts_pb2_grpc.TextToSpeechStub(channel)
        requests = (tts_pb2.SynthesizeRequest(config=config), tts_pb2.SynthesizeRequest(text=text))
        streamed = list(stub.Synthesize(iter(requests), metadata=metadata, timeout=WAIT_S))
        asked = tts_pb2.SynthesizeSimpleRequest(config=config, text=text)
        whole = stub.SynthesizeSimple(asked, metadata=metadata, timeout=WAIT_S)
    assert whole.audio_content == b"".join(response.audio_content for response in streamed)
    assert list(whole.words) == [word for response in streamed for word in response.words]
    assert _lasting(whole.metadata) == _lasting(streamed[-1].metadata)


def _lasting(metadata: tts_pb2.SynthesisMetadata) -> tuple[object, ...]:
    summary = metadata.summary
    described = (metadata.request_id, metadata.voice, metadata.format, metadata.sample_rate_hz, metadata.channels)
    return (*described, summary.cancelled, summary.audio_ms, summary.characters, summary.words)
