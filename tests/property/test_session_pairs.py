"""The client's session and the server's, frames pumped from one into the other: both sides tell the same story."""

from collections import deque
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from hiwar.protocol import json_codec
from hiwar.protocol.asr_session import AsrServerSession
from hiwar.protocol.client_sessions import AsrClientSession, AudioChunk, TtsClientSession
from hiwar.protocol.effects import (
    CheckCredentials,
    EndStream,
    Send,
    SendAudio,
    StartSynthesis,
    StopSynthesis,
    TtsEffect,
)
from hiwar.protocol.messages import (
    Cancelled,
    ErrorEvent,
    Final,
    Finalize,
    Ready,
    SignIn,
    SynthesisComplete,
    SynthesisStarted,
    Synthesize,
)
from hiwar.protocol.transitions import State
from hiwar.protocol.tts_session import TtsServerSession
from hiwar.vocabulary import RecognitionConfig, SynthesisProgress, Transcript
from support.limits import ASR_LIMITS, TTS_LIMITS

SIGN_IN = json_codec.encode(SignIn(api_key="K"))

Action = tuple[str, str | int | None]

actions = st.lists(
    st.one_of(
        st.tuples(st.just("speak"), st.text(min_size=0, max_size=10)),
        st.tuples(st.just("cancel"), st.none() | st.integers(0, 5)),
        st.tuples(st.just("step"), st.none()),
    ),
    max_size=30,
)


class SpeakingPair:
    """A client and a server; the pipeline between them speaks each request in three chunks that carry its id."""

    def __init__(self) -> None:
        made_up: Iterator[int] = iter(range(1000))
        self.client = TtsClientSession()
        self.server = TtsServerSession(
            voices=("Yara",), limits=TTS_LIMITS, new_request_id=lambda: f"server-{next(made_up)}", now=0.0
        )
        self.asked: list[str] = []
        self.heard: list[SynthesisStarted | SynthesisComplete | Cancelled | ErrorEvent | AudioChunk] = []
        self.jobs: deque[tuple[str, int]] = deque()

    def send(self, frame: str) -> None:
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
                    self.jobs.append((effect.request.request_id, 3))
                case StopSynthesis():
                    self.jobs.clear()
                case CheckCredentials():
                    self.answer(self.server.signed_in(0.0))
            if event is not None:
                self.heard.append(event)

    def step(self) -> None:
        """One step of the pipeline."""
        if not self.jobs:
            return
        request_id, left = self.jobs.popleft()
        if left:
            self.jobs.appendleft((request_id, left - 1))
            self.answer(self.server.audio(request_id, request_id.encode(), SynthesisProgress(), 0.0))
        else:
            self.answer(self.server.completed(request_id, SynthesisProgress(), 0.0))

    def act(self, action: Action) -> None:
        match action:
            case ("speak", str(text)):
                request_id = f"client-{len(self.asked)}"
                self.asked.append(request_id)
                self.send(self.client.speak(Synthesize(text), request_id=request_id))
            case ("cancel", number):
                self.send(self.client.cancel(None if number is None else f"client-{number}"))
            case _:
                self.step()


@given(actions)
@settings(max_examples=150, deadline=None)
def test_every_request_is_answered_once_and_its_audio_is_its_own(script: list[Action]) -> None:
    pair = SpeakingPair()
    pair.send(SIGN_IN)
    for action in script:
        pair.act(action)
    while pair.jobs:
        pair.step()
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
            assert event.status != "ok" or spoken[event.request_id] == 3
            assert event.status != "failed" or spoken[event.request_id] == 0


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


@given(st.text())
def test_a_client_survives_whatever_a_server_says(frame: str) -> None:
    assert TtsClientSession().receive_text(frame) is None
    assert AsrClientSession().receive_text(frame) is None
