import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.asr_session import AsrServerSession
from hiwar.protocol.effects import AsrEffect, CheckCredentials, Close, EndStream, EndUtterance, FeedAudio, Send
from hiwar.protocol.json_codec import encode
from hiwar.protocol.messages import (
    Done,
    ErrorEvent,
    Final,
    Message,
    Partial,
    Ready,
    SpeechEndedEvent,
    SpeechStartedEvent,
    WordTiming,
)
from hiwar.protocol.transitions import State
from hiwar.vocabulary import AudioEncoding, RecognitionConfig, SpeechEnded, SpeechStarted, Transcript, Word
from support.limits import ASR_LIMITS

SECRET = "what the client wrote"
WORDS = (Word("hi", 10, 20, 0.87654),)


def new_session(config: RecognitionConfig | None = None) -> AsrServerSession:
    return AsrServerSession(config or RecognitionConfig("r"), limits=ASR_LIMITS, now=0.0)


def open_session(config: RecognitionConfig | None = None) -> AsrServerSession:
    session = new_session(config)
    session.signed_in(0.0)
    return session


def control(session: AsrServerSession, kind: object, now: float = 1.0) -> tuple[AsrEffect, ...]:
    return session.receive_text(json.dumps({"type": kind}), now)


def state_of(session: AsrServerSession) -> State:
    """Asked anew each time, which type checkers do not expect of an attribute."""
    return session.state


def transcript(*, is_final: bool, segment: int = 0) -> Transcript:
    return Transcript(segment, "hi there", "hi", 0.98765, "en", 10, 900, is_final, WORDS)


def assert_error(effects: Sequence[AsrEffect], code: ErrorCode) -> None:
    (send,) = effects
    assert isinstance(send, Send)
    message: Message = send.message
    assert isinstance(message, ErrorEvent)
    assert (message.code, message.request_id) == (code, "r")
    assert SECRET not in message.message


def assert_broken(session: AsrServerSession, effects: Sequence[AsrEffect], code: ErrorCode, close: int) -> None:
    *error, closing = effects
    assert_error(error, code)
    assert closing == Close(close, code)
    assert state_of(session) is State.CLOSED
    assert session.deadline_s is None
    assert session.receive_text('{"type": "finish"}', 2.0) == ()
    assert session.receive_binary(b"12", 2.0) == ()
    assert session.peer_closed() == ()
    assert session.drain() == ()
    assert session.tick(1e9) == ()
    assert session.completed(0) == ()
    assert session.failed(HiwarError(ErrorCode.INTERNAL, "No.")) == ()
    assert session.recognized(SpeechStarted(0, 0), audio_received_s=0, now=0) == ()


# -- signing in ------------------------------------------------------------------------------------------------------


def test_ready_says_what_the_stream_will_hear() -> None:
    session = new_session(RecognitionConfig("r", "ar", 8000, AudioEncoding.ALAW, interim_results=False))
    assert session.signed_in(0.0) == (Send(Ready("r", "ar", 8000, AudioEncoding.ALAW, False)),)
    assert state_of(session) is State.OPEN


@pytest.mark.parametrize("frame", [{"x-api-key": "K"}, {"token": "K"}])
def test_a_first_frame_signs_in(frame: dict[str, str]) -> None:
    session = new_session()
    assert session.receive_text(json.dumps(frame), 1.0) == (CheckCredentials("K"),)
    assert state_of(session) is State.CHECKING
    session.signed_in(1.0)
    assert session.receive_binary(b"12", 1.0) == (FeedAudio(b"12"),)


def test_a_bad_key_closes() -> None:
    session = new_session()
    session.receive_text('{"x-api-key": "K"}', 1.0)
    effects = session.refused(HiwarError(ErrorCode.UNAUTHORIZED, "No."))
    assert_broken(session, effects, ErrorCode.UNAUTHORIZED, 4401)


