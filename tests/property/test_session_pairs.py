"""Sessions in pairs: client and server, and two servers told the same in two forms. Both tell the same story."""

import itertools
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from hiwar.protocol import json_codec
from hiwar.protocol.asr_session import AsrServerSession
from hiwar.protocol.client_sessions import AsrClientSession, AudioChunk, TtsClientEvent, TtsClientSession
from hiwar.protocol.effects import (
    AddText,
    CheckCredentials,
    EndStream,
    EndText,
    FlushText,
    Send,
    SendAudio,
    StartSynthesis,
    StopSynthesis,
    TtsEffect,
)
from hiwar.protocol.messages import (
    Final,
    Finalize,
    Ready,
    SignIn,
    Start,
    SynthesisComplete,
    Synthesize,
)
from hiwar.protocol.transitions import State
from hiwar.protocol.tts_session import TtsServerSession
from hiwar.vocabulary import RecognitionConfig, SynthesisProgress, Transcript
from support.limits import ASR_LIMITS, TTS_LIMITS

SIGN_IN = json_codec.encode(SignIn(api_key="K"))

Action = tuple[str, str | int | None]

HALVES = ("\ud83d", "\ude00")

actions = st.lists(
    st.one_of(
        st.tuples(st.just("speak"), st.text(min_size=0, max_size=10)),
        st.tuples(st.just("cancel"), st.none() | st.integers(0, 5)),
        st.tuples(st.just("step"), st.none()),
        st.tuples(st.sampled_from(["start", "flush", "finish"]), st.none()),
        st.tuples(st.just("write"), st.text(max_size=5) | st.sampled_from(["a", " ", *HALVES])),
    ),
    max_size=30,
)


@dataclass
class Job:
    """A request that is being spoken: the steps that are left, and the text that was handed over so far."""

    request_id: str
    text: str
    steps: deque[str] = field(default_factory=deque)


class SpeakingPair:
    """A client and a server; the pipeline between them speaks each text in chunks that carry its request's id.

    A whole text is three chunks, a piece of one is one.
    """

    def __init__(self) -> None:
        made_up: Iterator[int] = iter(range(1000))
        self.client = TtsClientSession()
        self.server = TtsServerSession(
            voices=("Yara",), limits=TTS_LIMITS, new_request_id=lambda: f"server-{next(made_up)}", now=0.0
        )
        self.asked: list[str] = []
        self.heard: list[TtsClientEvent] = []
        self.job: Job | None = None
        self.written: dict[str, str] = {}
        self.spoken: dict[str, str] = {}

    def send(self, frame: str | None) -> None:
        if frame is not None:
            self.answer(self.server.receive_text(frame, 0.0))

    def answer(self, effects: tuple[TtsEffect, ...]) -> None:
        for effect in effects:
            event = None
            match effect:
                case Send():
                    event = self.client.receive_text(json_codec.encode(effect.message))
                    assert event == effect.message
                case SendAudio():
                    event = self.client.receive_audio(effect.audio)
                    assert event is not None
                case StartSynthesis():
                    text = effect.request.text
                    self.job = Job(effect.request.request_id, text or "")
                    self.job.steps += [] if text is None else ["audio", "audio", "audio", "end"]
                case AddText() | FlushText() | EndText():
                    self.hand_over(effect)
                case StopSynthesis():
                    self.job = None
                case CheckCredentials():
                    self.answer(self.server.signed_in(0.0))
            if event is not None:
                self.heard.append(event)

    def hand_over(self, effect: AddText | FlushText | EndText) -> None:
        assert self.job is not None
        match effect:
            case AddText():
                self.job.text += effect.text
                self.job.steps.append("audio")
            case FlushText():
                self.job.steps.append("flushed")
            case EndText():
                self.job.steps.append("end")

    def step(self) -> None:
        """One step of the pipeline."""
        job = self.job
        if job is None or not job.steps:
            return
        match job.steps.popleft():
            case "audio":
                self.answer(self.server.audio(job.request_id, job.request_id.encode(), SynthesisProgress(), 0.0))
            case "flushed":
                self.answer(self.server.flushed(job.request_id, SynthesisProgress(), 0.0))
            case _:
                self.job, self.spoken[job.request_id] = None, job.text
                self.answer(self.server.completed(job.request_id, SynthesisProgress(), 0.0))

    def start(self) -> None:
        if not self.client.finished:
            self.send(self.client.finish())
        request_id = f"client-{len(self.asked)}"
        self.asked.append(request_id)
        self.written[request_id] = ""
        self.send(self.client.start(Start(), request_id=request_id))

    def write(self, piece: str) -> None:
        frame = self.client.text(piece)
        if frame is not None:
            self.written[list(self.written)[-1]] += str(json_codec.decode_object(frame)["text"])
        self.send(frame)

    def to_the_end(self) -> None:
        self.send(self.client.finish())
        while self.job is not None:
            self.step()

    def act(self, action: Action) -> None:
        match action:
            case ("speak", str(text)):
                request_id = f"client-{len(self.asked)}"
                self.asked.append(request_id)
                self.send(self.client.speak(Synthesize(text), request_id=request_id))
            case ("cancel", number):
                self.send(self.client.cancel(None if number is None else f"client-{number}"))
            case ("start", _):
                self.start()
            case ("write", str(piece)):
                self.write(piece)
            case ("flush", _):
                self.send(self.client.flush())
            case ("finish", _):
                self.send(self.client.finish())
            case _:
                self.step()


