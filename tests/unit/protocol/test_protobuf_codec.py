"""Protobuf to fields and back: every field of the protos reaches the session, and every message its response."""

import pytest

from grpc_service.protos import asr_pb2, tts_pb2
from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.fields import recognition_config, speech_request
from hiwar.protocol.messages import (
    Cancelled,
    Done,
    ErrorEvent,
    Final,
    Flushed,
    Partial,
    Ready,
    SpeechEndedEvent,
    SpeechStartedEvent,
    SynthesisComplete,
    SynthesisStarted,
    WordSpoken,
    WordTimestamps,
    WordTiming,
)
from hiwar.protocol.protobuf_codec import (
    ENCODINGS,
    FORMATS,
    SpeechResponses,
    recognition_parameters,
    recognition_request,
    recognition_response,
    synthesis_fields,
    synthesis_request,
)
from hiwar.vocabulary import AudioEncoding, AudioFormat, RecognitionConfig, SpeechFormat, SpeechRequest

ID = "r1"
STARTED = SynthesisStarted(ID, "Yara", SpeechFormat.OPUS, 24000)


def _config(**fields: object) -> RecognitionConfig:
    parameters = recognition_parameters(asr_pb2.RecognitionConfig(**fields), ID)  # type: ignore[arg-type]
    return recognition_config(parameters, new_request_id=lambda: "unused")


def _request(**fields: object) -> SpeechRequest:
    config = tts_pb2.SynthesisConfig(**fields)  # type: ignore[arg-type]
    return speech_request(synthesis_fields(config, ID), request_id=ID, voices=("Yara", "Nouf"), text_chars_max=None)


# -- what a client asks for ------------------------------------------------------------------------------------------


def test_a_config_of_defaults() -> None:
    assert _config() == RecognitionConfig(ID, interim_results=False)
    assert _request() == SpeechRequest(ID, None)


def test_every_field_of_a_recognition_config() -> None:
    wanted = _config(
        encoding=asr_pb2.MULAW,
        sample_rate_hz=8000,
        channels=1,
        language_code="en",
        enable_interim_results=True,
        enable_word_timestamps=True,
        vad_config=asr_pb2.VadConfig(enabled=False),
        endpointing_ms=700,
        digits="words",
        enable_itn=True,
    )
    assert wanted == RecognitionConfig(
        ID, "en", 8000, AudioEncoding.MULAW, True, True, False, endpointing_ms=700, digits="words", itn=True
    )


def test_every_field_of_a_synthesis_config() -> None:
    wanted = _request(
        voice="Nouf",
        format=tts_pb2.WAV,
        sample_rate_hz=16000,
        speed=1.5,
        language_code="en",
        enable_word_timestamps=True,
    )
    audio = AudioFormat(SpeechFormat.WAV, 16000)
    assert wanted == SpeechRequest(ID, None, "Nouf", audio, 1.5, "en", word_timestamps=True)


def test_voice_activity_is_on_unless_it_is_switched_off() -> None:
    assert _config().voice_activity
    assert _config(vad_config=asr_pb2.VadConfig(enabled=True)).voice_activity
    assert not _config(vad_config=asr_pb2.VadConfig()).voice_activity


def test_speed_zero_is_the_slowest_and_not_the_default() -> None:
    assert _request(speed=0.0).speed == 0.5


@pytest.mark.parametrize("encoding", AudioEncoding)
def test_every_encoding_has_a_number(encoding: AudioEncoding) -> None:
    assert _config(encoding=ENCODINGS[encoding]).encoding is encoding


@pytest.mark.parametrize("audio_format", SpeechFormat)
def test_every_format_has_a_number(audio_format: SpeechFormat) -> None:
    assert _request(format=FORMATS[audio_format]).format.encoding is audio_format


def test_every_number_has_a_meaning() -> None:
    assert set(ENCODINGS.values()) | {0} == set(asr_pb2.AudioEncoding.values())
    assert set(FORMATS.values()) | {0} == set(tts_pb2.AudioFormat.values())


def test_audio_with_a_header_says_its_rate_itself() -> None:
    assert _config(encoding=asr_pb2.FLAC, sample_rate_hz=24000).encoding is AudioEncoding.FLAC


@pytest.mark.parametrize(
    "fields", [{"channels": 2}, {"sample_rate_hz": -1}, {"encoding": 99}, {"endpointing_ms": -5}, {"digits": "roman"}]
)
def test_a_recognition_config_that_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(HiwarError) as raised:
        _config(**fields)
    assert raised.value.code is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize(
    "fields", [{"format": 99}, {"sample_rate_hz": 1}, {"format": tts_pb2.ALAW, "sample_rate_hz": 1}]
)
def test_a_synthesis_config_that_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(HiwarError) as raised:
        _request(**fields)
    assert raised.value.code is ErrorCode.INVALID_FORMAT


def test_requests_behind_the_config() -> None:
    assert recognition_request(asr_pb2.RecognizeRequest(audio_content=b"12")) == b"12"
    assert recognition_request(asr_pb2.RecognizeRequest(audio_content=b"")) == b""
    assert recognition_request(asr_pb2.RecognizeRequest(finalize=asr_pb2.Finalize())) == {"type": "finalize"}
    assert synthesis_request(tts_pb2.SynthesizeRequest(text="")) == {"type": "text", "text": ""}
    assert synthesis_request(tts_pb2.SynthesizeRequest(flush=tts_pb2.Flush())) == {"type": "flush"}
    assert synthesis_request(tts_pb2.SynthesizeRequest(cancel=tts_pb2.Cancel())) == {"type": "cancel"}


