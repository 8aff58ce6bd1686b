"""The runner of golden conversations, against a peer that plays a script: what differs from the steps is found."""

import json
from collections import deque
from collections.abc import Mapping

import pytest
from golden.faces import Face
from golden.replay import Answered, Ended, Peer, Replay
from golden.steps import (
    Between,
    Closed,
    Conversation,
    DropSound,
    Expect,
    Hear,
    HearSome,
    Like,
    Open,
    Refused,
    Say,
    Step,
    Until,
    complete,
    error,
    started,
)

from support.tones import spoken

STARTED = {"type": "synthesis_started", "request_id": "a", "format": "pcm", "sample_rate": 16000, "channels": 1}
COMPLETE = {"type": "synthesis_complete", "request_id": "a", "status": "ok"}


class Script:
    """A dialer and its only peer: answers what it was given, keeps what it was sent."""

    def __init__(self, *frames: str | bytes | Ended, status: int = 101, face: Face = Face.WEBSOCKET) -> None:
        self.face = face
        self.sent: list[str | bytes] = []
        self._frames = deque(frames)
        self._status = status

    def open(self, path: str, query: str, headers: Mapping[str, str]) -> tuple[Answered, Peer | None]:
        return Answered(self._status, {"x-request-id": "abc"}, b'{"error": "no"}'), self

    def refused(self, path: str, query: str, headers: Mapping[str, str]) -> Answered:
        return self.open(path, query, headers)[0]

    def send(self, frame: str | bytes) -> None:
        self.sent.append(frame)

    def receive(self) -> str | bytes | Ended:
        return self._frames.popleft()

    def close(self) -> None:
        self._frames.clear()


def speech(text: str) -> list[str | bytes]:
    audio = spoken(text, sample_rate=16000, encoding="linear16")
    return [json.dumps(STARTED), audio[:999], audio[999:], json.dumps(COMPLETE)]


def replay(script: Script, *steps: Step) -> None:
    Replay(script, {"$KEY": "secret"}).run(Conversation("scripted", steps))


def test_what_fits_passes_and_keys_are_put_in() -> None:
    script = Script(*speech("hi"), Ended(1000, "bye"))
    replay(script, Open("/"), Say({"key": "$KEY"}), started(), Hear("hi"), complete(), Closed(1000, "bye"))
    assert script.sent == ['{"key": "secret"}']


@pytest.mark.parametrize(
    ("frames", "steps"),
    [
        (speech("hi"), (started(), Hear("ho"), complete())),
        (speech("hi"), (started(sample_rate=8000),)),
        (speech("hi"), (started(), complete())),
        (speech("hi"), (started(), DropSound(), complete("failed"))),
        (speech("hi"), (started(), DropSound(), Expect({"type": "synthesis_complete"}, absent=("status",)))),
        (speech("hi"), (started(), DropSound(), Expect({"more": Like(".*")}))),
        (speech("hi"), (HearSome(),)),
        (speech("hi"), (Closed(1000),)),
        (['{"status": "ok"}'], (Expect({}),)),
        (["[1]"], (Expect({}),)),
        ([Ended(1000, "bye")], (Closed(1001),)),
        ([Ended(1000, "bye")], (Closed(1000, "other"),)),
        ([Ended(1000, "bye")], (started(),)),
        ([], (Refused("/", 401),)),
    ],
)
def test_what_differs_fails(frames: list[str | bytes | Ended], steps: tuple[Step, ...]) -> None:
    opening = () if isinstance(steps[0], Refused) else (Open("/"),)
    with pytest.raises(AssertionError):
        replay(Script(*frames), *opening, *steps)


@pytest.mark.parametrize(
    "step", [Open("/"), Refused("/", 400), Refused("/", 401, answer={"x": "y"}), Refused("/", 401, body={"error": "x"})]
)
def test_an_answer_that_differs_fails(step: Open | Refused) -> None:
    with pytest.raises(AssertionError):
        replay(Script(status=401), step)


LATE = [json.dumps({"type": "word_timestamps"}), *speech("hi")]
FAILED = json.dumps({"type": "error", "code": "internal", "message": "No."})


def test_what_a_face_says_late_or_not_at_all_is_not_waited_for() -> None:
    script = Script(*LATE, Ended(1000, "done"), face=Face.GRPC)
    steps = (Expect({"type": "ready"}), started(format="pcm"), Expect({"type": "word_timestamps"}), Hear("hi"))
    replay(script, Open("/"), *steps, complete(), Until({"type": "done"}, skipping=("final",)), Closed(1000))


def test_what_comes_late_is_compared() -> None:
    with pytest.raises(AssertionError):
        replay(
            Script(*LATE, face=Face.GRPC),
            Open("/"),
            started(format="wav"),
            Expect({"type": "word_timestamps"}),
            Hear("hi"),
        )


def test_where_an_error_ends_a_request_nothing_is_awaited_behind_it() -> None:
    for face, before in ((Face.GRPC, (started(),)), (Face.REST, ())):
        steps = (*before, error("internal"), complete("failed"), error("internal"))
        replay(Script(FAILED, FAILED, face=face), Open("/"), *steps)


def test_fields_that_a_face_does_not_say_are_passed_over() -> None:
    heard = json.dumps({"type": "final", "transcript": "hi"})
    replay(Script(heard, face=Face.REST), Open("/"), Expect({"type": "final", "transcript": "hi", "language": "en"}))
    with pytest.raises(AssertionError):
        replay(Script(heard, face=Face.REST), Open("/"), Expect({"type": "final", "transcript": "ho"}))


def test_patterns() -> None:
    assert Like("a+") == "aaa"
    assert Like("a+") != "aab"
    assert Like("a+") != 1
    assert Between(1, 2) == 1.5
    assert Between(1, 2) != 3
    assert Between(0) != True  # noqa: E712 - a bool is no number here