def test_audio_before_sign_in_closes() -> None:
    session = new_session()
    assert_broken(session, session.receive_binary(b"12", 1.0), ErrorCode.UNAUTHORIZED, 4401)


@pytest.mark.parametrize("frame", ["", "{}", '{"type": "finish"}', '{"x-api-key": null}', "\ud800", "[" * 10_000])
def test_a_bad_first_frame_closes(frame: str) -> None:
    session = new_session()
    assert_broken(session, session.receive_text(frame, 1.0), ErrorCode.UNAUTHORIZED, 4401)


def test_nothing_is_taken_while_a_credential_is_checked() -> None:
    for binary in (False, True):
        session = new_session()
        session.receive_text('{"x-api-key": "K"}', 1.0)
        effects = session.receive_binary(b"12", 1.0) if binary else session.receive_text('{"x-api-key": "K"}', 1.0)
        assert_broken(session, effects, ErrorCode.UNAUTHORIZED, 4401)
        assert session.signed_in(1.0) == ()
        assert session.refused(HiwarError(ErrorCode.UNAUTHORIZED, "No.")) == ()


def test_a_sign_in_frame_after_the_header_is_not_needed_and_a_second_one_is_a_violation() -> None:
    session = open_session()
    assert session.receive_text('{"x-api-key": "K"}', 1.0) == ()
    assert_error(session.receive_text('{"x-api-key": "K"}', 1.0), ErrorCode.PROTOCOL_VIOLATION)
    assert session.receive_binary(b"12", 1.0) == (FeedAudio(b"12"),)


def test_a_sign_in_frame_behind_audio_is_a_violation() -> None:
    session = open_session()
    session.receive_binary(b"12", 1.0)
    assert_error(session.receive_text('{"token": "T"}', 1.0), ErrorCode.PROTOCOL_VIOLATION)


def test_the_sign_in_deadline() -> None:
    session = new_session()
    assert session.deadline_s == 10.0
    assert session.tick(9.9) == ()
    assert_broken(session, session.tick(10.0), ErrorCode.UNAUTHORIZED, 4401)


# -- audio and controls ----------------------------------------------------------------------------------------------


def test_audio_goes_to_the_recogniser_as_it_came() -> None:
    session = open_session()
    assert session.receive_binary(b"1", 1.0) == (FeedAudio(b"1"),)
    assert session.receive_binary(b"", 1.0) == ()


def test_controls() -> None:
    session = open_session()
    assert control(session, "keepalive") == ()
    assert control(session, "finalize") == (EndUtterance(),)
    assert control(session, "finalize") == (EndUtterance(),)
    assert state_of(session) is State.OPEN
    assert control(session, "finish") == (EndStream(),)
    assert state_of(session) is State.FINISHING


@pytest.mark.parametrize("kind", [None, "", SECRET, "Finish", "cancel", 5, [], {}, ["finish"], True])
def test_an_unknown_control_is_an_error_that_leaves_the_stream_usable(kind: object) -> None:
    session = open_session()
    assert_error(control(session, kind), ErrorCode.INVALID_REQUEST)
    assert session.receive_binary(b"12", 1.0) == (FeedAudio(b"12"),)


@pytest.mark.parametrize("frame", ["", SECRET, "[]", "null", "{", '{"type": "\ud800"}', "[" * 16_000, "{}"])
def test_a_malformed_frame_is_an_error_that_leaves_the_stream_usable(frame: str) -> None:
    session = open_session()
    assert_error(session.receive_text(frame, 1.0), ErrorCode.INVALID_REQUEST)
    assert state_of(session) is State.OPEN


