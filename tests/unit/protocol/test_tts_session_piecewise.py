"""Requests whose text arrives piece by piece, on the server's side. Whole requests: `test_tts_session`."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.effects import (
    AddText,
    CheckCredentials,
    Close,
    EndText,
    FlushText,
    Send,
    SendAudio,
    StartSynthesis,
    StopSynthesis,
    TtsEffect,
)
from hiwar.protocol.messages import (
    Cancelled,
    ErrorEvent,
    Flushed,
    Message,
    SynthesisComplete,
    SynthesisStarted,
    WordSpoken,
    WordTimestamps,
)
from hiwar.protocol.transitions import State
from hiwar.protocol.tts_session import TtsServerSession, TtsSessionLimits
from hiwar.vocabulary import AudioFormat, SpeechFormat, SpeechRequest, SynthesisProgress, WordTime
from support.limits import TTS_LIMITS

SECRET = "what the client wrote"
NOTHING = SynthesisProgress()
BROKEN = HiwarError(ErrorCode.INTERNAL, "No.")


def open_session(limits: TtsSessionLimits = TTS_LIMITS, *, signed_in: bool = True) -> TtsServerSession:
    made_up = iter(range(1000))
    session = TtsServerSession(
        voices=("Yara", "Nouf"), limits=limits, new_request_id=lambda: f"made-up-{next(made_up)}", now=0.0
    )
    if signed_in:
        session.signed_in(0.0)
    return session


def ask(session: TtsServerSession, now: float = 1.0, **fields: object) -> tuple[TtsEffect, ...]:
    return session.receive_text(json.dumps(fields), now)


def start(
    session: TtsServerSession, request_id: str = "a", now: float = 1.0, **fields: object
) -> tuple[TtsEffect, ...]:
    return ask(session, now, type="start", request_id=request_id, **fields)


def add(session: TtsServerSession, text: object, now: float = 1.0) -> tuple[TtsEffect, ...]:
    return ask(session, now, type="text", text=text)


def flush(session: TtsServerSession, now: float = 1.0) -> tuple[TtsEffect, ...]:
    return ask(session, now, type="flush")


def finish(session: TtsServerSession, now: float = 1.0) -> tuple[TtsEffect, ...]:
    return ask(session, now, type="finish")


def said(effects: Sequence[TtsEffect]) -> list[Message]:
    return [effect.message for effect in effects if isinstance(effect, Send)]


def begun(request_id: str, text: str | None = None) -> tuple[TtsEffect, TtsEffect]:
    started = SynthesisStarted(request_id, "Yara", SpeechFormat.PCM, 22050)
    return Send(started), StartSynthesis(SpeechRequest(request_id, text))


def assert_error(effects: Sequence[TtsEffect], code: ErrorCode, request_id: str | None) -> None:
    """Exactly an `error`: no request ends by it."""
    assert len(effects) == 1
    (error,) = said(effects)
    assert isinstance(error, ErrorEvent)
    assert (error.code, error.request_id) == (code, request_id)
    assert SECRET not in error.message


def assert_failed(effects: Sequence[TtsEffect], code: ErrorCode, request_id: str) -> None:
    """Exactly an `error` and a failed completion of the same request."""
    assert_error(effects[:1], code, request_id)
    (complete,) = said(effects[1:])
    assert isinstance(complete, SynthesisComplete)
    assert (complete.request_id, complete.status) == (request_id, "failed")


# -- from start to end -----------------------------------------------------------------------------------------------


def test_one_request_from_its_start_to_its_end() -> None:
    session = open_session()
    effects = start(session, now=1.0, voice="Nouf", format="wav", sample_rate=8000, speed=9, word_timestamps=True)
    wav = AudioFormat(SpeechFormat.WAV, 8000)
    assert effects == (
        Send(SynthesisStarted("a", "Nouf", SpeechFormat.WAV, 8000)),
        StartSynthesis(SpeechRequest("a", None, "Nouf", wav, 2.0, word_timestamps=True)),
    )
    assert add(session, "Hello ", 2.0) == (AddText("Hello "),)
    assert add(session, "", 2.0) == ()
    assert add(session, "you", 3.0) == (AddText("you"),)
    assert session.audio("a", b"12", SynthesisProgress(10.0, 5, 1), 3.5) == (SendAudio(b"12"),)
    assert finish(session, 4.0) == (EndText(),)
    assert session.audio("a", b"34", SynthesisProgress(20.0, 9, 2), 4.5) == (SendAudio(b"34"),)
    assert session.completed("a", SynthesisProgress(20.0, 9, 2), 5.0) == (
        Send(SynthesisComplete("a", "ok", 20, 9, 2, ttfc_ms=1500.0, queue_ms=0.0)),
    )


def test_the_time_to_the_first_audio_counts_from_the_first_text_with_something_in_it() -> None:
    session = open_session()
    start(session, now=1.0)
    add(session, " \n", 2.0)
    add(session, "hi", 3.0)
    add(session, "hi", 4.0)
    session.audio("a", b"12", NOTHING, 5.0)
    finish(session)
    (complete,) = said(session.completed("a", NOTHING, 6.0))
    assert isinstance(complete, SynthesisComplete)
    assert complete.ttfc_ms == 2000.0


def test_text_that_comes_while_the_request_waits_follows_its_start() -> None:
    session = open_session()
    ask(session, text="hi", request_id="whole")
    assert start(session, now=1.0) == ()
    assert add(session, "one ", 2.0) == flush(session, 2.0) == add(session, "two", 3.0) == finish(session, 3.0) == ()
    effects = session.completed("whole", NOTHING, 5.0)
    assert effects[1:] == (*begun("a"), AddText("one "), FlushText(), AddText("two"), EndText())
    session.audio("a", b"12", NOTHING, 6.0)
    (complete,) = said(session.completed("a", NOTHING, 7.0))
    assert complete == SynthesisComplete("a", "ok", ttfc_ms=4000.0, queue_ms=4000.0)


def test_text_goes_on_in_its_turn_where_it_stood_before() -> None:
    session = open_session()
    ask(session, text="hi", request_id="whole")
    start(session)
    add(session, "one ")
    assert session.completed("whole", NOTHING, 5.0)[1:] == (*begun("a"), AddText("one "))
    assert add(session, "two") == (AddText("two"),)


def test_requests_behind_an_open_one_wait_for_its_end() -> None:
    session = open_session()
    start(session)
    assert ask(session, text="hi", request_id="whole") == ()
    assert add(session, "one") == (AddText("one"),)
    assert finish(session) == (EndText(),)
    assert start(session, "b") == ()
    assert add(session, "two") == ()
    assert session.completed("a", NOTHING, 2.0)[1:] == begun("whole", "hi")
    assert session.completed("whole", NOTHING, 3.0)[1:] == (*begun("b"), AddText("two"))


def test_a_first_frame_may_carry_the_start() -> None:
    session = open_session(signed_in=False)
    frame = json.dumps({"x-api-key": "K", "type": "start", "request_id": "a"})
    assert session.receive_text(frame, 1.0) == (CheckCredentials("K"),)
    assert session.signed_in(1.0) == begun("a")
    assert add(session, "hi") == (AddText("hi"),)


def test_a_start_that_carries_a_key_once_more_is_a_start() -> None:
    frame = json.dumps({"x-api-key": "K", "type": "start", "request_id": "a"})
    assert open_session().receive_text(frame, 1.0) == begun("a")


def test_half_a_character_is_handed_over_as_it_came() -> None:
    session = open_session()
    start(session)
    assert session.receive_text('{"type": "text", "text": "a\\ud83d"}', 1.0) == (AddText("a\ud83d"),)
    assert session.receive_text('{"type": "text", "text": "\\ude00b"}', 1.0) == (AddText("\ude00b"),)


# -- flush -----------------------------------------------------------------------------------------------------------


def test_a_flush_is_answered_with_what_was_sent_so_far() -> None:
    session = open_session()
    start(session)
    add(session, "one")
    assert flush(session) == (FlushText(),)
    session.audio("a", b"12", SynthesisProgress(10.4, 3, 1), 2.0)
    assert session.flushed("a", SynthesisProgress(10.6, 3, 1), 2.0) == (Send(Flushed("a", 11, 3, 1)),)
    assert session.flushed("a", SynthesisProgress(10.6, 3, 1), 2.0) == ()
    assert session.wants("a")


def test_flushed_of_what_is_not_spoken_any_more_or_was_never_flushed_is_dropped() -> None:
    session = open_session()
    ask(session, text="hi", request_id="whole")
    start(session)
    flush(session)
    assert session.flushed("whole", NOTHING, 1.0) == session.flushed("a", NOTHING, 1.0) == ()
    ask(session, type="cancel")
    assert session.flushed("a", NOTHING, 1.0) == ()


def test_flushes_without_their_answer_are_bounded_and_the_request_goes_on() -> None:
    session = open_session(replace(TTS_LIMITS, flushes_waiting_max=2))
    start(session)
    add(session, "hi")
    assert flush(session) == flush(session) == (FlushText(),)
    assert_error(flush(session), ErrorCode.RATE_LIMIT_EXCEEDED, "a")
    session.flushed("a", NOTHING, 1.0)
    assert flush(session) == (FlushText(),)
    assert finish(session) == (EndText(),)


# -- words -----------------------------------------------------------------------------------------------------------


def test_words_go_before_their_audio_when_they_were_asked_for() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a", word_timestamps=True)
    words = [WordTime("hi", 0, 200), WordTime("you", 200, 410)]
    spoken = Send(WordTimestamps("a", (WordSpoken("hi", 0, 200), WordSpoken("you", 200, 410))))
    assert session.audio("a", b"12", NOTHING, 1.0, words) == (spoken, SendAudio(b"12"))
    assert session.audio("a", b"", NOTHING, 1.0, words[:1]) == (Send(WordTimestamps("a", (WordSpoken("hi", 0, 200),))),)
    assert session.audio("a", b"12", NOTHING, 1.0) == (SendAudio(b"12"),)
    assert session.audio("b", b"12", NOTHING, 1.0, words) == ()


def test_words_that_nobody_asked_for_are_not_sent() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    assert session.audio("a", b"12", NOTHING, 1.0, [WordTime("hi", 0, 200)]) == (SendAudio(b"12"),)


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "flush", "finish"])
def test_without_an_open_request_there_is_nothing_to_add_to(kind: str) -> None:
    session = open_session()
    assert_error(ask(session, type=kind, text=SECRET), ErrorCode.PROTOCOL_VIOLATION, None)
    ask(session, text="hi", request_id="whole")
    assert_error(ask(session, type=kind, text=SECRET), ErrorCode.PROTOCOL_VIOLATION, None)
    session.completed("whole", NOTHING, 1.0)
    start(session)
    add(session, "hi")
    finish(session)
    assert_error(ask(session, type=kind, text=SECRET), ErrorCode.PROTOCOL_VIOLATION, None)
    assert session.wants("a")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"voice": SECRET}, ErrorCode.INVALID_VOICE),
        ({"format": SECRET}, ErrorCode.INVALID_FORMAT),
        ({"sample_rate": 1}, ErrorCode.INVALID_FORMAT),
        ({"language": SECRET}, ErrorCode.UNSUPPORTED_LANGUAGE),
        ({"speed": SECRET}, ErrorCode.INVALID_REQUEST),
        ({"word_timestamps": 1}, ErrorCode.INVALID_REQUEST),
        ({"text": SECRET}, ErrorCode.INVALID_REQUEST),
        ({"text": ""}, ErrorCode.INVALID_REQUEST),
    ],
)
def test_a_refused_start_swallows_its_text(fields: dict[str, object], code: ErrorCode) -> None:
    session = open_session()
    frame = json.dumps({"type": "start", "request_id": "a", **fields})
    assert_failed(session.receive_text(frame, 1.0), code, "a")
    assert add(session, SECRET) == add(session, 5) == flush(session) == finish(session) == ()
    assert_error(finish(session), ErrorCode.PROTOCOL_VIOLATION, None)
    assert start(session, "b") == begun("b")


def test_a_refused_start_waits_for_its_turn_and_swallows_its_text_before_and_after() -> None:
    session = open_session()
    ask(session, text="hi", request_id="whole")
    assert start(session, voice="Nobody") == add(session, "one") == flush(session) == ()
    assert_failed(session.completed("whole", NOTHING, 2.0)[1:], ErrorCode.INVALID_VOICE, "a")
    assert add(session, "two") == ()
    assert start(session, "b") == begun("b")
    assert add(session, "three") == (AddText("three"),)


def test_a_start_behind_a_full_queue_swallows_its_text() -> None:
    session = open_session(replace(TTS_LIMITS, requests_queued_max=1))
    for request_id in ("whole", "next"):
        ask(session, text="hi", request_id=request_id)
    assert_failed(start(session), ErrorCode.RATE_LIMIT_EXCEEDED, "a")
    assert add(session, "one") == finish(session) == ()
    session.completed("whole", NOTHING, 2.0)
    assert session.completed("next", NOTHING, 2.0)[1:] == ()


def test_a_start_under_an_id_in_use_is_refused_under_another() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    assert start(session) == add(session, "one") == finish(session) == ()
    assert_failed(session.completed("a", NOTHING, 2.0)[1:], ErrorCode.INVALID_REQUEST, "made-up-0")


@pytest.mark.parametrize("waits", [False, True])
def test_a_start_while_one_is_open_is_refused_in_its_turn_and_the_open_one_goes_on(waits: bool) -> None:
    session = open_session()
    if waits:
        ask(session, text="hi", request_id="whole")
    start(session)
    assert start(session, "b") == ()
    add(session, "one")
    finish(session)
    if waits:
        assert session.completed("whole", NOTHING, 2.0)[1:] == (*begun("a"), AddText("one"), EndText())
    assert_failed(session.completed("a", NOTHING, 2.0)[1:], ErrorCode.PROTOCOL_VIOLATION, "b")


def test_a_bad_request_while_one_is_open_leaves_it_open() -> None:
    session = open_session()
    start(session)
    assert ask(session, text="", request_id="b") == session.receive_text("{", 1.0) == session.receive_binary(b"", 1.0)
    assert ask(session, type="sing") == ()
    assert add(session, "one") == (AddText("one"),)


@pytest.mark.parametrize("waits", [False, True])
def test_a_piece_over_the_limit_is_refused_at_once_and_the_rest_is_spoken(waits: bool) -> None:
    session = open_session(replace(TTS_LIMITS, text_chars_max=5))
    if waits:
        ask(session, text="hi", request_id="whole")
    start(session)
    add(session, "abc")
    assert_error(add(session, "def"), ErrorCode.TEXT_TOO_LONG, "a")
    assert add(session, "de") == (() if waits else (AddText("de"),))
    assert_error(add(session, "f"), ErrorCode.TEXT_TOO_LONG, "a")
    finish(session)
    if waits:
        assert session.completed("whole", NOTHING, 2.0)[1:] == (*begun("a"), AddText("abcde"), EndText())
    (complete,) = said(session.completed("a", NOTHING, 2.0))
    assert isinstance(complete, SynthesisComplete)
    assert complete.status == "ok"


@pytest.mark.parametrize("text", [None, 5, [SECRET], {"text": SECRET}])
def test_a_piece_that_is_no_string_is_refused_and_the_rest_is_spoken(text: object) -> None:
    session = open_session()
    start(session)
    assert_error(add(session, text), ErrorCode.INVALID_REQUEST, "a")
    assert_error(ask(session, type="text"), ErrorCode.INVALID_REQUEST, "a")
    assert add(session, "one") == (AddText("one"),)


@pytest.mark.parametrize("pieces", [(), ("",), (" ", "\n\t")])
def test_a_text_that_ends_with_nothing_to_speak_fails(pieces: tuple[str, ...]) -> None:
    session = open_session()
    start(session)
    for piece in pieces:
        add(session, piece)
    ask(session, text="hi", request_id="whole")
    stop, *failed = finish(session)
    assert stop == StopSynthesis("a")
    assert_failed(failed[:2], ErrorCode.INVALID_REQUEST, "a")
    assert tuple(failed[2:]) == begun("whole", "hi")


def test_a_text_that_ends_with_nothing_to_speak_while_it_waits_fails_in_its_turn() -> None:
    session = open_session()
    ask(session, text="hi", request_id="whole")
    start(session)
    assert add(session, " ") == flush(session) == finish(session) == ()
    assert_failed(session.completed("whole", NOTHING, 2.0)[1:], ErrorCode.INVALID_REQUEST, "a")


def test_a_request_that_fails_while_it_is_open_swallows_the_rest_of_its_text() -> None:
    session = open_session()
    start(session)
    add(session, "one")
    assert_failed(session.failed("a", BROKEN, 2.0), ErrorCode.INTERNAL, "a")
    assert add(session, "two") == flush(session) == finish(session) == ()
    assert start(session) == begun("a")


# -- cancel ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [{}, {"request_id": "a"}])
def test_cancel_of_an_open_request_says_what_was_sent_and_swallows_the_rest_of_its_text(named: dict[str, str]) -> None:
    session = open_session()
    start(session)
    add(session, "one two")
    flush(session)
    session.audio("a", b"12", SynthesisProgress(40.0, 3, 1), 1.5)
    assert ask(session, 2.0, type="cancel", **named) == (
        StopSynthesis("a"),
        Send(SynthesisComplete("a", "cancelled", 40, 3, 1, 500.0)),
        Send(Cancelled(("a",))),
    )
    assert add(session, "three") == flush(session) == ()
    assert start(session, "b") == begun("b")
    assert add(session, "four") == (AddText("four"),)


def test_cancel_of_an_open_request_that_waits_leaves_what_speaks() -> None:
    session = open_session()
    ask(session, text="hi", request_id="whole")
    start(session)
    add(session, "one")
    assert said(ask(session, type="cancel", request_id="a")) == [
        SynthesisComplete("a", "cancelled"),
        Cancelled(("a",)),
    ]
    assert add(session, "two") == finish(session) == ()
    assert session.completed("whole", NOTHING, 2.0)[1:] == ()


def test_cancel_of_another_leaves_the_open_one_open() -> None:
    session = open_session()
    start(session)
    ask(session, text="hi", request_id="b")
    ask(session, type="cancel", request_id="b")
    assert add(session, "one") == (AddText("one"),)


# -- ends ------------------------------------------------------------------------------------------------------------


def test_an_open_request_is_idle_without_frames_and_without_audio() -> None:
    session = open_session()
    start(session, now=10.0)
    assert session.deadline_s == 310.0
    add(session, "one", 20.0)
    assert session.deadline_s == 320.0
    session.audio("a", b"12", NOTHING, 30.0)
    assert session.deadline_s == 330.0
    flush(session, 40.0)
    session.flushed("a", NOTHING, 50.0)
    assert session.deadline_s == 350.0
    assert session.tick(349.9) == ()
    stop, error, close = session.tick(350.0)
    assert stop == StopSynthesis("a")
    assert_error([error], ErrorCode.IDLE_TIMEOUT, None)
    assert "send finish" in repr(error)
    assert close == Close(4408, "idle_timeout")
    assert session.state is State.CLOSED


def test_a_client_that_still_listens_is_not_idle() -> None:
    session = open_session()
    start(session, now=10.0)
    add(session, "one", 20.0)
    session.audio("a", b"12", SynthesisProgress(audio_ms=60_000), 30.0)
    assert session.deadline_s == 30.0 + 60.0 + 300.0


def test_a_finished_text_is_waited_for_as_long_as_it_is_spoken() -> None:
    session = open_session()
    start(session)
    add(session, "one")
    finish(session)
    assert session.deadline_s is None
    assert session.tick(1e9) == ()


def test_an_open_request_that_waits_sets_no_deadline() -> None:
    session = open_session()
    ask(session, text="hi", request_id="whole")
    start(session)
    assert session.deadline_s is None
    session.completed("whole", NOTHING, 50.0)
    assert session.deadline_s == 350.0


def test_a_peer_that_leaves_stops_an_open_request() -> None:
    session = open_session()
    start(session)
    add(session, "one")
    assert session.peer_closed() == (StopSynthesis("a"),)
    assert add(session, "two") == ()


def test_drain_speaks_the_text_so_far_and_refuses_what_comes_later() -> None:
    session = open_session()
    start(session)
    add(session, "one")
    flush(session)
    assert session.drain(2.0) == (EndText(),)
    assert session.drain(2.0) == ()
    assert session.deadline_s is None
    assert_error(add(session, SECRET), ErrorCode.SERVER_BUSY, "a")
    assert_error(flush(session), ErrorCode.SERVER_BUSY, "a")
    assert start(session, "b") == add(session, "two") == finish(session) == ()
    assert said(session.flushed("a", NOTHING, 3.0)) == [Flushed("a", 0, 0, 0)]
    complete, *refused, close = session.completed("a", NOTHING, 3.0)
    assert said([complete]) == [SynthesisComplete("a", "ok")]
    assert_failed(refused, ErrorCode.SERVER_BUSY, "b")
    assert close == Close(1001, "server is stopping")


def test_drain_refuses_an_open_request_without_text() -> None:
    session = open_session()
    start(session)
    add(session, " ")
    stop, *failed, close = session.drain(2.0)
    assert stop == StopSynthesis("a")
    assert_failed(failed, ErrorCode.SERVER_BUSY, "a")
    assert close == Close(1001, "server is stopping")
    assert session.state is State.CLOSED


def test_drain_refuses_an_open_request_that_waits_in_its_turn() -> None:
    session = open_session()
    ask(session, text="hi", request_id="whole")
    start(session)
    add(session, "one")
    assert session.drain(2.0) == ()
    assert add(session, "two") == ()
    _, *failed, close = session.completed("whole", NOTHING, 3.0)
    assert_failed(failed, ErrorCode.SERVER_BUSY, "a")
    assert close == Close(1001, "server is stopping")


def test_what_is_secret_is_not_in_a_repr() -> None:
    session = open_session()
    effects = (*start(session), *add(session, SECRET), *flush(session), *finish(session))
    assert len(effects) == 5
    assert SECRET not in repr(effects)
