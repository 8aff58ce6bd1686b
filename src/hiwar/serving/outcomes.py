"""How streams and requests end, in the words of metrics, traces and the log."""

from typing import Literal

from hiwar.errors import STATUS, ErrorCode, Fault

Outcome = Literal["ok", "cancelled", "failed", "refused"]


def outcome_of(code: ErrorCode) -> Outcome:
    """Of what was told this error: failed when it is the server's own fault, else refused."""
    return "failed" if STATUS[code].fault is Fault.SERVER else "refused"
