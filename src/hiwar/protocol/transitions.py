"""The states of both conversations and what moves them, as data: the sessions run on it and the docs draw it."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a conversation stands."""

    SIGNING_IN = "signing_in"
    CHECKING = "checking"
    OPEN = "open"
    FINISHING = "finishing"
    CLOSED = "closed"


class Input(StrEnum):
    """What moves a conversation on."""

    CREDENTIALS = "credentials"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FINISH = "finish"
    COMPLETED = "completed"
    BROKEN = "broken"
    PEER_CLOSED = "peer_closed"


NOT_SIGNED_IN = frozenset({State.SIGNING_IN, State.CHECKING})
"""Nothing is taken yet; a driver reads no further frame while a credential is checked."""

Transitions = Mapping[tuple[State, Input], State]

_SIGN_IN: Transitions = {
    (State.SIGNING_IN, Input.CREDENTIALS): State.CHECKING,
    (State.SIGNING_IN, Input.ACCEPTED): State.OPEN,
    (State.CHECKING, Input.ACCEPTED): State.OPEN,
    (State.CHECKING, Input.REFUSED): State.CLOSED,
}

_ENDS: Transitions = {
    **{(state, Input.BROKEN): State.CLOSED for state in State if state is not State.CLOSED},
    **{(state, Input.PEER_CLOSED): State.CLOSED for state in State if state is not State.CLOSED},
}

TTS: Transitions = {
    **_SIGN_IN,
    **_ENDS,
    # The server is stopping: what is being spoken is finished, nothing new begins.
    (State.OPEN, Input.FINISH): State.FINISHING,
    (State.FINISHING, Input.COMPLETED): State.CLOSED,
}

ASR: Transitions = {
    **_SIGN_IN,
    **_ENDS,
    # `finish`, or the server is stopping: everything pending is answered, no more audio is taken.
    (State.OPEN, Input.FINISH): State.FINISHING,
    (State.FINISHING, Input.COMPLETED): State.CLOSED,
}


def mermaid(transitions: Transitions) -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.SIGNING_IN}"]
    lines += [f"    {state} --> {after}: {moved}" for (state, moved), after in transitions.items()]
    return "\n".join([*lines, f"    {State.CLOSED} --> [*]"])
