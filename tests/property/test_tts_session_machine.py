"""Whatever a peer sends and whenever: the synthesis session answers, and keeps its promises about every request."""

import itertools
import json
from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol import json_codec
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
from hiwar.protocol.fields import request_id_of
from hiwar.protocol.messages import Cancelled, ErrorEvent, Flushed, SynthesisComplete, SynthesisStarted
from hiwar.protocol.sign_in import credential_in
from hiwar.protocol.transitions import NOT_SIGNED_IN, TTS, State
from hiwar.protocol.tts_session import TtsServerSession
from hiwar.vocabulary import SynthesisProgress
from support.frames import MARK, broken_frames, json_values, marked_text, reachable, sign_ins
from support.limits import TTS_LIMITS

LIMITS = replace(TTS_LIMITS, text_chars_max=15, frame_chars_max=9000, requests_queued_max=3, flushes_waiting_max=2)
OUT_OF_TURN = ErrorCode.RATE_LIMIT_EXCEEDED
IDS = st.sampled_from(["a", "b", "c", "d"])

good_requests = st.fixed_dictionaries({"text": marked_text}, optional={"request_id": IDS, "voice": st.just("Yara")})
requests = good_requests | st.fixed_dictionaries(
    {"text": marked_text | json_values},
    optional={
        "request_id": IDS | json_values,
        "voice": st.sampled_from(["Yara", "Nouf", "Nobody"]) | json_values,
        "format": st.sampled_from(["pcm", "wav", "mulaw", "ogg"]) | json_values,
        "sample_rate": st.sampled_from([8000, 22050, 11025]) | json_values,
        "speed": st.floats(0, 3) | json_values,
        "language": st.sampled_from(["ar", "auto", "fr"]) | json_values,
        "type": json_values,
    },
)


pieces = st.sampled_from(["", " ", MARK, f"{MARK} ", f"{MARK}\ud83d", "\ude00", MARK * 8, MARK * 16])
frames_of_text = st.lists(
    st.fixed_dictionaries({"type": st.just("text"), "text": pieces}) | st.just({"type": "flush"}), max_size=4
)
bad_settings = st.sampled_from([{"voice": "Nobody"}, {"format": "ogg"}, {"speed": MARK}, {"text": MARK}])

Piece = str | FlushText | EndText


@dataclass
class Written:
    """The text of a request that comes piece by piece: what the session took, and what it handed over of it."""

    refused: bool
    taken: list[Piece] = field(default_factory=list)
    handed_over: list[Piece] = field(default_factory=list)
    flushes_waiting: int = 0
    over: bool = False

    @property
    def text(self) -> str:
        return "".join(piece for piece in self.taken if isinstance(piece, str))

    @property
    def ended(self) -> bool:
        return EndText() in self.taken

    def refuses(self, frame: dict[str, object]) -> ErrorCode | None:
        """The code that a `text` or `flush` is refused with; None for one that is taken."""
        text = frame.get("text")
        if frame["type"] == "text" and not isinstance(text, str):
            return ErrorCode.INVALID_REQUEST
        if self.ended:
            return ErrorCode.SERVER_BUSY
        if frame["type"] == "flush":
            return ErrorCode.RATE_LIMIT_EXCEEDED if self.flushes_waiting >= LIMITS.flushes_waiting_max else None
        return ErrorCode.TEXT_TOO_LONG if characters(f"{self.text}{text}") > LIMITS.text_chars_max else None


def characters(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))


def in_order(sequence: list[Piece]) -> list[Piece]:
    """Text and flushes in their order, whatever the pieces that the text is in."""
    joined: list[Piece] = []
    for piece in sequence:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece:
            joined.append(piece)
    return joined


