import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hiwar.errors import ErrorCode, HiwarError, RateLimitError
from hiwar.protocol.effects import CheckCredentials, Close, Send, SendAudio, StartSynthesis, StopSynthesis, TtsEffect
from hiwar.protocol.messages import Cancelled, ErrorEvent, Message, SynthesisComplete, SynthesisStarted
from hiwar.protocol.transitions import State
from hiwar.protocol.tts_session import TtsServerSession, TtsSessionLimits
from hiwar.vocabulary import AudioFormat, SpeechFormat, SpeechRequest, SynthesisProgress
from support.limits import TTS_LIMITS

SECRET = "what the client wrote"


def new_session(limits: TtsSessionLimits = TTS_LIMITS) -> TtsServerSession:
    made_up = iter(range(1000))
    return TtsServerSession(
        voices=("Yara", "Nouf"), limits=limits, new_request_id=lambda: f"made-up-{next(made_up)}", now=0.0
    )


def open_session(limits: TtsSessionLimits = TTS_LIMITS, voices: Collection[str] | None = None) -> TtsServerSession:
    session = new_session(limits)
    assert session.signed_in(0.0, allowed_voices=voices) == ()
    return session


def ask(session: TtsServerSession, now: float = 1.0, **fields: object) -> tuple[TtsEffect, ...]:
    return session.receive_text(json.dumps(fields), now)


def send(session: TtsServerSession, fields: Mapping[str, object]) -> tuple[TtsEffect, ...]:
    return session.receive_text(json.dumps(fields), 1.0)


def state_of(session: TtsServerSession) -> State:
    """Asked anew each time, which type checkers do not expect of an attribute."""
    return session.state


def said(effects: Sequence[TtsEffect]) -> list[Message]:
    return [effect.message for effect in effects if isinstance(effect, Send)]


def request(request_id: str, text: str = "hi") -> SpeechRequest:
    return SpeechRequest(request_id, text)


def started(request_id: str) -> Send:
    return Send(SynthesisStarted(request_id, "Yara", SpeechFormat.PCM, 22050))


def assert_refused(effects: Sequence[TtsEffect], code: ErrorCode, request_id: str | None = None) -> None:
    """Exactly an `error` and a failed completion of the same request."""
    error, complete = said(effects)
    assert len(effects) == 2
    assert isinstance(error, ErrorEvent)
    assert isinstance(complete, SynthesisComplete)
    assert error.code is code
    assert error.request_id == complete.request_id
    assert request_id in {None, error.request_id}
    assert (complete.status, complete.audio_ms, complete.characters) == ("failed", 0, 0)
    assert SECRET not in error.message


def assert_broken(session: TtsServerSession, effects: Sequence[TtsEffect], code: ErrorCode, close: int) -> None:
    """Last an `error` and the close with its code; nothing follows."""
    *_, error, closing = effects
    assert isinstance(error, Send)
    assert isinstance(error.message, ErrorEvent)
    assert error.message.code is code
    assert closing == Close(close, code)
    assert state_of(session) is State.CLOSED
    assert session.deadline_s is None
    assert session.receive_text('{"text": "a"}', 2.0) == ()
    assert session.receive_binary(b"a", 2.0) == ()
    assert session.peer_closed() == ()
    assert session.drain(1.0) == ()
    assert session.tick(1e9) == ()


# -- signing in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", [{"x-api-key": "K"}, {"token": "K"}, {"x-api-key": "K", "token": "T"}])
def test_a_first_frame_signs_in(frame: dict[str, str]) -> None:
    session = new_session()
    assert send(session, frame) == (CheckCredentials("K"),)
    assert state_of(session) is State.CHECKING
    assert session.signed_in(1.0) == ()
    assert state_of(session) is State.OPEN
    assert ask(session, text="hi", request_id="a") == (started("a"), StartSynthesis(request("a")))


def test_a_first_frame_may_carry_the_first_request() -> None:
    session = new_session()
    assert send(session, {"x-api-key": "K", "text": "hi", "request_id": "a"}) == (CheckCredentials("K"),)
    assert session.signed_in(1.0) == (started("a"), StartSynthesis(request("a")))