def test_requests_that_may_not_come() -> None:
    with pytest.raises(HiwarError) as raised:
        recognition_request(asr_pb2.RecognizeRequest(config=asr_pb2.RecognitionConfig()))
    assert raised.value.code is ErrorCode.PROTOCOL_VIOLATION
    with pytest.raises(HiwarError) as raised:
        synthesis_request(tts_pb2.SynthesizeRequest(config=tts_pb2.SynthesisConfig()))
    assert raised.value.code is ErrorCode.PROTOCOL_VIOLATION
    with pytest.raises(HiwarError) as raised:
        recognition_request(asr_pb2.RecognizeRequest())
    assert raised.value.code is ErrorCode.INVALID_REQUEST
    with pytest.raises(HiwarError) as raised:
        synthesis_request(tts_pb2.SynthesizeRequest())
    assert raised.value.code is ErrorCode.INVALID_REQUEST


# -- what a client is told -------------------------------------------------------------------------------------------


def test_a_partial() -> None:
    response = recognition_response(Partial(ID, 3, "some wor", "some", 0.5, "en", 10, 900, 40), speech_events=False)
    assert response == asr_pb2.RecognizeResponse(
        results=[
            asr_pb2.RecognitionResult(
                alternatives=[asr_pb2.RecognitionAlternative(transcript="some wor", confidence=0.5)],
                segment=3,
                stable_transcript="some",
                language_code="en",
                start_ms=10,
                end_ms=900,
                audio_to_emit_ms=40,
            )
        ]
    )
    assert not response.results[0].alternatives[0].HasField("itn")


def test_a_final() -> None:
    words = (WordTiming("five", 10, 400, 0.75),)
    response = recognition_response(Final(ID, 3, "five", 0.5, "en", 10, 900, 40, words, "5"), speech_events=False)
    assert response is not None
    (result,) = response.results
    assert (result.is_final, result.stable_transcript) == (True, "five")
    assert result.alternatives[0] == asr_pb2.RecognitionAlternative(
        transcript="five",
        confidence=0.5,
        words=[asr_pb2.WordInfo(word="five", start_ms=10, end_ms=400, confidence=0.75)],
        itn="5",
    )


def test_speech_events_come_when_they_were_asked_for() -> None:
    started, ended = SpeechStartedEvent(ID, 1, 100), SpeechEndedEvent(ID, 1, 900)
    assert recognition_response(started, speech_events=False) is None
    assert recognition_response(ended, speech_events=False) is None
    kinds = asr_pb2.SpeechEvent
    for message, kind, time_ms in ((started, kinds.SPEECH_STARTED, 100), (ended, kinds.SPEECH_ENDED, 900)):
        response = recognition_response(message, speech_events=True)
        assert response == asr_pb2.RecognizeResponse(
            speech_event=asr_pb2.SpeechEvent(type=kind, segment=1, time_ms=time_ms)
        )


def test_messages_without_a_response() -> None:
    error = ErrorEvent(ErrorCode.INTERNAL, "It failed.", False)
    for message in (Ready(ID, "auto", 16000, AudioEncoding.LINEAR16, True), Done(ID, 1, 1), error):
        assert recognition_response(message, speech_events=True) is None
    for other in (STARTED, Cancelled((ID,)), error):
        assert SpeechResponses().told(other) is None


def test_what_the_audio_is_goes_with_the_first_of_it() -> None:
    responses = SpeechResponses()
    words = responses.told(STARTED) or responses.told(WordTimestamps(ID, (WordSpoken("one", 0, 300),)))
    assert words == tts_pb2.SynthesizeResponse(words=[tts_pb2.WordTimestamp(word="one", start_ms=0, end_ms=300)])
    metadata = tts_pb2.SynthesisMetadata(
        request_id=ID, voice="Yara", format=tts_pb2.OPUS, sample_rate_hz=24000, channels=1
    )
    assert responses.told(b"12") == tts_pb2.SynthesizeResponse(audio_content=b"12", metadata=metadata)
    assert responses.told(b"34") == tts_pb2.SynthesizeResponse(audio_content=b"34")


def test_a_flush_is_answered() -> None:
    assert SpeechResponses().told(Flushed(ID, 100, 20, 3)) == tts_pb2.SynthesizeResponse(
        flushed=tts_pb2.Flushed(audio_ms=100, characters=20, words=3)
    )


@pytest.mark.parametrize("status", ["ok", "cancelled"])
def test_the_last_response_counts_what_was_sent(status: str) -> None:
    responses = SpeechResponses()
    responses.told(STARTED)
    complete = SynthesisComplete(ID, status, 1000, 20, 3, 12.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)  # type: ignore[arg-type]
    last = responses.told(complete)
    assert last is not None
    assert (last.is_final, last.audio_content) == (True, b"")
    assert last.metadata.voice == "Yara"
    assert last.metadata.summary == tts_pb2.SynthesisSummary(
        cancelled=status == "cancelled",
        audio_ms=1000,
        characters=20,
        words=3,
        ttfc_ms=12.5,
        queue_ms=1.0,
        text_ms=2.0,
        model_ms=3.0,
        encode_ms=4.0,
        first_text_ms=5.0,
        first_model_ms=6.0,
        first_encode_ms=7.0,
    )


def test_without_audio_there_is_no_time_to_it() -> None:
    responses = SpeechResponses()
    responses.told(STARTED)
    last = responses.told(SynthesisComplete(ID, "cancelled"))
    assert last is not None
    assert not last.metadata.summary.HasField("ttfc_ms")