@given(actions)
@settings(max_examples=150, deadline=None)
def test_every_request_is_answered_once_and_its_audio_is_its_own(script: list[Action]) -> None:
    pair = SpeakingPair()
    pair.send(SIGN_IN)
    for action in script:
        pair.act(action)
    pair.to_the_end()
    ended = [event for event in pair.heard if isinstance(event, SynthesisComplete)]
    assert sorted(event.request_id for event in ended) == sorted(pair.asked)
    spoken: dict[str, int] = dict.fromkeys(pair.asked, 0)
    over: set[str] = set()
    for event in pair.heard:
        if isinstance(event, AudioChunk):
            assert event.audio.decode() == event.request_id
            assert event.request_id not in over
            spoken[event.request_id] += 1
        elif isinstance(event, SynthesisComplete):
            over.add(event.request_id)
            whole = event.request_id not in pair.written
            assert event.status != "ok" or (spoken[event.request_id] == 3 if whole else spoken[event.request_id])
            assert event.status != "failed" or spoken[event.request_id] == 0 or not whole
    for request_id, text in pair.spoken.items():
        assert text == pair.written.get(request_id, text)


@given(st.lists(st.sampled_from(["audio", "final", "finalize"]), max_size=20), st.booleans())
@settings(max_examples=50, deadline=None)
def test_a_recognition_stream_ends_with_everything_answered(script: list[str], drained: bool) -> None:
    client = AsrClientSession()
    server = AsrServerSession(RecognitionConfig("r"), limits=ASR_LIMITS, now=0.0)
    server.receive_text(SIGN_IN, 0.0)
    effects = list(server.signed_in(0.0))
    for segment, action in enumerate(script):
        if action == "audio":
            server.receive_binary(bytes(2), 0.0)
        elif action == "finalize":
            server.receive_text(json_codec.encode(Finalize()), 0.0)
        else:
            heard = Transcript(segment, "hi", "hi", 1.0, "en", 0, 1, is_final=True)
            effects += server.recognized(heard, audio_received_s=0.0, now=0.0)
    assert (server.drain() if drained else server.receive_text(client.finish(), 0.0)) == (EndStream(),)
    effects += server.completed(len(script))
    assert not client.done
    heard_by_client = [
        client.receive_text(json_codec.encode(effect.message)) for effect in effects if isinstance(effect, Send)
    ]
    assert isinstance(heard_by_client[0], Ready)
    assert sum(isinstance(event, Final) for event in heard_by_client) == script.count("final")
    assert client.done
    assert server.state is State.CLOSED


