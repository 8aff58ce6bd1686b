"""The server's side of a synthesis conversation as a state machine. Time is an argument, effects are returned.

Requests are answered one after another in the order of their arrival, refused ones too.
It never raises on what a peer sends.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol import refusals
from hiwar.protocol.effects import (
    GOING_AWAY,
    CheckCredentials,
    Close,
    Send,
    SendAudio,
    StartSynthesis,
    StopSynthesis,
    TtsEffect,
    error_event,
    fatal,
)
from hiwar.protocol.fields import request_id_of, speech_request
from hiwar.protocol.json_codec import decode_object
from hiwar.protocol.messages import Cancelled, SynthesisStarted
from hiwar.protocol.sign_in import credential_in, first_frame
from hiwar.protocol.ticket import Ticket
from hiwar.protocol.transitions import NOT_SIGNED_IN, TTS, Input, State
from hiwar.vocabulary import SynthesisProgress

Effects = tuple[TtsEffect, ...]


@dataclass(frozen=True, slots=True)
class TtsSessionLimits:
    """Bounds of one synthesis connection."""

    text_chars_max: int
    requests_queued_max: int
    sign_in_timeout_ms: int
    idle_timeout_ms: int
    frame_chars_max: int = 262_144
    """Over ten thousand characters, each escaped as two surrogates, with room for the other fields."""


class TtsServerSession:
    """The server's side of one synthesis connection. `now` is in seconds of any monotonic clock."""

    def __init__(
        self,
        *,
        voices: Collection[str],
        limits: TtsSessionLimits,
        new_request_id: Callable[[], str],
        now: float,
    ) -> None:
        self.state = State.SIGNING_IN
        self._voices = voices
        self._limits = limits
        self._new_request_id = new_request_id
        self._allowed_voices: Collection[str] | None = None
        self._queue: deque[Ticket] = deque()
        self._active: Ticket | None = None
        self._last_activity_s = now
        self._first_frame = True
        self._after_sign_in: dict[str, object] | None = None

    # -- waits -------------------------------------------------------------------------------------------------

    @property
    def deadline_s(self) -> float | None:
        """When `tick` must be called at the latest; None while a request is being answered."""
        if self.state is State.SIGNING_IN:
            return self._last_activity_s + self._limits.sign_in_timeout_ms / 1000
        if self.state is State.OPEN and self._active is None:
            return self._last_activity_s + self._limits.idle_timeout_ms / 1000
        return None

    def tick(self, now: float) -> Effects:
        """Answer a deadline that has passed."""
        if self.deadline_s is None or now < self.deadline_s:
            return ()
        if self.state is State.SIGNING_IN:
            return self._break(refusals.unauthorized())
        return self._break(refusals.nothing_asked())

    # -- signing in --------------------------------------------------------------------------------------------

    def signed_in(self, now: float, *, allowed_voices: Collection[str] | None = None) -> Effects:
        """The credential is good; `allowed_voices` None allows every voice."""
        if self.state is State.CLOSED:
            return ()
        self._to(Input.ACCEPTED)
        self._allowed_voices = allowed_voices
        self._last_activity_s = now
        fields, self._after_sign_in = self._after_sign_in, None
        return self._receive_fields(fields, now) if fields else ()

    def refused(self, error: HiwarError) -> Effects:
        """The credential is bad, or its key may not use this service."""
        if self.state is State.CLOSED:
            return ()
        self._to(Input.REFUSED)
        return fatal(error)

    # -- what the peer sends -----------------------------------------------------------------------------------

    def receive_text(self, frame: str, now: float) -> Effects:
        """A text frame came in."""
        if self.state is State.CLOSED:
            return ()
        self._last_activity_s = now
        first, self._first_frame = self._first_frame, False
        if len(frame) > self._limits.frame_chars_max:
            return self._break(refusals.frame_too_large(self._limits.frame_chars_max, "characters"))
        if self.state in NOT_SIGNED_IN:
            return self._receive_credentials(frame)
        try:
            fields = decode_object(frame)
        except HiwarError as error:
            return self._refuse(self._new_request_id(), error, now)
        if credential_in(fields) is not None and "text" not in fields:
            # Signed in by header or query already: those come first, and the frame is not needed.
            return () if first else (error_event(refusals.sign_in_again()),)
        return self._receive_fields(fields, now)

    def receive_binary(self, frame: bytes, now: float) -> Effects:
        """A binary frame came in; this endpoint has no use for any."""
        if self.state is State.CLOSED:
            return ()
        if self.state in NOT_SIGNED_IN:
            return self._break(refusals.unauthorized())
        if len(frame) > self._limits.frame_chars_max:
            return self._break(refusals.frame_too_large(self._limits.frame_chars_max, "bytes"))
        return self._refuse(self._new_request_id(), refusals.binary_frame(), now)

    def peer_closed(self) -> Effects:
        """The connection is gone: nobody waits for anything."""
        if self.state is State.CLOSED:
            return ()
        self._to(Input.PEER_CLOSED)
        self._queue.clear()
        active, self._active = self._active, None
        return (StopSynthesis(active.request_id),) if active else ()

    def drain(self, now: float) -> Effects:
        """The server is about to stop: the request under way is answered, those behind it are refused in their turn."""
        if self.state is State.CLOSED:
            return ()
        if self.state in NOT_SIGNED_IN:
            return self._break(refusals.going_away())
        if self.state is State.OPEN:
            self._to(Input.FINISH)
        return self._next(now)

    # -- what the pipeline says --------------------------------------------------------------------------------

    def wants(self, request_id: str) -> bool:
        """Whether audio of this request is still waited for."""
        return self._active is not None and self._active.request_id == request_id

    def audio(self, request_id: str, audio: bytes, progress: SynthesisProgress, now: float) -> Effects:
        """Audio of the active request; dropped when it is not wanted any more. `progress` counts this audio in."""
        if self._active is None or not self.wants(request_id):
            return ()
        self._active.progress = progress
        if not audio:
            return ()
        if self._active.first_audio_s is None:
            self._active.first_audio_s = now
        return (SendAudio(audio),)

    def completed(self, request_id: str, progress: SynthesisProgress, now: float) -> Effects:
        """All audio of the request has been given to `audio`."""
        return self._ended(request_id, progress, None, now)

    def failed(self, request_id: str, error: HiwarError, now: float) -> Effects:
        """The request could not be spoken to its end."""
        return self._ended(request_id, None, error, now)

    # -- inside ------------------------------------------------------------------------------------------------

    def _to(self, moved: Input) -> None:
        self.state = TTS[self.state, moved]

    def _break(self, error: HiwarError) -> Effects:
        self._to(Input.BROKEN)
        active, self._active = self._active, None
        self._queue.clear()
        stop: Effects = (StopSynthesis(active.request_id),) if active else ()
        return stop + fatal(error)

    def _receive_credentials(self, frame: str) -> Effects:
        try:
            if self.state is State.CHECKING:
                raise refusals.unauthorized()
            credential, rest = first_frame(frame)
        except HiwarError as error:
            return self._break(error)
        self._after_sign_in = rest if "text" in rest else None
        self._to(Input.CREDENTIALS)
        return (CheckCredentials(credential),)

    def _receive_fields(self, fields: dict[str, object], now: float) -> Effects:
        kind = fields.get("type")
        if kind == "cancel":
            return self._cancel(fields.get("request_id"), now)
        if kind is not None:
            return self._refuse(self._id_for(fields), refusals.unknown_type(), now)
        return self._request(fields, now)

    def _request(self, fields: dict[str, object], now: float) -> Effects:
        request_id = self._id_for(fields)
        try:
            if self._in_use(fields.get("request_id")):
                raise HiwarError(ErrorCode.INVALID_REQUEST, "request_id is in use on this connection; choose another.")
            request = speech_request(
                fields, request_id=request_id, voices=self._voices, text_chars_max=self._limits.text_chars_max
            )
            if self._allowed_voices is not None and request.voice not in self._allowed_voices:
                raise refusals.voice_forbidden()
        except HiwarError as error:
            return self._refuse(request_id, error, now)
        return self._enqueue(Ticket(request_id, now, request))

    def _id_for(self, fields: Mapping[str, object]) -> str:
        """The client's own request id when it can tell the answers apart, else a new one."""
        wanted = request_id_of(fields.get("request_id"))
        return self._new_request_id() if wanted is None or self._in_use(wanted) else wanted

    def _in_use(self, request_id: object) -> bool:
        taken = [ticket.request_id for ticket in (*self._queue, self._active) if ticket is not None]
        return request_id in taken

    def _refuse(self, request_id: str, error: HiwarError, now: float) -> Effects:
        return self._enqueue(Ticket(request_id, now, None, refusal=error))

    def _enqueue(self, ticket: Ticket) -> Effects:
        if len(self._queue) >= self._limits.requests_queued_max:
            too_many = refusals.too_many_requests(self._limits.requests_queued_max)
            return self._finish(ticket, too_many, ticket.received_s)
        self._queue.append(ticket)
        return self._next(ticket.received_s)

    def _next(self, now: float) -> Effects:
        """Begin the next request when none is active; refusals on the way are answered, and a drained queue closes."""
        effects: list[TtsEffect] = []
        while self._active is None and self._queue:
            ticket = self._queue.popleft()
            refusal = ticket.refusal or (refusals.going_away() if self.state is State.FINISHING else None)
            if ticket.request is None or refusal is not None:
                effects += self._finish(ticket, refusal, now)
                continue
            self._active = ticket
            ticket.started_s = now
            audio = ticket.request.format
            started = SynthesisStarted(ticket.request_id, ticket.request.voice, audio.encoding, audio.sample_rate)
            effects += (Send(started), StartSynthesis(ticket.request))
        if self.state is State.FINISHING and self._active is None:
            self._to(Input.COMPLETED)
            effects.append(Close(GOING_AWAY, "server is stopping"))
        return tuple(effects)

    def _ended(
        self, request_id: str, progress: SynthesisProgress | None, error: HiwarError | None, now: float
    ) -> Effects:
        if self._active is None or not self.wants(request_id):
            return ()
        ticket, self._active = self._active, None
        if progress is not None:
            ticket.progress = progress
        self._last_activity_s = now
        return self._finish(ticket, error, now) + self._next(now)

    def _cancel(self, wanted: object, now: float) -> Effects:
        """Stop one request or all; the answers tell what had been sent, then `cancelled` names what was stopped."""
        if wanted is not None and request_id_of(wanted) is None:
            return (error_event(HiwarError(ErrorCode.INVALID_REQUEST, "request_id in a cancel must name a request.")),)
        effects: list[TtsEffect] = []
        stopped: list[str] = []
        if self._active is not None and wanted in {None, self._active.request_id}:
            ticket, self._active = self._active, None
            stopped.append(ticket.request_id)
            effects += (StopSynthesis(ticket.request_id), Send(ticket.complete("cancelled", now)))
        for ticket in [ticket for ticket in self._queue if wanted in {None, ticket.request_id}]:
            self._queue.remove(ticket)
            stopped.append(ticket.request_id)
            effects.append(Send(ticket.complete("cancelled", now)))
        effects.append(Send(Cancelled(tuple(stopped))))
        return (*effects, *self._next(now))

    def _finish(self, ticket: Ticket, error: HiwarError | None, now: float) -> Effects:
        if error is None:
            return (Send(ticket.complete("ok", now)),)
        return error_event(error, ticket.request_id), Send(ticket.complete("failed", now))