def test_a_request_in_the_first_frame_is_not_spoken_for_a_bad_key() -> None:
    session = new_session()
    send(session, {"x-api-key": "K", "text": "hi"})
    error = HiwarError(ErrorCode.UNAUTHORIZED, "No.")
    effects = session.refused(error)
    assert_broken(session, effects, ErrorCode.UNAUTHORIZED, 4401)
    assert len(effects) == 2


def test_a_key_without_this_service_is_forbidden() -> None:
    session = new_session()
    send(session, {"x-api-key": "K"})
    assert_broken(session, session.refused(HiwarError(ErrorCode.FORBIDDEN, "No.")), ErrorCode.FORBIDDEN, 4403)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "K",
        '{"text": "hi"}',
        '{"type": "cancel"}',
        "[]",
        '{"x-api-key": ""}',
        '{"x-api-key": null}',
        '{"x-api-key": 5}',
        '{"x-api-key": ["K"]}',
        '{"X-API-KEY": "K"}',
        '{"x-api-key": "\ud800"}',
        json.dumps({"x-api-key": "K" * 8193}),
        "{" * 100_000,
    ],
    ids=range(13),
)
def test_a_bad_first_frame_breaks_with_4401(frame: str) -> None:
    session = new_session()
    assert_broken(session, session.receive_text(frame, 1.0), ErrorCode.UNAUTHORIZED, 4401)


@pytest.mark.parametrize("frame", [b"", b"\0\0", b"x" * 1_000_000])
def test_a_binary_frame_before_sign_in_breaks_with_4401(frame: bytes) -> None:
    session = new_session()
    assert_broken(session, session.receive_binary(frame, 1.0), ErrorCode.UNAUTHORIZED, 4401)


def test_nothing_is_taken_while_a_credential_is_checked() -> None:
    for frame in ('{"text": "hi"}', '{"x-api-key": "K"}', b"\0"):
        session = new_session()
        send(session, {"x-api-key": "K"})
        receive: Any = session.receive_text if isinstance(frame, str) else session.receive_binary
        assert_broken(session, receive(frame, 1.0), ErrorCode.UNAUTHORIZED, 4401)
        assert session.signed_in(1.0) == ()
        assert session.refused(HiwarError(ErrorCode.UNAUTHORIZED, "No.")) == ()


def test_a_sign_in_frame_after_the_header_is_not_needed_and_does_no_harm() -> None:
    session = open_session()
    assert send(session, {"x-api-key": "K"}) == ()
    assert state_of(session) is State.OPEN


def test_a_later_sign_in_frame_is_a_violation_that_leaves_the_connection_usable() -> None:
    session = new_session()
    send(session, {"x-api-key": "K"})
    session.signed_in(1.0)
    (error,) = said(send(session, {"x-api-key": "K"}))
    assert isinstance(error, ErrorEvent)
    assert error.code is ErrorCode.PROTOCOL_VIOLATION
    assert ask(session, text="hi", request_id="a")[0] == started("a")


def test_a_request_that_carries_a_key_once_more_is_a_request() -> None:
    assert send(open_session(), {"x-api-key": "K", "text": "hi", "request_id": "a"})[0] == started("a")


def test_the_sign_in_deadline() -> None:
    session = new_session()
    assert session.deadline_s == 10.0
    assert session.tick(9.999) == ()
    assert_broken(session, session.tick(10.0), ErrorCode.UNAUTHORIZED, 4401)


# -- requests --------------------------------------------------------------------------------------------------------


def test_one_request_from_its_arrival_to_its_end() -> None:
    session = open_session()
    effects = ask(session, 1.0, text="hi", voice="Nouf", format="wav", sample_rate=8000, speed=9, request_id="a")
    wav = AudioFormat(SpeechFormat.WAV, 8000)
    assert effects == (
        Send(SynthesisStarted("a", "Nouf", SpeechFormat.WAV, 8000, 1)),
        StartSynthesis(SpeechRequest("a", "hi", "Nouf", wav, 2.0)),
    )
    assert session.deadline_s is None
    assert session.wants("a")
    first = SynthesisProgress(10.4, 1, 1, 0.5, 1.5, 0.25)
    last = SynthesisProgress(20.6, 2, 1, 1.00049, 2.5, 3.5)
    assert session.audio("a", b"12", first, 1.25) == (SendAudio(b"12"),)
    assert session.audio("a", b"34", last, 1.5) == (SendAudio(b"34"),)
    assert session.completed("a", last, 2.0) == (
        Send(SynthesisComplete("a", "ok", 21, 2, 1, 250.0, 0.0, 1.0, 2.5, 3.5, 0.5, 1.5, 0.25)),
    )
    assert not session.wants("a")
    assert session.audio("a", b"56", last, 2.0) == ()
    assert session.completed("a", last, 2.0) == ()
    assert session.failed("a", HiwarError(ErrorCode.INTERNAL, "No."), 2.0) == ()


