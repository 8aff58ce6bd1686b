"""Text that arrives whole or piece by piece, as segments to speak: each as soon as it is sure, or waited for enough.

Where a text is cut is `segmentation`'s rule; this adds when. Pieces may cut anywhere, in words and surrogate pairs too.
"""

import codecs
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from hiwar.text.normalization import GradualCleaning, Stretch
from hiwar.text.segmentation import SegmentCutter, breaks_off, end_so_far, is_speakable, settled


@dataclass(frozen=True, slots=True)
class Segment:
    """Cleaned `text` to be spoken in one go, and `raw`, all that was written since the segment before it.

    The `raw` of all segments and the feed's `rest` join to the text as it came.
    """

    text: str = field(repr=False)
    raw: str = field(repr=False)
    continues: bool = False
    """Its sentence goes on in the next segment: it was cut between two words."""


@dataclass(frozen=True, slots=True)
class Flushed:
    """All text that came before a flush has been given."""


class _Mark(Enum):
    FLUSH = auto()
    END = auto()


class SegmentFeed:
    """The segments of one text. `wait_ms` bounds how long text that could be spoken waits for more context.

    `add`, `flush` and `end` may be called by one thread while another calls the rest. Times are seconds of one clock.
    """

    def __init__(self, *, wait_ms: int) -> None:
        self._wait_s = wait_ms / 1000
        # Appending to a deque and taking from it are atomic: it is all that the two threads share.
        self._incoming: deque[tuple[str, float] | _Mark] = deque()
        self._join_surrogates = codecs.getincrementaldecoder("utf-16-le")("surrogatepass")
        self._cleaning = GradualCleaning()
        self._cutter = SegmentCutter()
        self._held = _HeldText()
        self._arrivals = _Arrivals()
        self._changed = False
        self._judged: tuple[str, bool, bool] | None = None
        self._judged_end: int | None = None
        self._vain = 0
        self._ready_at: float | None = None
        self._spoke = False
        self._finished = False

    @classmethod
    def whole(cls, text: str) -> "SegmentFeed":
        """A feed that has all its text, so that nothing is ever waited for."""
        feed = cls(wait_ms=0)
        feed.add(text, 0.0)
        feed.end()
        return feed

    @property
    def finished(self) -> bool:
        """The text has ended, and all of it has been given."""
        return self._finished

    @property
    def rest(self) -> str:
        """What was written since the last segment given: at the end, what cannot be spoken."""
        return self._held.raw

    @property
    def ready_at(self) -> float | None:
        """After `next` gave None: when to ask again, though no more text came; None when never.

        A segment is due then, unless nothing in it can be spoken.
        """
        return self._ready_at

    def add(self, text: str, now: float) -> None:
        """More text, cut anywhere. Half a surrogate pair waits for the other half, beyond a flush too."""
        whole = self._join_surrogates.decode(text.encode("utf-16-le", "surrogatepass"))
        self._incoming.append((whole, now))

    def flush(self) -> None:
        """What was added before this is given without waiting, half words too, and then one Flushed."""
        self._incoming.append(_Mark.FLUSH)

    def end(self) -> None:
        """No more text comes: all of it is given without waiting."""
        self._incoming += ((self._join_surrogates.decode(b"", final=True), 0.0), _Mark.END)

    def next(self, now: float, hold_until: float = 0.0) -> Segment | Flushed | None:
        """What to speak next; None when there is nothing yet, or nothing any more (`finished`).

        Text that more text might still change is given once its wait is over and `hold_until` has passed.
        """
        self._ready_at = None
        if self._finished:
            return None
        mark = self._receive()
        while (end := self._sure_end(complete=mark is not None)) is not None:
            if segment := self._give(end, waited=False):
                return segment
        if mark is not None:
            self._incoming.popleft()
            self._finished = mark is _Mark.END
            return None if self._finished else Flushed()
        while self._arrivals:
            words = self._cleaning.words()
            end = self._end_so_far(words)
            if end is None:
                return None
            due = max(self._arrivals.oldest + self._wait_s, hold_until)
            if now < due:
                self._ready_at = due
                return None
            if words is not None and end > len(self._held.text):
                self._cleaning.take_words(words)
                self._held.append(words)
            if segment := self._give(end, waited=True):
                return segment
        return None

    def _receive(self) -> _Mark | None:
        """Take in what came up to the next flush or end, which stays in front until all before it has been given."""
        while self._incoming:
            item = self._incoming[0]
            if isinstance(item, _Mark):
                return item
            self._incoming.popleft()
            text, now = item
            self._cleaning.add(text)
            self._arrivals.add(len(text), now, counts=is_speakable(text))
        return None

    def _sure_end(self, *, complete: bool) -> int | None:
        """Where the next segment of the held text ends, whatever comes; cleans no more than it takes to tell."""
        while True:
            if self._changed:
                text = self._held.text + self._cleaning.next_character
                end = self._cutter.sure_end(text, 0, first=not self._spoke, complete=False)
                if end is not None:
                    return end
            stretch = self._cleaning.next()
            self._changed = stretch is not None
            if stretch is None:
                break
            self._held.append(stretch)
        if not complete:
            return None
        self._held.append(self._cleaning.rest())
        return self._cutter.sure_end(self._held.text, 0, first=not self._spoke, complete=True)

    def _end_so_far(self, words: Stretch | None) -> int | None:
        """Where to cut if no more text comes in time, in the held text and the `words` that cleaning kept back."""
        text = self._held.text + (words.cleaned if words else "")
        torn = self._cleaning.held != (words.raw if words else "")
        if self._judged != (text, torn, self._spoke):
            self._judged = (text, torn, self._spoke)
            end = self._cutter.sure_end(text, 0, first=not self._spoke, complete=False)
            self._judged_end = end_so_far(text, torn=torn, vain=self._vain) if end is None else end
            self._vain = settled(self._held.text) if self._judged_end is None else 0
        return self._judged_end

    def _give(self, end: int, *, waited: bool) -> Segment | None:
        """Cut the held text at `end`; None when nothing in it can be spoken: it goes to the next segment's raw."""
        self._changed = True
        self._vain = 0
        broken_off = breaks_off(self._held.text[:end])
        text = self._held.cut(end)
        if not is_speakable(text):
            return None
        self._spoke = True
        more = waited or is_speakable(self._held.text) or is_speakable(self._cleaning.held)
        segment = Segment(text, self._held.take_raw(), continues=broken_off and more)
        self._arrivals.take(len(segment.raw))
        if not is_speakable(self._held.text) and not is_speakable(self._cleaning.held):
            self._arrivals.forget()
        return segment


