import json

import pytest

from hiwar.protocol.client_sessions import AsrClientSession, AudioChunk, TtsClientSession
from hiwar.protocol.json_codec import encode
from hiwar.protocol.messages import (
    Cancelled,
    Done,
    Flushed,
    Start,
    SynthesisComplete,
    SynthesisStarted,
    Synthesize,
    WordSpoken,
    WordTimestamps,
)
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


def test_a_text_in_pieces() -> None:
    session = TtsClientSession()
    assert json.loads(session.start(Start(voice="Nouf"), request_id="a")) == {
        "type": "start",
        "voice": "Nouf",
        "request_id": "a",
    }
    assert not session.finished
    frames = [session.text("hel"), session.text("lo"), session.flush(), session.finish()]
    assert [json.loads(frame or "") for frame in frames] == [
        {"type": "text", "text": "hel"},
        {"type": "text", "text": "lo"},
        {"type": "flush"},
        {"type": "finish"},
    ]
    assert session.finished


@pytest.mark.parametrize(
    ("pieces", "sent"),
    [
        (["", "a"], [None, "a"]),
        (["a\ud83d", "\ude42b"], ["a", "🙂b"]),
        (["\ud83d", "", "\ude42"], [None, None, "🙂"]),
        (["\ud83d", "b\ude42"], [None, "\ufffdb\ufffd"]),
    ],
)
def test_pieces_may_be_cut_in_a_surrogate_pair(pieces: list[str], sent: list[str | None]) -> None:
    session = TtsClientSession()
    session.start(Start(), request_id="a")
    frames = [session.text(piece) for piece in pieces]
    assert [json.loads(frame)["text"] if frame else None for frame in frames] == sent


def test_half_a_pair_of_one_request_is_not_the_next_one_s() -> None:
    session = TtsClientSession()
    session.start(Start(), request_id="a")
    session.text("\ud83d")
    session.start(Start(), request_id="b")
    assert json.loads(session.text("b") or "")["text"] == "b"


@pytest.mark.parametrize("end", ["finish", "cancel all", "cancel it", "complete"])
def test_after_its_end_a_request_takes_no_text(end: str) -> None:
    session = TtsClientSession()
    session.start(Start(), request_id="a")
    match end:
        case "finish":
            session.finish()
        case "cancel all":
            session.cancel()
        case "cancel it":
            session.cancel("a")
        case _:
            session.receive_text(encode(SynthesisComplete("a", "failed")))
    assert [session.text("more"), session.flush(), session.finish()] == [None, None, None]
    assert session.finished == (end != "complete")


def test_the_end_of_another_request_leaves_it_open() -> None:
    session = TtsClientSession()
    assert [session.text("early"), session.flush(), session.finish()] == [None, None, None]
    session.start(Start(), request_id="a")
    session.cancel("b")
    session.receive_text(encode(SynthesisComplete("b", "cancelled")))
    assert session.text("more") is not None
    assert session.finish() is not None


def test_words_and_flushes_are_told() -> None:
    session = TtsClientSession()
    for message in (WordTimestamps("a", (WordSpoken("one", 0, 90),)), Flushed("a", 90, 3, 1)):
        assert session.receive_text(encode(message)) == message


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
