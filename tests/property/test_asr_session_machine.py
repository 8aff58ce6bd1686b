"""Whatever a peer sends and whenever: the recognition session answers, and its messages come in their order."""

import json
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol import json_codec
from hiwar.protocol.asr_session import AsrServerSession
from hiwar.protocol.effects import AsrEffect, CheckCredentials, Close, EndStream, EndUtterance, FeedAudio, Send
from hiwar.protocol.messages import Done, ErrorEvent, Ready
from hiwar.protocol.transitions import ASR, State
from hiwar.vocabulary import RecognitionConfig, SpeechEnded, SpeechStarted, Transcript
from support.frames import MARK, broken_frames, json_values, reachable, sign_ins
from support.limits import ASR_LIMITS

LIMITS = replace(ASR_LIMITS, audio_frame_bytes_max=100, text_frame_chars_max=9000)

events = st.one_of(
    st.builds(SpeechStarted, st.integers(0, 9), st.integers(0, 9)),
    st.builds(SpeechEnded, st.integers(0, 9), st.integers(0, 9)),
    st.builds(
        Transcript,
        segment=st.integers(0, 9),
        text=st.text(max_size=5),
        stable=st.just(""),
        confidence=st.floats(0, 1),
        language=st.sampled_from(("ar", "en")),
        start_ms=st.integers(0, 9),
        end_ms=st.integers(0, 9),
        is_final=st.booleans(),
    ),
)


class AsrSessionMachine(RuleBasedStateMachine):
    """The model: whether `ready` was said, whether the recogniser was told the end, and how many finals there were.

    With `as_fields` the transport takes control messages apart itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.as_fields = False
        self.session = AsrServerSession(RecognitionConfig("r"), limits=LIMITS, now=self.now)
        self.state = State.SIGNING_IN
        self.ready = False
        self.ended = False
        self.closes = 0
        self.finals = 0

    @initialize(how=st.sampled_from(["header", "header", "frame", "later"]), as_fields=st.booleans())
    def begin(self, how: str, as_fields: bool) -> None:
        self.as_fields = as_fields
        if how == "frame":
            self.text('{"x-api-key": "key"}')
        if how != "later":
            self.carry_out(self.session.signed_in(self.now))

    @precondition(lambda self: self.session.state is State.CHECKING)
    @rule(good=st.booleans())
    def check(self, good: bool) -> None:
        refusal = HiwarError(ErrorCode.FORBIDDEN, "No.")
        self.carry_out(self.session.signed_in(self.now) if good else self.session.refused(refusal))

    @rule(frame=sign_ins | broken_frames)
    def text(self, frame: str) -> None:
        self.carry_out(self.session.receive_text(frame, self.now))

    @rule(kind=st.sampled_from(["keepalive", "finalize"]) | json_values)
    def control(self, kind: object) -> None:
        self.say({"type": kind})

    def say(self, fields: dict[str, object]) -> None:
        if self.as_fields:
            self.carry_out(self.session.receive_fields(fields, self.now))
        else:
            self.text(json.dumps(fields))

    @precondition(lambda self: self.ready)
    @rule(draining=st.booleans())
    def finish(self, draining: bool) -> None:
        if draining:
            self.carry_out(self.session.drain())
        else:
            self.say({"type": "finish"})

    @rule(size=st.sampled_from([0, 1, 2, 100]))
    def audio(self, size: int) -> None:
        self.carry_out(self.session.receive_binary(bytes(size), self.now))

    @precondition(lambda self: self.ended)
    @rule(as_text=st.booleans())
    def too_large(self, as_text: bool) -> None:
        if as_text:
            self.carry_out(self.session.receive_text("x" * 9001, self.now))
        else:
            self.carry_out(self.session.receive_binary(bytes(101), self.now))

    @precondition(lambda self: self.ready)
    @rule(heard=st.lists(events, min_size=1, max_size=5))
    def several_heard(self, heard: list[SpeechStarted | SpeechEnded | Transcript]) -> None:
        for event in heard:
            self.heard(event)

    def heard(self, event: SpeechStarted | SpeechEnded | Transcript) -> None:
        effects = self.session.recognized(event, audio_received_s=self.now - 1, now=self.now)
        assert len(effects) == (self.session.state is not State.CLOSED)
        if effects and isinstance(event, Transcript) and event.is_final:
            self.finals += 1
        self.carry_out(effects)

    @precondition(lambda self: self.finals > 1)
    @rule()
    def conclude(self) -> None:
        self.say({"type": "finish"})
        self.carry_out(self.session.completed(10))
        assert self.session.state is State.CLOSED

    @precondition(lambda self: self.ended)
    @rule(how=st.sampled_from(["completed", "completed", "failed", "gone"]))
    def end(self, how: str) -> None:
        match how:
            case "completed":
                self.carry_out(self.session.completed(10))
            case "failed":
                self.carry_out(self.session.failed(HiwarError(ErrorCode.INTERNAL, "No.")))
            case _:
                assert self.session.peer_closed() == ()

    @rule(seconds=st.sampled_from([0.0, 1.0, 9.0, 59.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        due = self.session.deadline_s is not None and self.session.deadline_s <= self.now
        effects = self.session.tick(self.now)
        assert bool(effects) == due
        self.carry_out(effects)

    @invariant()
    def state_moves_along_the_table(self) -> None:
        assert self.session.state in reachable(ASR, self.state)
        self.state = self.session.state

    @invariant()
    def closed_is_closed(self) -> None:
        assert self.closes <= 1
        assert self.closes == 0 or self.session.state is State.CLOSED
        assert self.session.state is not State.CLOSED or self.session.deadline_s is None

    def carry_out(self, effects: tuple[AsrEffect, ...]) -> None:
        if self.state is State.CLOSED:
            assert effects == ()
        for number, effect in enumerate(effects):
            match effect:
                case Send(Ready()):
                    assert not self.ready
                    self.ready = True
                case Send(Done() as done):
                    assert self.ended
                    assert done.segments == self.finals
                    assert isinstance(effects[number + 1], Close)
                case Send(ErrorEvent() as error):
                    assert error.request_id == "r"
                    assert MARK not in error.message
                case Send():
                    assert self.ready
                case FeedAudio() | EndUtterance():
                    assert self.ready
                    assert not self.ended
                case EndStream():
                    assert self.ready
                    assert not self.ended
                    self.ended = True
                case CheckCredentials():
                    assert not self.ready
                    assert len(effects) == 1
                case Close():
                    self.closes += 1
                    assert number == len(effects) - 1
            if isinstance(effect, Send):
                json_codec.encode(effect.message)


TestAsrSession = AsrSessionMachine.TestCase
TestAsrSession.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