def test_after_finish_nothing_more_is_taken_but_keepalive() -> None:
    session = open_session()
    control(session, "finish")
    assert_error(session.receive_binary(b"12", 1.0), ErrorCode.PROTOCOL_VIOLATION)
    assert_error(control(session, "finalize"), ErrorCode.PROTOCOL_VIOLATION)
    assert_error(control(session, "finish"), ErrorCode.PROTOCOL_VIOLATION)
    assert control(session, "keepalive") == ()
    assert state_of(session) is State.FINISHING
    assert session.completed(20) == (Send(Done("r", 20, 0)), Close(1000, "done"))


def test_frames_too_large_close() -> None:
    limits = ASR_LIMITS
    session = open_session()
    assert len(session.receive_binary(bytes(limits.audio_frame_bytes_max), 1.0)) == 1
    effects = session.receive_binary(bytes(limits.audio_frame_bytes_max + 1), 1.0)
    assert_broken(session, effects, ErrorCode.FRAME_TOO_LARGE, 4413)
    session = open_session()
    effects = session.receive_text("x" * (limits.text_frame_chars_max + 1), 1.0)
    assert_broken(session, effects, ErrorCode.FRAME_TOO_LARGE, 4413)


# -- results ---------------------------------------------------------------------------------------------------------


def test_what_is_heard_is_sent_with_its_lag() -> None:
    session = open_session()

    def heard(event: SpeechStarted | Transcript | SpeechEnded) -> tuple[AsrEffect, ...]:
        return session.recognized(event, audio_received_s=1.0, now=1.25)

    assert heard(SpeechStarted(0, 10)) == (Send(SpeechStartedEvent("r", 0, 10)),)
    assert heard(transcript(is_final=False)) == (
        Send(Partial("r", 0, "hi there", "hi", 0.988, "en", 10, 900, audio_to_emit_ms=250)),
    )
    assert heard(transcript(is_final=True)) == (
        Send(Final("r", 0, "hi there", 0.988, "en", 10, 900, audio_to_emit_ms=250)),
    )
    assert heard(SpeechEnded(0, 900)) == (Send(SpeechEndedEvent("r", 0, 900)),)


def test_a_final_carries_its_inverse_text_normalisation_and_a_partial_none() -> None:
    session = open_session()
    for is_final, itn in ((False, None), (True, "HI")):
        heard = replace(transcript(is_final=is_final), itn=itn)
        (send,) = session.recognized(heard, audio_received_s=0, now=0)
        assert isinstance(send, Send)
        assert json.loads(encode(send.message)).get("itn") == itn


def test_words_are_there_when_asked_for() -> None:
    session = open_session(RecognitionConfig("r", word_timestamps=True))
    (send,) = session.recognized(transcript(is_final=True), audio_received_s=1.0, now=1.0)
    assert isinstance(send, Send)
    assert isinstance(send.message, Final)
    assert send.message.words == (WordTiming("hi", 10, 20, 0.877),)


def test_a_lag_is_never_negative() -> None:
    (send,) = open_session().recognized(transcript(is_final=False), audio_received_s=2.0, now=1.0)
    assert isinstance(send, Send)
    assert isinstance(send.message, Partial)
    assert send.message.audio_to_emit_ms == 0


def test_done_counts_the_finals() -> None:
    session = open_session()
    for segment in range(2):
        session.recognized(transcript(is_final=False, segment=segment), audio_received_s=0, now=0)
        session.recognized(transcript(is_final=True, segment=segment), audio_received_s=0, now=0)
    control(session, "finish")
    session.recognized(transcript(is_final=True, segment=2), audio_received_s=0, now=0)
    assert session.completed(1234) == (Send(Done("r", 1234, 3)), Close(1000, "done"))
    assert state_of(session) is State.CLOSED


def test_a_pipeline_that_fails_closes_the_stream() -> None:
    session = open_session()
    effects = session.failed(HiwarError(ErrorCode.INTERNAL, "No."))
    assert_broken(session, effects, ErrorCode.INTERNAL, 1011)


# -- ends ------------------------------------------------------------------------------------------------------------