class TtsSessionMachine(RuleBasedStateMachine):
    """The model: `pending` are the requests without an answer, oldest first; `active` is the one that speaks.

    `written` is the text of those that were begun by `start`, `open` the text that the next piece belongs to.
    With `as_fields` the transport takes messages apart itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.as_fields = False
        self.made_up: list[str] = []
        numbers = itertools.count()

        def new_request_id() -> str:
            self.made_up.append(f"made-up-{next(numbers)}")
            return self.made_up[-1]

        self.session = TtsServerSession(
            voices=("Yara", "Nouf"), limits=LIMITS, new_request_id=new_request_id, now=self.now
        )
        self.state = State.SIGNING_IN
        self.pending: list[str] = []
        self.active: str | None = None
        self.arriving: str | None = None
        self.starting: Written | None = None
        self.draining = False
        self.closes = 0
        self.voices: tuple[str, ...] | None = None
        self.written: dict[str, Written] = {}
        self.open: Written | None = None

    # -- what happens --------------------------------------------------------------------------------------------

    @initialize(
        how=st.sampled_from(["header"] * 6 + ["frame", "later"]),
        voices=st.sampled_from([None, None, None, None, ()]),
        as_fields=st.booleans(),
    )
    def begin(self, how: str, voices: tuple[str, ...] | None, as_fields: bool) -> None:
        self.as_fields = as_fields
        if how == "frame":
            self.text('{"x-api-key": "key"}')
        if how != "later":
            self.voices = voices
            self.carry_out(self.session.signed_in(self.now, allowed_voices=voices))

    @precondition(lambda self: self.session.state is State.CHECKING)
    @rule(good=st.booleans())
    def check(self, good: bool) -> None:
        if good:
            fields = self.session._after_sign_in
            self.carry_out(self.session.signed_in(self.now), arriving=fields)
        else:
            self.carry_out(self.session.refused(HiwarError(ErrorCode.UNAUTHORIZED, "No.")))

    @precondition(lambda self: self.session.state is not State.SIGNING_IN)
    @rule(wanted=st.lists(good_requests, min_size=1, max_size=5))
    def several_requests(self, wanted: list[dict[str, object]]) -> None:
        for fields in wanted:
            self.request(fields)

    @rule(fields=requests)
    def request(self, fields: dict[str, object]) -> None:
        self.text(json.dumps(fields))

    @rule(frame=sign_ins | broken_frames)
    def text(self, frame: str) -> None:
        arriving = None if self.session.state in NOT_SIGNED_IN | {State.CLOSED} else parsed(frame)
        self.carry_out(self.receive(frame), arriving=arriving)

    def receive(self, frame: str) -> tuple[TtsEffect, ...]:
        fields = parsed(frame)
        if self.as_fields and fields and self.session.state not in NOT_SIGNED_IN and credential_in(fields) is None:
            return self.session.receive_fields(fields, self.now)
        return self.session.receive_text(frame, self.now)

    @precondition(lambda self: self.session.state is State.OPEN)
    @rule(frames=frames_of_text, then=st.sampled_from(["", "finish", "speak", "fail", "cancel", "drain", "start"]))
    def write(self, frames: list[dict[str, object]], then: str) -> None:
        """Open a request and get its turn, so that what happens to an open one is tried often."""
        self.cancel(None)
        self.finish()
        self.start("a", {}, frames)
        match then:
            case "finish":
                self.finish()
            case "speak":
                self.audio(None, 2)
                self.flushed(None)
                self.flushed(None)
            case "fail" if self.active is not None:
                self.end(None, well=False)
            case "cancel":
                self.cancel("a")
            case "drain" if self.active is not None:
                self.drain()
            case "start":
                self.start("b", {}, frames)

    @rule(request_id=IDS, settings=st.just({}) | st.just({}) | bad_settings, frames=frames_of_text)
    def start(self, request_id: str, settings: dict[str, object], frames: list[dict[str, object]]) -> None:
        fields = {"type": "start", "request_id": request_id, **settings}
        usable = self.session.state in {State.OPEN, State.FINISHING}
        takes_text = self.open is not None and not (self.open.refused or self.open.over or self.open.ended)
        refused = bool(settings) or self.voices == () or request_id in self.pending
        if usable and not takes_text:
            self.open = self.starting = Written(refused)
        self.text(json.dumps(fields))
        for frame in frames:
            self.piece(frame)

    @rule(text=pieces | json_values)
    def text_piece(self, text: object) -> None:
        self.piece({"type": "text", "text": text})

    @rule(frame=st.just({"type": "flush"}) | st.just({"type": "text"}))
    def piece(self, frame: dict[str, object]) -> None:
        if self.session.state not in {State.OPEN, State.FINISHING} or not parsed(json.dumps(frame)):
            self.text(json.dumps(frame))  # a number that JSON has not makes any frame a request that is refused
            return
        written = self.open
        effects = self.receive(json.dumps(frame))
        if written is None:
            assert errors(effects) == [ErrorCode.PROTOCOL_VIOLATION]
        elif written.refused or written.over:
            assert effects == ()
        elif code := written.refuses(frame):
            assert errors(effects) == [code]
        elif frame["type"] == "flush":
            written.flushes_waiting += 1
            written.taken.append(FlushText())
        else:
            written.taken.append(str(frame["text"]))
        self.carry_out(effects)

    @rule()
    def finish(self) -> None:
        usable = self.session.state in {State.OPEN, State.FINISHING}
        written, self.open = self.open, None if usable else self.open
        alive = usable and written is not None and not (written.refused or written.over or written.ended)
        if alive and written is not None:
            written.refused = not written.text.strip()
            written.taken += [] if written.refused else [EndText()]
        effects = self.receive('{"type": "finish"}')
        if alive and written is not None and written.refused and written is self.written.get(self.active or ""):
            assert effects[0] == StopSynthesis(str(self.active))
        assert not usable or alive or errors(effects) == ([ErrorCode.PROTOCOL_VIOLATION] if written is None else [])
        self.carry_out(effects)

    @precondition(lambda self: self.pending)
    @rule(request_id=IDS | st.none())
    def flushed(self, request_id: str | None) -> None:
        wanted = request_id or self.active or "nobody"
        text = self.written.get(wanted) if wanted == self.active else None
        due = text is not None and text.flushes_waiting > 0
        effects = self.session.flushed(wanted, SynthesisProgress(1.0, 1, 1), self.now)
        assert bool(effects) == due
        self.carry_out(effects)

    @rule(request_id=st.none() | IDS | json_values)
    def cancel(self, request_id: object) -> None:
        self.text(json.dumps({"type": "cancel", "request_id": request_id}))

    @precondition(lambda self: self.active is not None)
    @rule(pieces=st.lists(st.integers(0, 3), max_size=3))
    def speak_to_the_end(self, pieces: list[int]) -> None:
        for size in pieces:
            self.audio(None, size)
        self.end(None, well=True)

    @precondition(lambda self: self.pending)
    @rule()
    def cancel_the_last(self) -> None:
        self.cancel(self.pending[-1])

    @rule(size=st.sampled_from([0, 1, 5000]))
    def binary(self, size: int) -> None:
        before = self.session.state
        effects = self.session.receive_binary(bytes(size), self.now)
        self.carry_out(effects, arriving=None if before in NOT_SIGNED_IN | {State.CLOSED} else {})

    @precondition(lambda self: len(self.pending) > 1)
    @rule(size=st.just(9001), as_text=st.booleans())
    def too_large(self, size: int, as_text: bool) -> None:
        if as_text:
            self.carry_out(self.session.receive_text("x" * size, self.now))
        else:
            self.carry_out(self.session.receive_binary(bytes(size), self.now))

    @precondition(lambda self: self.pending)
    @rule(request_id=IDS | st.none(), size=st.integers(0, 3))
    def audio(self, request_id: str | None, size: int) -> None:
        wanted = request_id or self.active or "nobody"
        effects = self.session.audio(wanted, bytes(size), SynthesisProgress(1.0, 1, 1), self.now)
        assert bool(effects) == (wanted == self.active and size > 0)
        self.carry_out(effects)

    @precondition(lambda self: self.pending)
    @rule(request_id=IDS | st.none(), well=st.booleans())
    def end(self, request_id: str | None, well: bool) -> None:
        wanted = request_id or self.active or "nobody"
        if well:
            effects = self.session.completed(wanted, SynthesisProgress(2.0, 2, 1), self.now)
        else:
            effects = self.session.failed(wanted, HiwarError(ErrorCode.INTERNAL, "No."), self.now)
        assert bool(effects) == (wanted == self.active)
        self.carry_out(effects)

    @rule(seconds=st.sampled_from([0.0, 1.0, 9.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        due = self.session.deadline_s is not None and self.session.deadline_s <= self.now
        effects = self.session.tick(self.now)
        assert bool(effects) == due
        self.carry_out(effects)

    @precondition(lambda self: len(self.pending) > 1)
    @rule()
    def stop_the_server(self) -> None:
        self.drain()

    def drain(self) -> None:
        self.draining = True
        before = list(self.pending)
        text = self.written.get(self.active or "")
        silent = text is not None and not text.text.strip()
        if text is not None and not text.ended and not silent:
            text.taken.append(EndText())
        self.carry_out(self.session.drain(self.now))
        assert self.pending == ([] if silent else before)
        assert not silent or self.session.state is State.CLOSED

    @precondition(lambda self: len(self.pending) > 2)
    @rule()
    def leave(self) -> None:
        effects = self.session.peer_closed()
        assert all(isinstance(effect, StopSynthesis) for effect in effects)
        self.carry_out(effects)
        self.pending.clear()
        self.written.clear()

    # -- what must hold ------------------------------------------------------------------------------------------

    @invariant()
    def state_moves_along_the_table(self) -> None:
        assert self.session.state in reachable(TTS, self.state)
        self.state = self.session.state

    @invariant()
    def a_request_speaks_whenever_one_is_pending(self) -> None:
        assert (self.active is not None) == bool(self.pending)
        assert len(self.pending) <= LIMITS.requests_queued_max + 1
        assert self.active is None or self.session.wants(self.active)

    @invariant()
    def all_text_is_handed_over_once_in_its_turn(self) -> None:
        for request_id, text in self.written.items():
            taken = text.taken if request_id == self.active else []
            assert in_order(text.handed_over) == in_order(taken)

    @invariant()
    def a_client_that_owes_text_has_a_deadline(self) -> None:
        text = self.written.get(self.active or "")
        owes = self.active is None or (text is not None and not text.ended)
        if self.session.state is State.OPEN:
            assert (self.session.deadline_s is not None) == owes

    @invariant()
    def closed_is_closed(self) -> None:
        assert self.closes <= 1
        if self.session.state is State.CLOSED:
            assert self.session.deadline_s is None
            assert self.active is None

    def carry_out(self, effects: tuple[TtsEffect, ...], arriving: dict[str, object] | None = None) -> None:
        if self.state is State.CLOSED:
            assert effects == ()
        self.arriving = self._arrives(arriving, effects)
        error: ErrorEvent | None = None
        for number, effect in enumerate(effects):
            match effect:
                case Send(ErrorEvent() as error):
                    assert MARK not in error.message + (error.request_id or "")
                case Send(SynthesisStarted() as started):
                    assert not self.draining
                    assert self.active is None
                    assert self.pending[0] == started.request_id
                    self.active = started.request_id
                    following = effects[number + 1]
                    assert isinstance(following, StartSynthesis)
                    assert following.request.request_id == started.request_id
                    assert (following.request.text is None) == (started.request_id in self.written)
                case Send(SynthesisComplete() as complete):
                    self._completes(complete, error)
                    error = None
                case Send(Flushed() as flushed):
                    assert flushed.request_id == self.active
                    self.written[flushed.request_id].flushes_waiting -= 1
                case AddText() | FlushText() | EndText():
                    assert self.active is not None
                    piece = effect.text if isinstance(effect, AddText) else effect
                    self.written[self.active].handed_over.append(piece)
                case Send(Cancelled()) | SendAudio() | StartSynthesis():
                    assert not isinstance(effect, SendAudio) or self.active is not None
                case StopSynthesis():
                    assert effect.request_id == self.active
                    if not any(isinstance(e, Send) and isinstance(e.message, Cancelled) for e in effects):
                        self.active = None  # the connection ends: nobody waits for answers
                case Close():
                    self.closes += 1
                    assert number == len(effects) - 1
                    assert self.session.state is State.CLOSED
                    if effect.code != 1001:
                        self.pending.clear()
                        self.written.clear()
                case CheckCredentials():
                    assert self.session.state is State.CHECKING
                    assert len(effects) == 1
            if isinstance(effect, Send):
                json_codec.encode(effect.message)

    def _arrives(self, fields: dict[str, object] | None, effects: tuple[TtsEffect, ...]) -> str | None:
        """Note a request that came in, under the id that it will be answered by."""
        is_cancel = fields is not None and fields.get("type") == "cancel"
        is_sign_in = (
            fields is not None
            and "text" not in fields
            and bool(
                {"x-api-key", "token"} & {name for name in fields if isinstance(fields[name], str) and fields[name]}
            )
        )
        broken = bool(effects) and isinstance(effects[-1], Close) and effects[-1].code == 4413
        is_piece = fields is not None and fields.get("type") in ("text", "flush", "finish")
        if fields is None or is_cancel or is_sign_in or is_piece or broken:
            return None
        own = request_id_of(fields.get("request_id"))
        request_id = own if own is not None and own not in self.pending else self.made_up[-1]
        self.pending.append(request_id)
        starting, self.starting = self.starting, None
        if starting is not None and not starting.refused:
            self.written[request_id] = starting
        return request_id

    def _completes(self, complete: SynthesisComplete, error: ErrorEvent | None) -> None:
        """Exactly one completion for each request, in the order of arrival unless it was stopped or not taken."""
        assert complete.request_id in self.pending
        assert (complete.status == "failed") == (error is not None)
        assert error is None or error.request_id == complete.request_id
        just_refused = complete.request_id == self.arriving and error is not None and error.code == OUT_OF_TURN
        if not (complete.status == "cancelled" or just_refused):
            assert complete.request_id == self.pending[0]
        self.pending.remove(complete.request_id)
        text = self.written.pop(complete.request_id, None)
        if text is not None:
            text.over = True
        if self.active == complete.request_id:
            self.active = None

    def teardown(self) -> None:
        """What is still pending gets its answer, one after another."""
        while self.active is not None:
            before = len(self.pending)
            self.carry_out(self.session.completed(self.active, SynthesisProgress(), self.now))
            assert len(self.pending) < before
        assert self.pending == []


def errors(effects: tuple[TtsEffect, ...]) -> list[ErrorCode]:
    return [
        effect.message.code for effect in effects if isinstance(effect, Send) and isinstance(effect.message, ErrorEvent)
    ]


def parsed(frame: str) -> dict[str, object]:
    """What the session will read in a frame; nothing of a broken one."""
    try:
        return json_codec.decode_object(frame)
    except HiwarError:
        return {}


TestTtsSession = TtsSessionMachine.TestCase
TestTtsSession.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
