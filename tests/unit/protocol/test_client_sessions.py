import json

from hiwar.protocol.client_sessions import AsrClientSession, AudioChunk, TtsClientSession
from hiwar.protocol.json_codec import encode
from hiwar.protocol.messages import Cancelled, Done, SynthesisComplete, SynthesisStarted, Synthesize
from hiwar.vocabulary import SpeechFormat


def started(request_id: str) -> str:
    return encode(SynthesisStarted(request_id, "Yara", SpeechFormat.PCM, 22050))


def test_requests_carry_their_id() -> None:
    session = TtsClientSession()
    assert json.loads(session.speak(Synthesize("one"), request_id="a")) == {"text": "one", "request_id": "a"}


def test_audio_belongs_to_the_request_that_started_last() -> None:
    session = TtsClientSession()
    assert session.receive_audio(b"early") is None
    for request_id in ("a", "b"):
        session.receive_text(started(request_id))
        assert session.receive_audio(b"12") == AudioChunk(request_id, b"12")
        session.receive_text(encode(SynthesisComplete(request_id, "ok")))
        assert session.receive_audio(b"late") is None


def test_the_end_of_another_request_does_not_end_the_one_that_speaks() -> None:
    session = TtsClientSession()
    session.receive_text(started("a"))
    session.receive_text(encode(SynthesisComplete("b", "failed")))
    assert session.receive_audio(b"12") == AudioChunk("a", b"12")


def test_an_unknown_message_changes_nothing() -> None:
    session = TtsClientSession()
    session.receive_text(started("a"))
    assert session.receive_text('{"type": "of_tomorrow", "request_id": "a"}') is None
    assert session.receive_audio(b"12") == AudioChunk("a", b"12")


def test_cancelling_one_or_all() -> None:
    session = TtsClientSession()
    assert json.loads(session.cancel()) == {"type": "cancel"}
    assert json.loads(session.cancel("a")) == {"type": "cancel", "request_id": "a"}
    assert session.receive_text(encode(Cancelled(("a",)))) == Cancelled(("a",))


def test_a_recognition_stream_is_done_when_the_server_says_so() -> None:
    session = AsrClientSession()
    assert not session.finished
    assert json.loads(session.finish()) == {"type": "finish"}
    assert session.finished
    assert session.receive_text('{"type": "of_tomorrow"}') is None
    assert session.done is None
    assert session.receive_text(encode(Done("r", 10, 0))) == Done("r", 10, 0)
    session.receive_text('{"type": "of_tomorrow"}')
    assert session.done == Done("r", 10, 0)
