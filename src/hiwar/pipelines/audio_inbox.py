"""What a client sent and no step has worked on yet: bytes and wishes, in their order and within a limit."""

from collections import deque
from enum import Enum

from hiwar.errors import ErrorCode, HiwarError

_PIECE_MS = 100


class Wish(Enum):
    """What a client may ask for between its audio."""

    FINALIZE = "finalize"
    FINISH = "finish"
    END = "end"
    """The pipeline's own: end the utterance, now that all audio before it is there."""


class AudioInbox:
    """A queue that hands out audio in pieces of at most 100 ms, whatever the size in which it came.

    Of compressed audio these are nominal: they bound what is held.
    """

    def __init__(self, bytes_per_second: int, pending_max_ms: int) -> None:
        self._bytes_per_second = bytes_per_second
        self._piece_bytes = bytes_per_second * _PIECE_MS // 1000
        self._pending_max_ms = pending_max_ms
        self._items: deque[memoryview | Wish] = deque()
        self._pending_bytes = 0
        self._finished = False

    @property
    def is_waiting(self) -> bool:
        """Whether anything waits."""
        return bool(self._items)

    def put(self, audio: bytes) -> None:
        """Queue audio. Raises HiwarError past the limit, and after FINISH."""
        if self._finished:
            raise HiwarError(ErrorCode.PROTOCOL_VIOLATION, "Send no audio after the stream was finished.")
        if (self._pending_bytes + len(audio)) * 1000 > self._pending_max_ms * self._bytes_per_second:
            raise HiwarError(
                ErrorCode.FRAME_TOO_LARGE, "More audio waits than one stream may hold; send it in smaller pieces."
            )
        if audio:
            self._items.append(memoryview(audio))
            self._pending_bytes += len(audio)

    def wish(self, wish: Wish) -> None:
        """Queue a wish behind the audio so far; FINISH counts once."""
        if wish is Wish.FINISH and self._finished:
            return
        self._finished = self._finished or wish is Wish.FINISH
        self._items.append(wish)

    def put_back(self, wish: Wish) -> None:
        """Queue a wish before everything else."""
        self._items.appendleft(wish)

    def take(self) -> bytes | Wish | None:
        """The next piece or wish; None when nothing waits."""
        if not self._items:
            return None
        item = self._items.popleft()
        if isinstance(item, Wish):
            return item
        if len(item) > self._piece_bytes:
            self._items.appendleft(item[self._piece_bytes :])
        piece = bytes(item[: self._piece_bytes])
        self._pending_bytes -= len(piece)
        return piece

    def clear(self) -> None:
        """Forget what waits."""
        self._items.clear()
        self._pending_bytes = 0
