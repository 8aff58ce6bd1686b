"""Calls over gRPC as clients make them: what they are answered, and with which status."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

import asr_pb2
import asr_pb2_grpc
import tts_pb2
from support.grpc_calls import Services, failure, recognition, services, synthesis
from support.serving import LiveServer, live_server
from support.tones import heard, spoken

Status = grpc.StatusCode
Config = asr_pb2.RecognitionConfig


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data"), {"limits.text_chars_max": 1000}) as started:
        yield started


@pytest.fixture
def client(server: LiveServer) -> Iterator[Services]:
    with services(server) as connected:
        yield connected


def _asr(*requests: asr_pb2.RecognizeRequest) -> Callable[[Services], Any]:
    return lambda client: client.asr.Recognize(iter(requests), metadata=client.metadata)


def _tts(*requests: tts_pb2.SynthesizeRequest) -> Callable[[Services], Any]:
    return lambda client: client.tts.Synthesize(iter(requests), metadata=client.metadata)


ASR, TTS = asr_pb2.RecognizeRequest, tts_pb2.SynthesizeRequest
ASR_CONFIG, TTS_CONFIG = ASR(config=Config()), TTS(config=tts_pb2.SynthesisConfig())


def _asr_config(**fields: Any) -> Callable[[Services], Any]:
    return _asr(ASR(config=Config(**fields)))


def _tts_config(**fields: Any) -> Callable[[Services], Any]:
    return _tts(TTS(config=tts_pb2.SynthesisConfig(**fields)), TTS(text="hi"))


# -- what works ------------------------------------------------------------------------------------------------------


def test_a_microphone_as_the_reference_streams_it(server: LiveServer) -> None:
    audio = spoken("hello tones", sample_rate=16000, encoding="linear16")

    def requests() -> Iterator[asr_pb2.RecognizeRequest]:
        yield asr_pb2.RecognizeRequest(
            config=asr_pb2.RecognitionConfig(
                encoding=asr_pb2.LINEAR16,
                sample_rate_hz=16000,
                channels=1,
                language_code="ar",
                enable_interim_results=True,
                enable_word_timestamps=True,
                vad_config=asr_pb2.VadConfig(enabled=True),
            )
        )
        for start in range(0, len(audio), 2048):
            yield asr_pb2.RecognizeRequest(audio_content=audio[start : start + 2048])

    finals: list[str] = []
    with grpc.insecure_channel(server.grpc_target) as channel:
        stub = asr_pb2_grpc.SpeechRecognitionStub(channel)
        for response in stub.Recognize(requests(), metadata=(("x-api-key", server.key),)):
            for result in response.results:
                if result.is_final:
                    finals.append(result.alternatives[0].transcript)
                    words = [word.word for word in result.alternatives[0].words]
                    assert words == ["hello", "tones"]
    assert finals == ["hello tones"]


@pytest.mark.parametrize(
    ("encoding", "name", "rate"),
    [("LINEAR16", "linear16", 8000), ("LINEAR16", "linear16", 48000), ("MULAW", "mulaw", 8000), ("ALAW", "alaw", 8000)],
)
def test_encodings_and_rates(client: Services, encoding: str, name: str, rate: int) -> None:
    config = Config(encoding=asr_pb2.AudioEncoding.Value(encoding), sample_rate_hz=rate)
    audio = spoken("some words", sample_rate=rate, encoding=name)
    responses = list(client.asr.Recognize(recognition(audio, config), metadata=client.metadata))
    assert [result.alternatives[0].transcript for response in responses for result in response.results] == [
        "some words"
    ]


def test_a_result_in_full(client: Services) -> None:
    audio = spoken("two words", sample_rate=16000, encoding="linear16", silence_ms=1000)
    config = Config(enable_interim_results=True, enable_word_timestamps=True, enable_speech_events=True)
    responses = list(client.asr.Recognize(recognition(audio, config), metadata=client.metadata))
    events = [response.speech_event for response in responses if not response.results]
    assert [event.type for event in events] == [asr_pb2.SpeechEvent.SPEECH_STARTED, asr_pb2.SpeechEvent.SPEECH_ENDED]
    *interim, final = [result for response in responses for result in response.results]
    assert all(final.alternatives[0].transcript.startswith(result.stable_transcript) for result in interim)
    assert [final.is_final, final.segment, final.stable_transcript] == [True, 0, "two words"]
    (alternative,) = final.alternatives
    assert 0 < alternative.confidence <= 1
    assert [word.word for word in alternative.words] == ["two", "words"]
    assert final.start_ms <= alternative.words[0].start_ms < alternative.words[1].end_ms <= final.end_ms


def test_an_utterance_that_is_finalized(client: Services) -> None:
    audio = spoken("one", sample_rate=16000, encoding="linear16")
    pieces = [ASR(audio_content=audio[start : start + 2048]) for start in range(0, len(audio), 2048)]
    requests = client.sending(ASR_CONFIG, *pieces, ASR(finalize=asr_pb2.Finalize()))
    call = client.asr.Recognize(requests, metadata=client.metadata)
    assert next(call).results[0].alternatives[0].transcript == "one"
    for request in (*pieces, None):
        requests.send(request)
    (result,) = (result for response in call for result in response.results)
    assert (result.segment, result.alternatives[0].transcript) == (1, "one")
    assert call.code() is Status.OK


def test_a_text_in_pieces(client: Services) -> None:
    config = tts_pb2.SynthesisConfig(voice="Yara_en", sample_rate_hz=16000, language_code="en")
    call = client.tts.Synthesize(synthesis("some wo", "rds. And", " more", config=config), metadata=client.metadata)
    *spoken_responses, last = list(call)
    audio = b"".join(response.audio_content for response in spoken_responses)
    assert heard(audio, sample_rate=16000, audio_format="pcm").split() == ["some", "words.", "And", "more"]
    described = [response for response in spoken_responses if response.HasField("metadata")]
    assert described == spoken_responses[:1]
    metadata = described[0].metadata
    assert (metadata.voice, metadata.format, metadata.sample_rate_hz, metadata.channels) == (
        "Yara_en",
        tts_pb2.PCM,
        16000,
        1,
    )
    assert not any(response.is_final for response in spoken_responses)
    assert last.is_final
    assert not last.audio_content
    summary = last.metadata.summary
    assert summary.audio_ms == pytest.approx(len(audio) / 32, abs=2)
    assert (summary.words, summary.cancelled, summary.HasField("ttfc_ms")) == (4, False, True)


def test_text_is_spoken_while_more_is_awaited_and_a_flush_is_answered(client: Services) -> None:
    requests = client.sending(TTS_CONFIG, TTS(text="unfinished"), TTS(flush=tts_pb2.Flush()))
    call = client.tts.Synthesize(requests, metadata=client.metadata)
    audio = b""
    while not (response := next(call)).HasField("flushed"):
        audio += response.audio_content
    assert heard(audio, sample_rate=22050, audio_format="pcm") == "unfinished"
    assert response.flushed.characters == len("unfinished")
    requests.send(TTS(cancel=tts_pb2.Cancel()))
    *_, last = call
    assert last.metadata.summary.cancelled
    assert last.metadata.summary.audio_ms == response.flushed.audio_ms
    assert call.code() is Status.OK


def test_word_timestamps_come_before_their_audio(client: Services) -> None:
    config = tts_pb2.SynthesisConfig(enable_word_timestamps=True, sample_rate_hz=8000)
    sent_ms = 0.0
    words: list[str] = []
    for response in client.tts.Synthesize(synthesis("one two", config=config), metadata=client.metadata):
        for word in response.words:
            assert sent_ms <= word.start_ms < word.end_ms
            words.append(word.word)
        sent_ms += len(response.audio_content) / 16
    assert words == ["one", "two"]


def test_a_whole_text(client: Services) -> None:
    config = tts_pb2.SynthesisConfig(format=tts_pb2.WAV, sample_rate_hz=8000, enable_word_timestamps=True)
    request = tts_pb2.SynthesizeSimpleRequest(config=config, text="a whole text")
    answer, call = client.tts.SynthesizeSimple.with_call(request, metadata=client.metadata)
    assert heard(answer.audio_content, sample_rate=8000, audio_format="wav") == "a whole text"
    assert [word.word for word in answer.words] == ["a", "whole", "text"]
    assert answer.metadata.summary.characters == len("a whole text")
    assert "x-request-id" in dict(call.trailing_metadata())


# -- who may, and under which id -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["x-api-key", "authorization"])
def test_signing_in(server: LiveServer, client: Services, form: str) -> None:
    value = server.key if form == "x-api-key" else f"Bearer {server.key}"
    call = client.tts.Synthesize(synthesis("hi"), metadata=((form, value),))
    assert list(call)[-1].is_final


@pytest.mark.parametrize("metadata", [(), (("x-api-key", "wrong"),), (("authorization", "Basic eDp5"),)])
def test_without_a_key_a_call_ends_before_its_first_message(
    client: Services, metadata: tuple[tuple[str, str], ...]
) -> None:
    for method in (client.asr.Recognize, client.tts.Synthesize):
        told = failure(method(client.sending(), metadata=metadata))  # waits for the server first
        assert told.status is Status.UNAUTHENTICATED
        assert told.trailing["x-error-code"] == "unauthorized"
        assert "retry-after" not in told.trailing
    # The one request of this call may be as large as any and come slowly: nothing of it is waited for.
    whole: Any = client.channel.stream_stream("/tts.TextToSpeech/SynthesizeSimple")
    assert failure(whole(client.sending(), metadata=metadata)).status is Status.UNAUTHENTICATED


def test_the_request_id_comes_back(client: Services) -> None:
    metadata = (*client.metadata, ("x-request-id", "my-own_1"))
    call = client.tts.Synthesize(synthesis("hi"), metadata=metadata)
    responses = list(call)
    assert responses[-1].metadata.request_id == "my-own_1"
    assert dict(call.initial_metadata())["x-request-id"] == dict(call.trailing_metadata())["x-request-id"] == "my-own_1"


@pytest.mark.parametrize("metadata", [(), (("x-request-id", "not an id"),)])
def test_a_request_id_is_made_up_for_failed_calls_too(client: Services, metadata: tuple[tuple[str, str], ...]) -> None:
    told = failure(client.asr.Recognize(iter(()), metadata=(*client.metadata, *metadata)))
    assert told.status is (Status.INVALID_ARGUMENT if metadata else Status.FAILED_PRECONDITION)
    assert re.fullmatch("[a-z0-9]{8}", told.initial["x-request-id"])
    assert told.trailing["x-request-id"] == told.initial["x-request-id"]


# -- what is refused -------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[Services], Any], Status, str, str]] = {
    "audio first": (_asr(ASR(audio_content=b"12")), Status.FAILED_PRECONDITION, "protocol_violation", "hold config"),
    "finalize first": (
        _asr(ASR(finalize=asr_pb2.Finalize())),
        Status.FAILED_PRECONDITION,
        "protocol_violation",
        "hold config",
    ),
    "text first": (_tts(TTS(text="hi")), Status.FAILED_PRECONDITION, "protocol_violation", "hold config"),
    "nothing to hear": (_asr(), Status.FAILED_PRECONDITION, "protocol_violation", "hold config"),
    "nothing to say": (_tts(), Status.FAILED_PRECONDITION, "protocol_violation", "hold config"),
    "an empty first": (_asr(ASR()), Status.FAILED_PRECONDITION, "protocol_violation", "hold config"),
    "two configs": (_asr(ASR_CONFIG, ASR_CONFIG), Status.FAILED_PRECONDITION, "protocol_violation", "comes once"),
    "two configs to speak": (
        _tts(TTS_CONFIG, TTS(text="hi"), TTS_CONFIG),
        Status.FAILED_PRECONDITION,
        "protocol_violation",
        "comes once",
    ),
    "an empty one": (_asr(ASR_CONFIG, ASR()), Status.INVALID_ARGUMENT, "invalid_request", "audio_content"),
    "an empty one to speak": (_tts(TTS_CONFIG, TTS()), Status.INVALID_ARGUMENT, "invalid_request", "flush"),
    "two channels": (_asr_config(channels=2), Status.INVALID_ARGUMENT, "invalid_request", "channels"),
    "a rate": (_asr_config(sample_rate_hz=11025), Status.INVALID_ARGUMENT, "invalid_request", "sample_rate"),
    "an encoding": (_asr_config(encoding=77), Status.INVALID_ARGUMENT, "invalid_request", "encoding"),
    "a language": (_asr_config(language_code="xx"), Status.INVALID_ARGUMENT, "unsupported_language", "language"),
    "endpointing": (_asr_config(endpointing_ms=99), Status.INVALID_ARGUMENT, "invalid_request", "endpointing_ms"),
    "digits": (_asr_config(digits="roman"), Status.INVALID_ARGUMENT, "invalid_request", "digits"),
    "a voice": (_tts_config(voice="Nobody"), Status.INVALID_ARGUMENT, "invalid_voice", "voice must be one of"),
    "a format": (_tts_config(format=77), Status.INVALID_ARGUMENT, "invalid_format", "format"),
    "a rate to speak": (_tts_config(sample_rate_hz=11025), Status.INVALID_ARGUMENT, "invalid_format", "sample_rate"),
    "too much text": (_tts(TTS_CONFIG, TTS(text="a" * 1001)), Status.INVALID_ARGUMENT, "text_too_long", "1000"),
    "no text": (_tts(TTS_CONFIG, TTS(text="  ")), Status.INVALID_ARGUMENT, "invalid_request", "to speak"),
    "too large a frame": (
        _asr(ASR_CONFIG, ASR(audio_content=bytes(8 * 1024 * 1024 + 1))),
        Status.INVALID_ARGUMENT,
        "frame_too_large",
        "bytes",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(server: LiveServer, client: Services, case: str) -> None:
    opened, status, code, sentence = REFUSED[case]
    told = failure(opened(client))
    assert (told.status, told.trailing["x-error-code"]) == (status, code)
    assert sentence in told.sentence
    assert server.held.slots == 0


def test_a_message_over_the_limit_is_refused_by_the_transport(client: Services) -> None:
    assert failure(_asr(ASR_CONFIG, ASR(audio_content=bytes(9 * 1024 * 1024)))(client)).status is (
        Status.RESOURCE_EXHAUSTED
    )


def test_bytes_that_are_no_message(client: Services) -> None:
    names = ("/asr.SpeechRecognition/Recognize", "/tts.TextToSpeech/Synthesize", "/tts.TextToSpeech/SynthesizeSimple")
    for name in names:
        method: Any = client.channel.stream_stream(name)
        told = failure(method(iter([b"\xff\xff"]), metadata=client.metadata))
        assert (told.status, told.trailing["x-error-code"]) == (Status.INVALID_ARGUMENT, "invalid_request")


def test_a_whole_text_that_is_refused(client: Services) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        client.tts.SynthesizeSimple(tts_pb2.SynthesizeSimpleRequest(text=""), metadata=client.metadata)
    assert raised.value.code() is Status.INVALID_ARGUMENT
    trailing: Any = raised.value.trailing_metadata()
    assert dict(trailing)["x-error-code"] == "invalid_request"


def test_waiting_too_long(tmp_path: Path) -> None:
    flags = {"limits.sign_in_timeout_ms": 200, "limits.idle_timeout_ms": 800}
    with live_server(tmp_path, flags) as server, services(server) as client:
        waited_too_long(client)


def waited_too_long(client: Services) -> None:
    cases = (
        (client.asr.Recognize, (), "deadline_exceeded", "config"),
        (client.tts.Synthesize, (), "deadline_exceeded", "config"),
        (client.asr.Recognize, (ASR_CONFIG,), "idle_timeout", "empty audio_content"),
        (client.tts.Synthesize, (TTS_CONFIG,), "idle_timeout", "No text came"),
    )
    for method, requests, code, sentence in cases:
        told = failure(method(client.sending(*requests), metadata=client.metadata))
        assert (told.status, told.trailing["x-error-code"]) == (Status.DEADLINE_EXCEEDED, code)
        assert told.trailing["retry-after"] == "2"
        assert sentence in told.sentence


def test_a_full_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    flags = {"limits.streams_max": 1}
    with live_server(tmp_path_factory.mktemp("data"), flags) as server, services(server) as client:
        first = client.asr.Recognize(client.sending(), metadata=client.metadata)
        assert first.initial_metadata()
        told = failure(client.asr.Recognize(client.sending(), metadata=client.metadata))
        assert (told.status, told.trailing["x-error-code"]) == (Status.UNAVAILABLE, "server_busy")
        assert told.trailing["retry-after"] == "2"
        first.cancel()