def test_the_idle_deadline_runs_from_the_last_frame_of_any_kind() -> None:
    session = open_session()
    assert session.deadline_s == 60.0
    session.receive_binary(b"", 50.0)
    assert session.deadline_s == 110.0
    control(session, "keepalive", 100.0)
    assert session.deadline_s == 160.0
    assert session.tick(159.0) == ()
    assert_broken(session, session.tick(160.0), ErrorCode.IDLE_TIMEOUT, 4408)


SECOND = bytes(32_000)


def test_audio_that_stalls_ends_the_utterance_once() -> None:
    session = open_session()
    session.receive_binary(SECOND, 10.0)
    assert session.deadline_s == 13.0
    assert session.tick(12.9) == ()
    assert session.tick(13.0) == (EndUtterance(),)
    assert session.deadline_s == 70.0
    session.receive_binary(SECOND, 20.0)
    assert session.tick(23.0) == (EndUtterance(),)


def test_audio_in_bursts_is_no_stall_until_it_would_have_been_heard() -> None:
    session = open_session()
    for _ in range(5):
        session.receive_binary(SECOND, 10.0)
    assert session.deadline_s == 17.0
    for _ in range(60):
        session.receive_binary(SECOND, 15.0)
    assert session.deadline_s == 27.0


def test_time_in_which_the_server_read_nothing_is_no_stall() -> None:
    session = open_session()
    session.receive_binary(SECOND, 10.0)
    session.resumed(100.0)
    assert session.deadline_s == 102.0
    assert session.tick(102.0) == (EndUtterance(),)
    session.resumed(150.0)
    assert session.deadline_s == 210.0


def test_there_is_no_deadline_while_the_rest_is_answered() -> None:
    session = open_session()
    control(session, "finish")
    assert session.deadline_s is None
    assert session.tick(1e9) == ()


@pytest.mark.parametrize("state", [State.SIGNING_IN, State.CHECKING, State.OPEN, State.FINISHING])
def test_a_peer_that_leaves_is_told_nothing(state: State) -> None:
    session = new_session()
    if state is State.CHECKING:
        session.receive_text('{"x-api-key": "K"}', 0.0)
    elif state is not State.SIGNING_IN:
        session.signed_in(0.0)
    if state is State.FINISHING:
        control(session, "finish")
    assert state_of(session) is state
    assert session.peer_closed() == ()
    assert state_of(session) is State.CLOSED


@pytest.mark.parametrize("checking", [False, True])
def test_drain_before_sign_in_closes(checking: bool) -> None:
    session = new_session()
    if checking:
        session.receive_text('{"x-api-key": "K"}', 0.0)
    assert_broken(session, session.drain(), ErrorCode.SERVER_BUSY, 4503)


def test_drain_answers_what_was_heard_and_takes_no_more() -> None:
    session = open_session()
    assert session.drain() == (EndStream(),)
    assert session.drain() == ()
    assert session.receive_binary(b"12", 1.0) == ()
    assert control(session, "finish") == ()
    assert len(session.recognized(transcript(is_final=True), audio_received_s=0, now=0)) == 1
    error, *rest = session.completed(20)
    assert_error([error], ErrorCode.SERVER_BUSY)
    assert rest == [Send(Done("r", 20, 1)), Close(1001, "server is stopping")]


def test_drain_does_not_disturb_a_stream_that_the_client_finished() -> None:
    session = open_session()
    control(session, "finish")
    assert session.drain() == ()
    assert session.completed(20) == (Send(Done("r", 20, 0)), Close(1000, "done"))


def test_the_server_may_break_off_at_any_time_once() -> None:
    error = HiwarError(ErrorCode.UNAUTHORIZED, "No more.")
    for session in (new_session(), open_session()):
        send, close = session.end(error)
        assert_error((send,), ErrorCode.UNAUTHORIZED)
        assert close == Close(4401, "unauthorized")
        assert state_of(session) is State.CLOSED
        assert session.end(error) == ()
