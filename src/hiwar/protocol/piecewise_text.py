"""The text of one request that arrives piece by piece: counted, bounded, and held until the request's turn comes.

Where it may be cut into speech, and halves of a surrogate pair put together, is left to the pipeline.
"""

from hiwar.protocol import refusals
from hiwar.protocol.effects import AddText, EndText, FlushText

TextEffects = tuple[AddText | FlushText | EndText, ...]


class PiecewiseText:
    """What a client sends between `start` and `finish`. Every method returns what may be handed over now, in order."""

    def __init__(self, *, chars_max: int, flushes_waiting_max: int) -> None:
        self.first_text_s: float | None = None
        """When the first piece with something to speak in it came, in seconds of the session's clock."""
        self.ended = False
        """Whether no more is taken: the client has finished, or the server is stopping."""
        self._chars_max = chars_max
        self._flushes_waiting_max = flushes_waiting_max
        self._chars = 0
        self._last_char = ""
        self._flushes_waiting = 0
        self._held: list[AddText | FlushText | EndText] | None = []

    def add(self, piece: object, now: float) -> TextEffects:
        """Take the next piece. Raises HiwarError invalid_request, text_too_long or server_busy: it is not taken."""
        if not isinstance(piece, str):
            raise refusals.piece_without_text()
        if self.ended:
            raise refusals.going_away()
        chars = self._chars + len(piece) - self._joins(piece)
        if chars > self._chars_max:
            raise refusals.piece_too_long(self._chars_max)
        if not piece:
            return ()
        self._chars, self._last_char = chars, piece[-1]
        if self.first_text_s is None and not piece.isspace():
            self.first_text_s = now
        return self._hand_over(AddText(piece))

    def flush(self) -> TextEffects:
        """Speak what is held. Raises HiwarError rate_limit_exceeded or server_busy: it is not taken."""
        if self.ended:
            raise refusals.going_away()
        if self._flushes_waiting >= self._flushes_waiting_max:
            raise refusals.too_many_flushes(self._flushes_waiting_max)
        self._flushes_waiting += 1
        return self._hand_over(FlushText())

    def flushed(self) -> bool:
        """The oldest flush is answered; False when there was none to answer."""
        waited = self._flushes_waiting > 0
        self._flushes_waiting -= waited
        return waited

    def end(self) -> TextEffects:
        """No more is taken."""
        if self.ended:
            return ()
        self.ended = True
        return self._hand_over(EndText())

    def begin(self) -> TextEffects:
        """The request's turn has come: all that was held. What comes later is handed over at once."""
        held, self._held = self._held, None
        return tuple(held or ())

    def _hand_over(self, effect: AddText | FlushText | EndText) -> TextEffects:
        if self._held is None:
            return (effect,)
        last = self._held[-1] if self._held else None
        if isinstance(effect, AddText) and isinstance(last, AddText):
            self._held[-1] = AddText(last.text + effect.text)
        else:
            self._held.append(effect)
        return ()

    def _joins(self, piece: str) -> bool:
        """Whether the piece begins with the second half of a character whose first half ended the last one."""
        return "\ud800" <= self._last_char <= "\udbff" and "\udc00" <= piece[:1] <= "\udfff"
