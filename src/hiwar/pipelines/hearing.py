"""A decode that a recognition stream asks for. On which thread it runs, and before which others, is left to serving."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from hiwar.engines.contracts import AbandonedError
from hiwar.vocabulary import RecognitionEvent, Transcript

Decode = Callable[[Callable[[], bool]], Transcript | None]
"""Makes a transcript; asks between steps of compute if it is still wanted. Raises AbandonedError, EngineError."""


class Hearing:
    """To be run once, on any thread; its stream goes on listening meanwhile.

    `due_ms` says after how long somebody waits for it: what is due first goes first. `audio_ms` is where in the stream
    its audio ends; audio that came faster than it was spoken can wait as much longer.
    """

    def __init__(self, decode: Decode, *, due_ms: float, audio_ms: float = 0.0) -> None:
        self.due_ms = due_ms
        self.audio_ms = audio_ms
        self._decode = decode
        self._transcript: Transcript | None = None
        self._lock = threading.Lock()
        self._begun = False
        self._wanted = True
        self._done = False

    @property
    def done(self) -> bool:
        """Whether it ran, to its end or until it was abandoned."""
        return self._done

    @property
    def transcript(self) -> Transcript | None:
        """What to show of it, once it is done; None when that is nothing."""
        return self._transcript

    def abandon(self) -> bool:
        """Make it end within one step of compute; True when it had not begun, and now never will."""
        with self._lock:
            self._wanted = False
            return not self._begun

    def run(self) -> None:
        """Decode. Raises EngineError, after which the stream cannot go on."""
        with self._lock:
            if not self._wanted:
                return
            self._begun = True
        with contextlib.suppress(AbandonedError):
            self._transcript = self._decode(lambda: self._wanted)
        self._done = True


@dataclass(frozen=True, slots=True)
class Listened:
    """What one call of `listen` gave.

    `hearing` is to be run now; the one before, if it has not begun, is void. `more` asks to be called again at once.
    """

    events: tuple[RecognitionEvent, ...]
    hearing: Hearing | None
    more: bool