class _HeldText:
    """Cleaned text that has not been given yet, and how it was written."""

    def __init__(self) -> None:
        self.text = ""
        self._stretches: deque[Stretch] = deque()
        self._cut_raw: list[str] = []

    @property
    def raw(self) -> str:
        """All that was written, what was cut off included."""
        return "".join((*self._cut_raw, *(stretch.raw for stretch in self._stretches)))

    def append(self, stretch: Stretch) -> None:
        self.text += stretch.cleaned
        self._stretches.append(stretch)

    def cut(self, end: int) -> str:
        """Cut off the text before `end`, with the space that follows it, and return it without outer white space."""
        if self.text[end : end + 1].isspace():
            end += 1
        cut, self.text = self.text[:end].strip(), self.text[end:]
        while self._stretches and len(self._stretches[0].cleaned) <= end:
            stretch = self._stretches.popleft()
            end -= len(stretch.cleaned)
            self._cut_raw.append(stretch.raw)
        if end:
            stretch, more, others = self._stretches.popleft().split(end)
            self._cut_raw.append(stretch.raw)
            self._stretches.extendleft((others, more))
        return cut

    def take_raw(self) -> str:
        """How the text was written that was cut off since this was asked last."""
        raw = "".join(self._cut_raw)
        self._cut_raw.clear()
        return raw


class _Arrivals:
    """When the characters came that have not been given yet."""

    def __init__(self) -> None:
        self._received = 0
        self._given = 0
        self._pieces: deque[tuple[int, float]] = deque()

    def __bool__(self) -> bool:
        """Whether there is something that waits to be spoken."""
        return bool(self._pieces)

    @property
    def oldest(self) -> float:
        """When the first of them came."""
        return self._pieces[0][1]

    def add(self, characters: int, now: float, *, counts: bool) -> None:
        """A piece came; one that does not count waits only when there is something before it."""
        self._received += characters
        if counts or self._pieces:
            self._pieces.append((self._received, now))

    def take(self, characters: int) -> None:
        """So many more characters have been given."""
        self._given += characters
        while self._pieces and self._pieces[0][0] <= self._given:
            self._pieces.popleft()

    def forget(self) -> None:
        """Nothing that is held can be spoken."""
        self._pieces.clear()
