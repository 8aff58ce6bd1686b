"""The golden conversations over every face that can carry them: each goes as written, and all tell the same."""

from collections.abc import Callable, Sequence

import pytest
from faces.carrying import why_not
from golden.all import ALL
from golden.faces import Face
from golden.observed import observed
from golden.replay import Told
from golden.steps import Conversation, Expect, Refused, Until

from hiwar.errors import ErrorCode

Replayed = Callable[[Face, Conversation], Sequence[Told]]

CARRIED = [(face, conversation) for face in Face for conversation in ALL if why_not(face, conversation) is None]
COMPARED = [
    (face, conversation)
    for face, conversation in CARRIED
    if face is not Face.MEMORY and why_not(Face.MEMORY, conversation) is None
]

NOT_REACHED: dict[Face, dict[ErrorCode, str]] = {
    Face.MEMORY: {
        ErrorCode.FILE_TOO_LARGE: "there are no files",
        ErrorCode.DEADLINE_EXCEEDED: "a client that says nothing is idle",
    },
    Face.GRPC: {
        ErrorCode.FILE_TOO_LARGE: "there are no files",
        ErrorCode.RATE_LIMIT_EXCEEDED: "calls do not wait for each other; only a flood of flushes reaches it",
    },
    Face.REST: {
        ErrorCode.PROTOCOL_VIOLATION: "a request is one message, and has no wrong moment",
        ErrorCode.FRAME_TOO_LARGE: "there are no frames",
        ErrorCode.RATE_LIMIT_EXCEEDED: "requests do not wait for each other",
        ErrorCode.SERVER_BUSY: "a request holds its place only while it is answered",
        ErrorCode.DEADLINE_EXCEEDED: "nothing is awaited of a request but its body, which is idle_timeout",
        ErrorCode.IDLE_TIMEOUT: "a body that stands still is no conversation; the tests of uploads have it",
    },
}
NOT_REACHED[Face.WEBSOCKET] = NOT_REACHED[Face.MEMORY]


@pytest.mark.parametrize(
    ("face", "conversation"), CARRIED, ids=[f"{face}-{conversation.name}" for face, conversation in CARRIED]
)
def test_conversation(face: Face, conversation: Conversation, replayed: Replayed) -> None:
    replayed(face, conversation)


@pytest.mark.parametrize(
    ("face", "conversation"),
    COMPARED,
    ids=[f"{face}-{conversation.name}" for face, conversation in COMPARED],
)
def test_all_faces_tell_the_same(face: Face, conversation: Conversation, replayed: Replayed) -> None:
    here, in_memory = replayed(face, conversation), replayed(Face.MEMORY, conversation)
    assert observed(here, face) == observed(in_memory, face)


@pytest.mark.parametrize("face", Face)
def test_every_error_is_reached(face: Face) -> None:
    reached = {code for carrier, conversation in CARRIED if carrier is face for code in errors(conversation)}
    assert reached == set(ErrorCode) - NOT_REACHED[face].keys()


def errors(conversation: Conversation) -> set[ErrorCode]:
    """The codes that a conversation is told."""
    codes: set[ErrorCode] = set()
    for step in conversation.steps:
        if isinstance(step, Expect | Until) and step.fields.get("type") == "error":
            codes.add(ErrorCode(step.fields["code"]))
        if isinstance(step, Refused) and (reason := step.body.get("reason", step.body["error"])) != "http_error":
            codes.add(ErrorCode(reason))
    return codes


def test_conversation_names_are_unique() -> None:
    names = [conversation.name for conversation in ALL]
    assert len(names) == len(set(names))