ids = st.none() | st.sampled_from(["a", "b", "", 7])
speech_messages = st.one_of(
    st.fixed_dictionaries(
        {"text": st.text(max_size=5)},
        optional={"request_id": ids, "voice": st.sampled_from(["Yara", "Nobody", None]), "speed": st.floats(0, 3)},
    ),
    st.fixed_dictionaries({"type": st.just("start"), "request_id": ids}, optional={"format": st.text(max_size=3)}),
    st.fixed_dictionaries({"type": st.just("text"), "text": st.text(max_size=5) | st.integers()}),
    st.fixed_dictionaries({"type": st.just("cancel"), "request_id": ids}),
    st.fixed_dictionaries({"type": st.sampled_from(["flush", "finish", "sing", 1])}),
)
recognition_messages = st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["finalize", "finish", "keepalive", "sing", 1, None])}
)
Message = dict[str, object]


@given(st.lists(speech_messages | st.sampled_from(["audio", "flushed", "end", "time"]), max_size=20), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_speech_message_means_the_same_as_fields_and_in_a_frame(script: list[Message | str], signed: bool) -> None:
    framed, taken_apart = (
        TtsServerSession(
            voices=("Yara",),
            limits=TTS_LIMITS,
            new_request_id=map(str, itertools.count()).__next__,
            now=0.0,
        )
        for _ in range(2)
    )
    if signed:
        assert framed.signed_in(0.0) == taken_apart.signed_in(0.0)
    active = ""
    for now, entry in enumerate(script):
        if isinstance(entry, str):
            one, other = (_pipeline_says(session, entry, active, now) for session in (framed, taken_apart))
        else:
            one, other = framed.receive_text(json.dumps(entry), now), taken_apart.receive_fields(entry, now)
        assert one == other
        assert (framed.state, framed.deadline_s) == (taken_apart.state, taken_apart.deadline_s)
        active = next((e.request.request_id for e in one if isinstance(e, StartSynthesis)), active)
    assert framed.peer_closed() == taken_apart.peer_closed()


def _pipeline_says(session: TtsServerSession, what: str, request_id: str, now: float) -> tuple[TtsEffect, ...]:
    match what:
        case "audio":
            return session.audio(request_id, b"audio", SynthesisProgress(1.0, 1, 1), now)
        case "flushed":
            return session.flushed(request_id, SynthesisProgress(1.0, 1, 1), now)
        case "end":
            return session.completed(request_id, SynthesisProgress(2.0, 2, 1), now)
        case _:
            return session.tick(now + TTS_LIMITS.idle_timeout_ms / 1000)


@given(st.lists(recognition_messages | st.sampled_from([b"", bytes(2)]), max_size=10), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_control_means_the_same_as_fields_and_in_a_frame(script: list[Message | bytes], signed: bool) -> None:
    framed, taken_apart = (AsrServerSession(RecognitionConfig("r"), limits=ASR_LIMITS, now=0.0) for _ in range(2))
    if signed:
        assert framed.signed_in(0.0) == taken_apart.signed_in(0.0)
    for now, entry in enumerate(script):
        if isinstance(entry, bytes):
            assert framed.receive_binary(entry, now) == taken_apart.receive_binary(entry, now)
        else:
            assert framed.receive_text(json.dumps(entry), now) == taken_apart.receive_fields(entry, now)
        assert (framed.state, framed.deadline_s) == (taken_apart.state, taken_apart.deadline_s)
    assert framed.peer_closed() == taken_apart.peer_closed()


@given(st.text())
def test_a_client_survives_whatever_a_server_says(frame: str) -> None:
    assert TtsClientSession().receive_text(frame) is None
    assert AsrClientSession().receive_text(frame) is None
