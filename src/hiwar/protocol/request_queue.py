"""The requests of one synthesis connection in the order of their arrival: one is active, the others wait.

Whether a request may be made at all is the session's business, and so is everything that ends the connection.
"""

from collections import deque

from hiwar.errors import HiwarError
from hiwar.protocol import refusals
from hiwar.protocol.effects import Send, StopSynthesis, TtsEffect, error_event
from hiwar.protocol.messages import Cancelled
from hiwar.protocol.ticket import Effects, Ticket
from hiwar.vocabulary import SynthesisProgress


class RequestQueue:
    """Every request is answered in its turn and once, a refused one too; at most one is open for text."""

    def __init__(self, *, waiting_max: int) -> None:
        self.active: Ticket | None = None
        self._waiting: deque[Ticket] = deque()
        self._waiting_max = waiting_max
        # The request of the last `start` until its `finish` comes, also when it is refused or over by then.
        self._open: Ticket | None = None

    @property
    def takes_text(self) -> bool:
        """Whether a request is open for text and alive."""
        return self._open is not None and self._open.awaits_text and self._holds(self._open)

    def in_use(self, request_id: object) -> bool:
        """Whether a request without its answer has this id."""
        return any(request_id == ticket.request_id for ticket in (*self._waiting, self.active) if ticket is not None)

    def wanted(self, request_id: str) -> Ticket | None:
        """The active request, when it has this id."""
        return self.active if self.active is not None and self.active.request_id == request_id else None

    # -- in ----------------------------------------------------------------------------------------------------

    def append(self, ticket: Ticket) -> Effects:
        """Put a request behind the others; beyond the limit it is refused at once."""
        if len(self._waiting) >= self._waiting_max:
            return ticket.failed(refusals.too_many_requests(self._waiting_max), ticket.received_s)
        self._waiting.append(ticket)
        return ()

    def open(self, ticket: Ticket) -> Effects:
        """Append a request, or its refusal, that the following text belongs to."""
        self._open = ticket
        return self.append(ticket)

    def receive_piece(self, kind: str, piece: object, now: float) -> Effects:
        """A `text`, `flush` or `finish`. What is still on its way to a request that is over is left aside."""
        ticket = self._open
        if ticket is None:
            return (error_event(refusals.nothing_open()),)
        if kind == "finish":
            self._open = None
        if ticket.text is None or not self._holds(ticket):
            return ()
        if kind == "finish":
            return self._end_text(ticket, refusals.nothing_to_speak(), now)
        try:
            return ticket.text.add(piece, now) if kind == "text" else ticket.text.flush()
        except HiwarError as error:
            return (error_event(error, ticket.request_id),)

    # -- on ----------------------------------------------------------------------------------------------------

    def advance(self, now: float, *, stopping: bool) -> Effects:
        """Begin the next request when none is active; refusals on the way are answered. `stopping` refuses all."""
        effects: list[TtsEffect] = []
        while self.active is None and self._waiting:
            ticket = self._waiting.popleft()
            if isinstance(ticket.asked, HiwarError):
                effects += ticket.failed(ticket.asked, now)
            elif stopping:
                effects += ticket.failed(refusals.going_away(), now)
            else:
                self.active = ticket
                effects += ticket.started(ticket.asked, now)
        return tuple(effects)

    def stop_taking_text(self, now: float) -> Effects:
        """The server is stopping: what the active request has of its text is all that is spoken."""
        return () if self.active is None else self._end_text(self.active, refusals.going_away(), now)

    # -- out ---------------------------------------------------------------------------------------------------

    def completed(self, progress: SynthesisProgress, now: float) -> Effects:
        """The active request has been spoken to its end."""
        ticket, self.active = self.active, None
        if ticket is None:
            return ()
        ticket.progress = progress
        return (Send(ticket.complete("ok", now)),)

    def failed(self, error: HiwarError, now: float) -> Effects:
        """The active request could not be spoken to its end."""
        ticket, self.active = self.active, None
        return () if ticket is None else ticket.failed(error, now)

    def cancel(self, wanted: str | None, now: float) -> Effects:
        """Stop one request or all; the answers tell what had been sent, then `cancelled` names what was stopped."""
        effects: list[TtsEffect] = []
        stopped: list[str] = []
        if self.active is not None and wanted in {None, self.active.request_id}:
            ticket, self.active = self.active, None
            stopped.append(ticket.request_id)
            effects += (StopSynthesis(ticket.request_id), Send(ticket.complete("cancelled", now)))
        for ticket in [ticket for ticket in self._waiting if wanted in {None, ticket.request_id}]:
            self._waiting.remove(ticket)
            stopped.append(ticket.request_id)
            effects.append(Send(ticket.complete("cancelled", now)))
        return (*effects, Send(Cancelled(tuple(stopped))))

    def abandon(self) -> Effects:
        """The connection ends: nobody waits for anything."""
        self._waiting.clear()
        active, self.active = self.active, None
        return (StopSynthesis(active.request_id),) if active else ()

    # -- inside ------------------------------------------------------------------------------------------------

    def _holds(self, ticket: Ticket) -> bool:
        return ticket is self.active or ticket in self._waiting

    def _end_text(self, ticket: Ticket, if_empty: HiwarError, now: float) -> Effects:
        """No more text of this request is taken; without anything to speak in it, it fails in its turn."""
        if ticket.text is None or ticket.text.ended:
            return ()
        ended = ticket.text.end()
        if ticket.text.first_text_s is not None:
            return ended
        if ticket is self.active:
            return StopSynthesis(ticket.request_id), *self.failed(if_empty, now)
        ticket.asked = if_empty
        return ()