def test_a_request_without_an_id_gets_one() -> None:
    assert ask(open_session(), text="hi")[0] == started("made-up-0")


def test_requests_are_answered_in_the_order_of_their_arrival_and_say_how_long_they_waited() -> None:
    session = open_session()
    assert ask(session, 1.0, text="hi", request_id="a")[0] == started("a")
    assert ask(session, 2.0, text="hi", request_id="b") == ()
    assert ask(session, 3.0, text="hi", request_id="c") == ()
    done, *following = session.completed("a", SynthesisProgress(), 4.0)
    assert following == [started("b"), StartSynthesis(request("b"))]
    assert said([done]) == [SynthesisComplete("a", "ok")]
    done, *following = session.completed("b", SynthesisProgress(), 6.0)
    assert said([done]) == [SynthesisComplete("b", "ok", queue_ms=2000.0)]
    assert following == [started("c"), StartSynthesis(request("c"))]


def test_audio_of_a_request_that_waits_is_dropped() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    ask(session, text="hi", request_id="b")
    assert session.audio("b", b"12", SynthesisProgress(), 1.0) == ()
    assert not session.wants("b")


def test_empty_audio_is_counted_and_not_sent() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    assert session.audio("a", b"", SynthesisProgress(1.0, 2, 1), 1.5) == ()
    (complete,) = said(session.failed("a", HiwarError(ErrorCode.INTERNAL, "No."), 2.0))[1:]
    assert complete == SynthesisComplete("a", "failed", 1, 2, 1)


def test_a_failed_request_says_what_was_sent_and_leaves_the_connection_usable() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    session.audio("a", b"12", SynthesisProgress(7.0, 3, 1), 1.5)
    assert session.failed("a", HiwarError(ErrorCode.SERVER_BUSY, "Busy."), 2.0) == (
        Send(ErrorEvent(ErrorCode.SERVER_BUSY, "Busy.", True, "a")),
        Send(SynthesisComplete("a", "failed", 7, 3, 1, 500.0)),
    )
    assert ask(session, text="hi", request_id="a")[0] == started("a")


# -- refusals --------------------------------------------------------------------------------------------------------

REFUSED: list[tuple[str | bytes, ErrorCode]] = [
    ("", ErrorCode.INVALID_REQUEST),
    (SECRET, ErrorCode.INVALID_REQUEST),
    ("[]", ErrorCode.INVALID_REQUEST),
    ('{"text": "a", "speed": NaN}', ErrorCode.INVALID_REQUEST),
    (f'{{"text": "a", "speed": {"9" * 5000}}}', ErrorCode.INVALID_REQUEST),
    ('{"text": "\ud800"}', ErrorCode.INVALID_REQUEST),
    ('{"a":' * 40_000, ErrorCode.INVALID_REQUEST),
    ("{}", ErrorCode.INVALID_REQUEST),
    ('{"text": ""}', ErrorCode.INVALID_REQUEST),
    ('{"text": " \\n "}', ErrorCode.INVALID_REQUEST),
    ('{"text": null}', ErrorCode.INVALID_REQUEST),
    (json.dumps({"text": "x" * 10_001}), ErrorCode.TEXT_TOO_LONG),
    (json.dumps({"text": SECRET, "voice": SECRET}), ErrorCode.INVALID_VOICE),
    (json.dumps({"text": SECRET, "format": SECRET}), ErrorCode.INVALID_FORMAT),
    (json.dumps({"text": SECRET, "sample_rate": 1}), ErrorCode.INVALID_FORMAT),
    (json.dumps({"text": SECRET, "language": SECRET}), ErrorCode.UNSUPPORTED_LANGUAGE),
    (json.dumps({"text": SECRET, "speed": SECRET}), ErrorCode.INVALID_REQUEST),
    (json.dumps({"text": SECRET, "request_id": SECRET}), ErrorCode.INVALID_REQUEST),
    (json.dumps({"text": SECRET, "type": SECRET}), ErrorCode.INVALID_REQUEST),
    ('{"type": 5}', ErrorCode.INVALID_REQUEST),
    ('{"type": ["cancel"]}', ErrorCode.INVALID_REQUEST),
    ('{"type": {}}', ErrorCode.INVALID_REQUEST),
    (b"", ErrorCode.INVALID_REQUEST),
    (SECRET.encode(), ErrorCode.INVALID_REQUEST),
]


