"""The server's side of a synthesis conversation as a state machine. Time is an argument, effects are returned.

Requests are answered one after another in the order of their arrival, refused ones too.
It never raises on what a peer sends.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from hiwar.errors import HiwarError
from hiwar.protocol import refusals
from hiwar.protocol.effects import GOING_AWAY, CheckCredentials, Close, Send, error_event, fatal
from hiwar.protocol.fields import request_id_of, speech_request
from hiwar.protocol.json_codec import decode_object
from hiwar.protocol.messages import ServiceLevel
from hiwar.protocol.piecewise_text import PiecewiseText
from hiwar.protocol.request_queue import RequestQueue
from hiwar.protocol.sign_in import credential_in, first_frame
from hiwar.protocol.ticket import Effects, Ticket
from hiwar.protocol.transitions import NOT_SIGNED_IN, TTS, Input, State
from hiwar.vocabulary import SynthesisProgress, WordTime


@dataclass(frozen=True, slots=True)
class TtsSessionLimits:
    """Bounds of one synthesis connection."""

    text_chars_max: int
    requests_queued_max: int
    sign_in_timeout_ms: int
    idle_timeout_ms: int
    frame_chars_max: int = 262_144
    """Over ten thousand characters, each escaped as two surrogates, with room for the other fields."""
    flushes_waiting_max: int = 1000
    """Of one request, without their answer."""


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
        self._queue = RequestQueue(waiting_max=limits.requests_queued_max)
        self._last_activity_s = now
        self._first_frame = True
        self._after_sign_in: dict[str, object] | None = None

    # -- waits -------------------------------------------------------------------------------------------------

    @property
    def deadline_s(self) -> float | None:
        """When `tick` must be called at the latest; None while a request is being answered that awaits no text."""
        if self.state is State.SIGNING_IN:
            return self._last_activity_s + self._limits.sign_in_timeout_ms / 1000
        active = self._queue.active
        if self.state is State.OPEN and (active is None or active.awaits_text):
            # Who listens is not idle: text may wait for the audio before it to be played.
            heard_s = self._last_activity_s if active is None else active.heard_until_s
            return max(self._last_activity_s, heard_s) + self._limits.idle_timeout_ms / 1000
        return None

    def tick(self, now: float) -> Effects:
        """Answer a deadline that has passed."""
        if self.deadline_s is None or now < self.deadline_s:
            return ()
        if self.state is State.SIGNING_IN:
            return self._break(refusals.unauthorized())
        return self._break(refusals.text_awaited() if self._queue.active else refusals.nothing_asked())

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
        if credential_in(fields) is not None and not _asks(fields):
            # Signed in by header or query already: those come first, and the frame is not needed.
            return () if first else (error_event(refusals.sign_in_again()),)
        return self._receive_fields(fields, now)

    def receive_fields(self, fields: Mapping[str, object], now: float) -> Effects:
        """A message came in that the transport has taken apart itself, having signed in before."""
        if self.state is State.CLOSED:
            return ()
        self._last_activity_s = now
        return (
            self._break(refusals.unauthorized()) if self.state in NOT_SIGNED_IN else self._receive_fields(fields, now)
        )

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
        return self._queue.abandon()

    def end(self, error: HiwarError) -> Effects:
        """The server breaks off."""
        return () if self.state is State.CLOSED else self._break(error)

    def drain(self, now: float) -> Effects:
        """The server is about to stop: the request under way is answered, those behind it are refused in their turn.

        Of a request that is open for text, the text so far is spoken.
        """
        if self.state is State.CLOSED:
            return ()
        if self.state in NOT_SIGNED_IN:
            return self._break(refusals.going_away())
        if self.state is State.OPEN:
            self._to(Input.FINISH)
        return self._queue.stop_taking_text(now) + self._next(now)

    # -- what the pipeline says --------------------------------------------------------------------------------

    def wants(self, request_id: str) -> bool:
        """Whether audio of this request is still waited for."""
        return self._queue.wanted(request_id) is not None

    def audio(
        self,
        request_id: str,
        audio: bytes,
        progress: SynthesisProgress,
        now: float,
        words: Sequence[WordTime] = (),
    ) -> Effects:
        """Audio of the active request, and the words that begin in it; dropped when it is not wanted any more.

        `progress` counts this audio in. Words reach the client when its request asked for them.
        """
        ticket = self._queue.wanted(request_id)
        if ticket is None:
            return ()
        self._last_activity_s = now
        return ticket.spoken(audio, progress, now, words)

    def flushed(self, request_id: str, progress: SynthesisProgress, now: float) -> Effects:
        """All audio of the text before the oldest unanswered FlushText has been given to `audio`."""
        ticket = self._queue.wanted(request_id)
        if ticket is None:
            return ()
        self._last_activity_s = now
        return ticket.flushed(progress)

    def service_level(self, request_id: str, *, reduced: bool) -> Effects:
        """So much is spent on the request from now on."""
        level = ServiceLevel("reduced" if reduced else "full", request_id)
        return (Send(level),) if self.wants(request_id) else ()

    def completed(self, request_id: str, progress: SynthesisProgress, now: float) -> Effects:
        """All audio of the request has been given to `audio`."""
        if not self.wants(request_id):
            return ()
        self._last_activity_s = now
        return self._queue.completed(progress, now) + self._next(now)

    def failed(self, request_id: str, error: HiwarError, now: float) -> Effects:
        """The request could not be spoken to its end."""
        if not self.wants(request_id):
            return ()
        self._last_activity_s = now
        return self._queue.failed(error, now) + self._next(now)

    # -- inside ------------------------------------------------------------------------------------------------

    def _to(self, moved: Input) -> None:
        self.state = TTS[self.state, moved]

    def _break(self, error: HiwarError) -> Effects:
        self._to(Input.BROKEN)
        return self._queue.abandon() + fatal(error)

    def _receive_credentials(self, frame: str) -> Effects:
        try:
            if self.state is State.CHECKING:
                raise refusals.unauthorized()
            credential, rest = first_frame(frame)
        except HiwarError as error:
            return self._break(error)
        self._after_sign_in = rest if _asks(rest) else None
        self._to(Input.CREDENTIALS)
        return (CheckCredentials(credential),)

    def _receive_fields(self, fields: Mapping[str, object], now: float) -> Effects:
        match fields.get("type"):
            case None:
                return self._queue.append(self._ticket(fields, now)) + self._next(now)
            case "start":
                return self._start(fields, now)
            case "text" | "flush" | "finish" as kind:
                return self._queue.receive_piece(kind, fields.get("text"), now) + self._next(now)
            case "cancel":
                return self._cancel(fields.get("request_id"), now)
            case _:
                return self._refuse(self._id_for(fields), refusals.unknown_type(), now)

    def _start(self, fields: Mapping[str, object], now: float) -> Effects:
        if self._queue.takes_text:
            return self._refuse(self._id_for(fields), refusals.open_already(), now)
        limits = self._limits
        text = PiecewiseText(chars_max=limits.text_chars_max, flushes_waiting_max=limits.flushes_waiting_max)
        return self._queue.open(self._ticket(fields, now, text)) + self._next(now)

    def _ticket(self, fields: Mapping[str, object], now: float, text: PiecewiseText | None = None) -> Ticket:
        """The request that these fields ask for, with `text` when it comes apart from them; or its refusal."""
        request_id = self._id_for(fields)
        try:
            if self._queue.in_use(fields.get("request_id")):
                raise refusals.request_id_in_use()
            request = speech_request(
                fields,
                request_id=request_id,
                voices=self._voices,
                text_chars_max=self._limits.text_chars_max if text is None else None,
            )
            if self._allowed_voices is not None and request.voice not in self._allowed_voices:
                raise refusals.voice_forbidden()
        except HiwarError as error:
            return Ticket(request_id, now, error)
        return Ticket(request_id, now, request, text)

    def _id_for(self, fields: Mapping[str, object]) -> str:
        """The client's own request id when it can tell the answers apart, else a new one."""
        wanted = request_id_of(fields.get("request_id"))
        return self._new_request_id() if wanted is None or self._queue.in_use(wanted) else wanted

    def _refuse(self, request_id: str, error: HiwarError, now: float) -> Effects:
        return self._queue.append(Ticket(request_id, now, error)) + self._next(now)

    def _next(self, now: float) -> Effects:
        """Begin the next request when none is active; a server that is stopping closes instead."""
        effects = self._queue.advance(now, stopping=self.state is State.FINISHING)
        if self.state is State.FINISHING and self._queue.active is None:
            self._to(Input.COMPLETED)
            effects += (Close(GOING_AWAY, "server is stopping"),)
        return effects

    def _cancel(self, wanted: object, now: float) -> Effects:
        request_id = request_id_of(wanted)
        if wanted is not None and request_id is None:
            return (error_event(refusals.cancel_of_nothing()),)
        return self._queue.cancel(request_id, now) + self._next(now)


def _asks(fields: Mapping[str, object]) -> bool:
    """Whether a frame holds a request, beside a credential."""
    return "text" in fields or fields.get("type") == "start"
