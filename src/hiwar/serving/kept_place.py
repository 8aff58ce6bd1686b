"""The place of a synthesis stream among those that are served: it keeps it from one request to the next."""

import contextlib
from types import TracebackType

from hiwar.serving.admission import Admission, Admitted, Kind
from hiwar.serving.clock import Clock
from hiwar.serving.workers import Share

_STAYS_S = 30.0
"""How long behind its audio: somebody speaks to it meanwhile, and is to have an answer."""


class KeptPlace:
    """To be used as a context, which ends with the stream."""

    def __init__(self, admission: Admission, clock: Clock) -> None:
        self._admission = admission
        self._clock = clock
        self._held = contextlib.ExitStack()
        self._admitted: Admitted | None = None
        # When a client that plays the audio as it comes has heard all of it; None while it has had none.
        self._played_until_s: float | None = None

    def __enter__(self) -> "KeptPlace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    @property
    def stays_s(self) -> float | None:
        """How long a stream may still ask for nothing until it is to `leave`; None when it has no place."""
        if self._admitted is None:
            return None
        return max(0.0, (self._played_until_s or 0.0) - self._clock()) + _STAYS_S

    def asks(self, voice: str, share: Share, *, has_text: bool) -> Admitted:
        """A request begins; the first of all takes the place. Raises HiwarError server_busy."""
        kind = Kind("tts", voice)
        if self._admitted is None:
            self._admitted = self._held.enter_context(self._admission.admitted(kind, share))
        self._admitted.asks(kind)
        if has_text:
            self._admitted.waits()
        return self._admitted

    def spoken(self, audio_s: float) -> None:
        """So much more audio is on its way to the client, which plays it behind what it has."""
        self._played_until_s = max(self._clock(), self._played_until_s or 0.0) + audio_s

    def answered(self, *, stopped: bool) -> None:
        """The request is over; `stopped` when nobody listens any more. Who has had no audio yet keeps no place."""
        if self._admitted is None:
            return
        self._admitted.starved()
        if self._played_until_s is None:
            self.leave()
        elif stopped:
            self._played_until_s = self._clock()

    def leave(self) -> None:
        """Give the place up."""
        self._admitted = self._played_until_s = None
        self._held.close()
