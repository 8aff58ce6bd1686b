"""Speaks one utterance in bounded steps: encode a stretch of it, or turn frames to features, or sound a window of them.

The encoder reads a stretch with its neighbours, so that the prosody is that of the whole; flow and decoder see frames
on both sides of their window, so that windows join without a seam.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import Samples
from hiwar.engines.durations import spread
from hiwar.engines.piper.model import Array, VitsModel
from hiwar.engines.piper.utterance import Utterance

_SEED = 0
"""Constant, so that the same request gives the same samples."""

_LEAD_FRAMES = 3
"""Kept before the first sound: the onset is heard up to this much before the first frame that the model gives it."""

_NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Sizes of the steps: windows and margins in frames, stretches and their context in symbols.

    An utterance of at most `whole_symbols` is encoded in one step; a longer one in a stretch of at most
    `first_symbols`, then of `stretch_symbols`, each read with `context_symbols` on both sides.
    """

    windows: tuple[int, ...] = (8, 16, 32)
    flow_margin: int = 24
    decoder_margin: int = 9
    whole_symbols: int = 120
    first_symbols: int = 60
    stretch_symbols: int = 70
    context_symbols: int = 35


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an utterance is said. `speaker` is a number of the model; 0 for a model of one.

    `scales` are of the noise in the sound, of the durations at normal `speed`, and of the noise in them.
    `pause_frames` of silence follow the last sound.
    """

    scales: tuple[float, float, float]
    speed: float
    speaker: int
    pause_frames: int


class UtteranceStream:
    """One utterance on its way. Frames are counted from the first that the model makes, before `start`."""

    def __init__(self, model: VitsModel, utterance: Utterance, delivery: Delivery, schedule: Schedule) -> None:
        self._model = model
        self._utterance = utterance
        self._delivery = delivery
        self._schedule = schedule
        self._noise = np.random.default_rng(_SEED)
        self._duration_noise = self._noise.standard_normal((2, len(utterance.symbols)), np.float32)
        self._stretches = stretches(len(utterance.symbols), utterance.breaks, schedule)
        self._windows = chain(schedule.windows, repeat(schedule.windows[-1]))
        self._window = next(self._windows)
        self._frames_before = [0]
        self._latents: Array = np.zeros((0, 0), np.float32)
        self._features: Array = np.zeros((0, 0), np.float32)
        self.start = 0
        """The first frame that is heard; known once the first step is done."""
        self.sounded = 0
        """The frame after the last that `step` gave."""

    def frames_before(self, symbol: int) -> int:
        """How many frames precede a symbol; for one that has not been encoded yet, the frames so far."""
        return self._frames_before[min(symbol, len(self._frames_before) - 1)]

    @property
    def is_over(self) -> bool:
        """Whether the last samples have been given."""
        return not self._stretches and self.sounded >= self._last

    @property
    def _last(self) -> int:
        """The frame after the pause; known once all has been encoded."""
        return self.frames_before(self._utterance.sound_last) + self._delivery.pause_frames

    def step(self) -> Samples | None:
        """The next samples, none of them after a step that only prepares; None at the end. Raises EngineError."""
        schedule, end = self._schedule, self._frames_before[-1]
        ahead = self.sounded + self._window + schedule.decoder_margin + schedule.flow_margin
        if self._stretches and end < ahead:
            self._encode(*self._stretches.pop(0))
            return _NOTHING
        if self.is_over:
            return None
        last = end if self._stretches else self._last
        if self.sounded >= end:
            return self._rest(last)
        stop = min(self.sounded + self._window, last, end)
        needed = min(stop + schedule.decoder_margin, end)
        if self._features.shape[1] < needed:
            self._give_features(needed)
            return _NOTHING
        return self._sound(stop)

    def _encode(self, first: int, last: int) -> None:
        """Encode the symbols from `first` to `last`, and draw their frames."""
        symbols, noise, before = self._in_context(first, last)
        encoded = self._model.encode(symbols, noise, self._delivery.scales, self._delivery.speaker)
        here = slice(before, before + last - first)
        # The model rounds each duration up: it is asked for those of normal speed, whatever the speed.
        durations = spread(encoded.durations[here], self._delivery.speed)
        means = np.repeat(encoded.means[:, here], durations, axis=1)
        deviations = np.exp(np.repeat(encoded.log_deviations[:, here], durations, axis=1))
        noise = self._noise.standard_normal(means.T.shape, np.float32).T
        latents = means + noise * deviations * np.float32(self._delivery.scales[0])
        if not first:
            self._latents = self._features = latents[:, :0]
        self._latents = np.concatenate((self._latents, latents), axis=1)
        self._frames_before += (self._frames_before[-1] + np.cumsum(durations)).tolist()
        if not first:
            self.start = self.sounded = max(0, self.frames_before(self._utterance.sound_first) - _LEAD_FRAMES)

    def _in_context(self, first: int, last: int) -> tuple[NDArray[np.int64], Array, int]:
        """Symbols and noise for the encoder, with the marks of a whole text, and how many of them precede `first`."""
        utterance, count = self._utterance, len(self._utterance.symbols)
        begin = max(utterance.begin_marks, first - self._schedule.context_symbols)
        end = min(count - utterance.end_marks, last + self._schedule.context_symbols)
        read = np.r_[: utterance.begin_marks, begin:end, count - utterance.end_marks : count]
        before = int(np.searchsorted(read, first))
        return utterance.symbols[read], self._duration_noise[:, read], before

    def _give_features(self, stop: int) -> None:
        """Features of all frames before `stop`."""
        known, margin = self._features.shape[1], self._schedule.flow_margin
        first = max(0, known - margin)
        given = self._model.flow(self._latents[:, first : stop + margin], self._delivery.speaker)
        self._features = np.concatenate((self._features, given[:, known - first : stop - first]), axis=1)

    def _sound(self, stop: int) -> Samples:
        margin, hop = self._schedule.decoder_margin, self._model.hop
        first = max(0, self.sounded - margin)
        samples = self._model.decode(self._features[:, first : stop + margin], self._delivery.speaker)
        heard = samples[(self.sounded - first) * hop : (stop - first) * hop]
        self.sounded = stop
        self._window = next(self._windows)
        return heard

    def _rest(self, last: int) -> Samples:
        """What is left of the pause behind the model's own silence."""
        count = last - self.sounded
        self.sounded = last
        return np.zeros(count * self._model.hop, np.float32)


def stretches(count: int, breaks: Sequence[int], schedule: Schedule) -> list[tuple[int, int]]:
    """Bounds of what is encoded in one step: up to a break in the second half of the size allowed, if there is one."""
    if count <= schedule.whole_symbols:
        return [(0, count)]
    found: list[tuple[int, int]] = []
    first, size = 0, schedule.first_symbols
    while count - first > size:
        last = max((place for place in breaks if first + size // 2 < place <= first + size), default=first + size)
        found.append((first, last))
        first, size = last, schedule.stretch_symbols
    return [*found, (first, count)]
