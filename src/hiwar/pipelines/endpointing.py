"""Voice activity probabilities to the begin and end of speech, and where to cut speech that never pauses.

Counts windows only; the audio and what is said in it are left to the recognition pipeline.
"""

from enum import Enum

import numpy as np

from hiwar.engines.contracts import Samples
from hiwar.pipelines.settings import EndpointingSettings


class Turn(Enum):
    """What one window changed."""

    STARTED = "started"
    ENDED = "ended"


class Endpointer:
    """The begin and end of speech in one stream. Positions count windows from the first one heard."""

    def __init__(self, settings: EndpointingSettings, window_ms: float) -> None:
        self._settings = settings
        self._window_ms = window_ms
        self._heard = 0
        self._speaking = False
        self._voiced = 0
        self._first: int | None = None
        self._last = 0
        self.endpointing_ms = settings.endpointing_ms
        """Silence that ends the utterance; set to another it holds for this pause, until voice is heard again."""

    @property
    def speaking(self) -> bool:
        """Whether an utterance is open."""
        return self._speaking

    @property
    def first_voice(self) -> int:
        """The window in which the voice of the utterance, or of what may become one, began."""
        return self._heard if self._first is None else self._first

    @property
    def voice_end(self) -> int:
        """The window after the last one with voice."""
        return self._last

    @property
    def silence_ms(self) -> float:
        """How long there has been no voice."""
        return (self._heard - self._last) * self._window_ms

    def hear(self, probability: float) -> Turn | None:
        """Count the next window."""
        index, self._heard = self._heard, self._heard + 1
        return self._continue(probability) if self._speaking else self._wait(index, probability)

    def _continue(self, probability: float) -> Turn | None:
        if probability >= self._settings.silence_below:
            self._last = self._heard
            self.endpointing_ms = self._settings.endpointing_ms
        # The voice ended inside its last window, on average in the middle: the nearest number of windows counts.
        elif self.silence_ms + self._window_ms > self.endpointing_ms:
            self.reset()
            return Turn.ENDED
        return None

    def _wait(self, index: int, probability: float) -> Turn | None:
        if probability >= self._settings.voice_above:
            self._first = index if self._first is None else self._first
            self._voiced += 1
            self._last = self._heard
        elif self._first is not None and self.silence_ms > self._settings.candidate_gap_ms:
            self.reset()
        if self._voiced * self._window_ms < self._settings.speech_start_ms:
            return None
        self._speaking = True
        return Turn.STARTED

    def reset(self) -> None:
        """Forget the utterance: the next one needs new voice. `voice_end` stays readable."""
        self._speaking, self._voiced, self._first = False, 0, None
        self.endpointing_ms = self._settings.endpointing_ms


def quietest(samples: Samples, span: int) -> int:
    """The sample in the middle of the quietest `span` samples: where a cut hurts least."""
    if len(samples) <= span:
        return len(samples) // 2
    energy = np.cumsum(np.concatenate(([0.0], samples.astype(np.float64) ** 2)))
    return int(np.argmin(energy[span:] - energy[:-span])) + span // 2