def receive(session: TtsServerSession, frame: str | bytes, now: float) -> tuple[TtsEffect, ...]:
    return session.receive_text(frame, now) if isinstance(frame, str) else session.receive_binary(frame, now)


@pytest.mark.parametrize(("frame", "code"), REFUSED, ids=range(len(REFUSED)))
def test_a_refused_request_gets_error_and_completion_and_the_next_is_spoken(
    frame: str | bytes, code: ErrorCode
) -> None:
    session = open_session()
    assert_refused(receive(session, frame, 1.0), code, "made-up-0")
    assert state_of(session) is State.OPEN
    assert ask(session, text="hi", request_id="a")[0] == started("a")


@pytest.mark.parametrize(("frame", "code"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_waits_for_its_turn(frame: str | bytes, code: ErrorCode) -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    assert receive(session, frame, 1.0) == ()
    ask(session, text="hi", request_id="b")
    done, *refusal, start, begin = session.completed("a", SynthesisProgress(), 3.0)
    assert said([done]) == [SynthesisComplete("a", "ok")]
    assert_refused(refusal, code)
    assert (start, begin) == (started("b"), StartSynthesis(request("b")))


def test_a_refusal_keeps_the_clients_request_id() -> None:
    assert_refused(ask(open_session(), text="", request_id="mine"), ErrorCode.INVALID_REQUEST, "mine")


def test_a_request_id_in_use_is_refused_under_another() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    ask(session, text="hi", request_id="b")
    ask(session, text="hi", request_id="a")
    ask(session, text="hi", request_id="b")
    assert len(session.completed("a", SynthesisProgress(), 2.0)) == 3
    _, *refused = session.completed("b", SynthesisProgress(), 2.0)
    assert_refused(refused[:2], ErrorCode.INVALID_REQUEST, "made-up-0")
    assert_refused(refused[2:], ErrorCode.INVALID_REQUEST, "made-up-1")
    assert ask(session, text="hi", request_id="a")[0] == started("a")


def test_the_queue_has_a_limit_that_answers_at_once() -> None:
    session = open_session(replace(TTS_LIMITS, requests_queued_max=2))
    for request_id in ("a", "b", "c"):
        ask(session, text="hi", request_id=request_id)
    effects = ask(session, text="hi", request_id="d")
    assert_refused(effects, ErrorCode.RATE_LIMIT_EXCEEDED, "d")
    assert_refused(ask(session, text="", request_id="e"), ErrorCode.RATE_LIMIT_EXCEEDED, "e")
    session.completed("a", SynthesisProgress(), 2.0)
    assert ask(session, text="hi", request_id="d") == ()


def test_a_voice_that_the_key_may_not_use_is_forbidden() -> None:
    session = open_session(voices=("Nouf",))
    assert_refused(ask(session, text="hi"), ErrorCode.FORBIDDEN)
    assert_refused(ask(session, text="hi", voice="Nobody"), ErrorCode.INVALID_VOICE)
    assert isinstance(ask(session, text="hi", voice="Nouf")[1], StartSynthesis)


@pytest.mark.parametrize("frame", ["x" * 262_145, b"x" * 262_145], ids=["text", "binary"])
def test_a_frame_too_large_breaks_and_stops_what_speaks(frame: str | bytes) -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    ask(session, text="hi", request_id="b")
    effects = receive(session, frame, 1.0)
    assert effects[0] == StopSynthesis("a")
    assert len(effects) == 3
    assert_broken(session, effects, ErrorCode.FRAME_TOO_LARGE, 4413)


def test_a_frame_too_large_breaks_before_sign_in_too() -> None:
    session = new_session()
    assert_broken(session, session.receive_text("x" * 262_145, 1.0), ErrorCode.FRAME_TOO_LARGE, 4413)


def test_ten_thousand_characters_fit_a_frame_however_they_are_escaped() -> None:
    frame = json.dumps({"text": "😀" * 10_000})
    assert len(frame) > 120_000
    assert isinstance(open_session().receive_text(frame, 1.0)[1], StartSynthesis)


# -- cancel ----------------------------------------------------------------------------------------------------------


def test_cancel_of_nothing_is_acknowledged() -> None:
    session = open_session()
    assert ask(session, type="cancel") == (Send(Cancelled(())),)
    assert ask(session, type="cancel", request_id="unheard-of") == (Send(Cancelled(())),)


def test_cancel_of_the_active_request_says_what_was_sent_and_begins_the_next() -> None:
    session = open_session()
    ask(session, 1.0, text="hi", request_id="a")
    ask(session, 1.0, text="hi", request_id="b")
    session.audio("a", b"12", SynthesisProgress(40.0, 3, 1), 1.5)
    assert ask(session, 2.0, type="cancel", request_id="a") == (
        StopSynthesis("a"),
        Send(SynthesisComplete("a", "cancelled", 40, 3, 1, 500.0)),
        Send(Cancelled(("a",))),
        started("b"),
        StartSynthesis(request("b")),
    )
    assert session.audio("a", b"34", SynthesisProgress(), 2.0) == ()
    assert session.completed("a", SynthesisProgress(), 2.0) == ()
    assert session.wants("b")


def test_cancel_of_a_waiting_request_leaves_the_others() -> None:
    session = open_session()
    for request_id in ("a", "b", "c"):
        ask(session, 1.0, text="hi", request_id=request_id)
    assert ask(session, 3.0, type="cancel", request_id="b") == (
        Send(SynthesisComplete("b", "cancelled", queue_ms=2000.0)),
        Send(Cancelled(("b",))),
    )
    assert session.completed("a", SynthesisProgress(), 4.0)[1] == started("c")


def test_cancel_of_all_answers_each_once_in_order() -> None:
    session = open_session()
    for request_id in ("a", "b", "c"):
        ask(session, text="hi", request_id=request_id)
    effects = ask(session, type="cancel")
    assert effects[0] == StopSynthesis("a")
    *completions, acknowledgement = said(effects)
    assert [(m.request_id, m.status) for m in completions if isinstance(m, SynthesisComplete)] == [
        ("a", "cancelled"),
        ("b", "cancelled"),
        ("c", "cancelled"),
    ]
    assert acknowledgement == Cancelled(("a", "b", "c"))
    assert ask(session, text="hi", request_id="a")[0] == started("a")


@pytest.mark.parametrize("request_id", ["", SECRET, 5, [], {}, False])
def test_a_cancel_that_names_no_request_is_an_error_without_a_completion(request_id: object) -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    (error,) = said(ask(session, type="cancel", request_id=request_id))
    assert isinstance(error, ErrorEvent)
    assert error.code is ErrorCode.INVALID_REQUEST
    assert SECRET not in error.message
    assert session.wants("a")


# -- ends ------------------------------------------------------------------------------------------------------------


def test_the_idle_deadline_runs_from_the_last_activity_and_not_while_speaking() -> None:
    session = open_session()
    assert session.deadline_s == 300.0
    ask(session, 100.0, type="cancel")
    assert session.deadline_s == 400.0
    ask(session, 399.0, text="hi", request_id="a")
    assert session.tick(1e6) == ()
    session.completed("a", SynthesisProgress(), 1000.0)
    assert session.deadline_s == 1300.0
    assert session.tick(1299.0) == ()
    assert_broken(session, session.tick(1300.0), ErrorCode.IDLE_TIMEOUT, 4408)


def test_a_peer_that_leaves_stops_what_speaks_and_is_told_nothing() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    ask(session, text="hi", request_id="b")
    assert session.peer_closed() == (StopSynthesis("a"),)
    assert state_of(session) is State.CLOSED
    assert session.audio("a", b"12", SynthesisProgress(), 1.0) == ()
    assert session.completed("a", SynthesisProgress(), 1.0) == ()
    assert session.peer_closed() == ()


def test_a_peer_that_leaves_before_it_signed_in() -> None:
    session = new_session()
    assert session.peer_closed() == ()
    assert state_of(session) is State.CLOSED


@pytest.mark.parametrize("checking", [False, True])
def test_drain_before_sign_in_closes(checking: bool) -> None:
    session = new_session()
    if checking:
        send(session, {"x-api-key": "K"})
    assert_broken(session, session.drain(1.0), ErrorCode.SERVER_BUSY, 4503)


def test_drain_of_an_idle_connection_closes_it() -> None:
    session = open_session()
    assert session.drain(1.0) == (Close(1001, "server is stopping"),)
    assert state_of(session) is State.CLOSED


def test_drain_finishes_what_speaks_and_refuses_the_rest() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    ask(session, text="hi", request_id="b")
    ask(session, text="", request_id="c")
    assert session.drain(1.0) == ()
    assert state_of(session) is State.FINISHING
    assert session.deadline_s is None
    assert session.drain(1.0) == ()
    assert ask(session, text="hi", request_id="d") == ()
    assert session.audio("a", b"12", SynthesisProgress(), 1.0) == (SendAudio(b"12"),)
    effects = session.completed("a", SynthesisProgress(), 5.0)
    assert_refused(effects[1:3], ErrorCode.SERVER_BUSY, "b")
    assert_refused(effects[3:5], ErrorCode.INVALID_REQUEST, "c")
    assert_refused(effects[5:7], ErrorCode.SERVER_BUSY, "d")
    assert effects[7:] == (Close(1001, "server is stopping"),)
    assert state_of(session) is State.CLOSED


def test_a_request_that_a_drain_refuses_has_waited_until_then() -> None:
    session = open_session()
    for name in ("a", "b"):
        ask(session, text="hi", request_id=name)
    session.drain(2.0)
    refused = session.completed("a", SynthesisProgress(), 5.0)[2]
    assert isinstance(refused, Send)
    assert isinstance(refused.message, SynthesisComplete)
    assert refused.message.queue_ms == 4000.0


def test_a_flood_while_draining_is_refused_at_once_beyond_the_queue() -> None:
    session = open_session(replace(TTS_LIMITS, requests_queued_max=1))
    for name in ("a", "b"):
        ask(session, text="hi", request_id=name)
    session.drain(1.0)
    assert_refused(ask(session, text="hi", request_id="c"), ErrorCode.RATE_LIMIT_EXCEEDED, "c")


def test_cancel_while_draining_closes_once_nothing_speaks() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    session.drain(1.0)
    assert ask(session, type="cancel", request_id="b") == (Send(Cancelled(())),)
    assert state_of(session) is State.FINISHING
    assert ask(session, type="cancel")[-1] == Close(1001, "server is stopping")
    assert state_of(session) is State.CLOSED


def test_what_is_secret_is_not_in_a_repr() -> None:
    session = new_session()
    check = send(session, {"x-api-key": SECRET, "text": SECRET})
    assert SECRET not in repr(check)
    assert SECRET not in repr(session.signed_in(1.0))


def test_the_server_may_break_off_at_any_time_once() -> None:
    error = HiwarError(ErrorCode.UNAUTHORIZED, "No more.")
    for session in (new_session(), open_session()):
        assert_broken(session, session.end(error), ErrorCode.UNAUTHORIZED, 4401)
        assert session.end(error) == ()
    session = open_session()
    ask(session, text="hi", request_id="a")
    assert StopSynthesis("a") in session.end(error)


def test_an_error_says_when_to_come_again_where_that_is_known() -> None:
    session = open_session()
    ask(session, text="hi", request_id="a")
    events = said(session.failed("a", RateLimitError("Wait.", 1_500), 2.0))
    assert [event.retry_after_ms for event in events if isinstance(event, ErrorEvent)] == [1_500]
