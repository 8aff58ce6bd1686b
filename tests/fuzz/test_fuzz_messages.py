"""What peers say in frames, queries and protobuf messages: understood, or refused by an error of ours.

Whole sessions, frame after frame, are in `tests/property/test_*_session_machine.py`.
"""

import contextlib
from collections.abc import Mapping

from google.protobuf.message import DecodeError
from hypothesis import example, given
from hypothesis import strategies as st

from grpc_service.protos import asr_pb2, tts_pb2
from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol import json_codec, protobuf_codec
from hiwar.protocol.fields import recognition_config, speech_request
from hiwar.protocol.messages import Done, ErrorEvent
from hiwar.protocol.sign_in import first_frame
from support.frames import broken_frames, json_values
from support.fuzzing import damaged, fuzzed

SERVER_FRAMES = tuple(
    frame.encode()
    for frame in (
        json_codec.encode(ErrorEvent(ErrorCode.SERVER_BUSY, "busy", True, "id", 5)),
        json_codec.encode(Done("id", 5, 1)),
        '{"type":"error","code":"of a later version","message":"m","retryable":false}',
        '{"type":"partial","request_id":"a","segment":0,"transcript":"t","stable":"","confidence":0.5}',
        '{"type":"synthesis_complete","request_id":"a","status":"ok","audio_ms":5,"characters":3}',
    )
)
CLIENT_FRAMES = (
    b'{"text": "hello", "voice": "Yara", "speed": 1.5, "format": "wav", "sample_rate": 22050}',
    b'{"type": "text", "text": "\\ud83d\\ude00"}',
    b'{"type": "text", "text": "\\ud83d"}',
    b'{"x-api-key": "hiwar_4fQz01ab", "text": "hello"}',
    b'{"token": "a.b.c"}',
)
as_text = st.one_of(damaged(CLIENT_FRAMES).map(lambda data: data.decode("utf-8", "surrogateescape")), broken_frames)
PARAMETERS = "language sample_rate encoding interim_results word_timestamps vad endpointing_ms digits itn request_id"
parameters = st.dictionaries(
    st.sampled_from(PARAMETERS.split()),
    st.sampled_from(["ar", "16000", "linear16", "true", "0", "-1", "٣", "²", "9" * 5000, "", "western"]) | st.text(),
)
fields = st.dictionaries(
    st.sampled_from(["text", "voice", "format", "response_format", "sample_rate", "speed", "language", "request_id"]),
    json_values | st.sampled_from(["Yara", "wav", "auto", 22050, 1.5, "hello"]),
)
RECOGNIZE = tuple(
    request.SerializeToString()
    for request in (
        asr_pb2.RecognizeRequest(
            config=asr_pb2.RecognitionConfig(
                encoding=asr_pb2.LINEAR16, sample_rate_hz=16000, language_code="ar", enable_word_timestamps=True
            )
        ),
        asr_pb2.RecognizeRequest(audio_content=bytes(64)),
    )
)
SYNTHESIZE = tuple(
    request.SerializeToString()
    for request in (
        tts_pb2.SynthesizeRequest(config=tts_pb2.SynthesisConfig(voice="Yara", sample_rate_hz=22050, speed=1.5)),
        tts_pb2.SynthesizeRequest(text="hello"),
    )
)


@fuzzed
@given(as_text)
def test_frames_of_clients(frame: str) -> None:
    with contextlib.suppress(HiwarError):
        assert isinstance(json_codec.decode_object(frame), dict)
    with contextlib.suppress(HiwarError):
        credential, others = first_frame(frame)
        assert credential
        assert not {"x-api-key", "token"} & others.keys()


@fuzzed
@given(damaged(SERVER_FRAMES).map(lambda data: data.decode("utf-8", "replace")) | broken_frames)
def test_frames_of_servers(frame: str) -> None:
    json_codec.decode_tts_server(frame)
    json_codec.decode_asr_server(frame)


@fuzzed
@given(parameters)
def test_query_parameters_of_recognition(given_parameters: Mapping[str, str]) -> None:
    with contextlib.suppress(HiwarError):
        config = recognition_config(given_parameters, new_request_id=lambda: "made-up")
        assert 1 <= len(config.request_id) <= 64


@fuzzed
@given(fields)
@example({"text": "x", "speed": 10**400})
def test_fields_of_a_synthesis_request(given_fields: dict[str, object]) -> None:
    with contextlib.suppress(HiwarError):
        request = speech_request(given_fields, request_id="id", voices=("Yara",), text_chars_max=100)
        assert request.text
        assert 0.5 <= request.speed <= 2.0


@fuzzed
@given(damaged(RECOGNIZE) | st.binary(max_size=200))
def test_protobuf_requests_of_recognition(data: bytes) -> None:
    with contextlib.suppress(DecodeError, HiwarError):
        request = asr_pb2.RecognizeRequest.FromString(data)
        if request.HasField("config"):
            recognition_config(
                protobuf_codec.recognition_parameters(request.config, "id"), new_request_id=lambda: "made-up"
            )
        else:
            protobuf_codec.recognition_request(request)


@fuzzed
@given(damaged(SYNTHESIZE) | st.binary(max_size=200))
def test_protobuf_requests_of_synthesis(data: bytes) -> None:
    with contextlib.suppress(DecodeError, HiwarError):
        request = tts_pb2.SynthesizeRequest.FromString(data)
        if request.HasField("config"):
            made = protobuf_codec.synthesis_fields(request.config, "id")
            speech_request({**made, "text": "x"}, request_id="id", voices=("Yara",), text_chars_max=100)
        else:
            protobuf_codec.synthesis_request(request)
