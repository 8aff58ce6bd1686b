"""Speaks one phoneme string window by window: each step runs only as much of the model as its samples need.

Silence before the first sound and after the last is left out; the pause that follows is the caller's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, repeat

import numpy as np

from hiwar.engines.contracts import Samples
from hiwar.engines.hibari.acoustic import FRAMES_PER_UNIT, AcousticModel, Timing
from hiwar.engines.hibari.frame_source import FrameSource
from hiwar.engines.hibari.vocoder import TAIL_FRAMES, Vocoder

PITCH_AHEAD_FRAMES = 2
"""Frames whose pitch the vocoder wants to know beyond those that it is given."""

_OVERLAP_FRAMES = 2
"""A frame sounds from two hops before it on."""

_FAINT_FRAMES = 1
"""Of these two, what the very first frame sounds in the first is too faint to be heard, and left out."""

_DECAY_FRAMES = 5
"""Frames after the last audible one at normal speed: it is heard in full, then fades."""

_FRAME_MS = 12.5

_SLOW, _FAST = 0.7, 1.5
"""From these speeds on the model plans the onset of a string later than it sounds, by up to a frame."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How large the steps are. `windows`: frames (12.5 ms) of the first windows, the last repeated to the end.

    `context`: frames around a window that the decoder sees as well: 27 for exactly the unsplit model, 18 for 55 dB
    from it. `block_frames`: frames of prosody computed at a time after those of the first window.
    """

    windows: tuple[int, ...] = (16, 32, 64)
    context: int = 18
    block_frames: int = 320

    def lengthened(self) -> "Schedule":
        """With later windows of twice the length: what is computed around them, only to be left out, is half."""
        return replace(self, windows=(*self.windows, 2 * self.windows[-1]))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples, none where a step only prepared, and the frames of the string that they are: `start` to `stop`."""

    samples: Samples
    start: int
    stop: int


def fade_ms(speed: float) -> float:
    """Faint sound after the last audible frame: the decay, and the hops over which its last frame fades."""
    return (_decay_frames(speed) + TAIL_FRAMES) * _FRAME_MS


def speak(model: AcousticModel, timing: Timing, vocoder: Vocoder, schedule: Schedule) -> Iterator[Stretch]:
    """The sound of one string, a window a step; nothing when there is none. Raises EngineError."""
    around, ahead = schedule.context, schedule.context + PITCH_AHEAD_FRAMES
    source = FrameSource(model, timing)
    source.extend(FRAMES_PER_UNIT * int(timing.durations[0]) + schedule.windows[0] + ahead)
    while (audible := source.audible()) is None:
        if source.is_complete:
            return
        source.extend(source.stop + schedule.block_frames)
    # The pitch of the frames after it is wanted as well: it begins no later than the last window may.
    onset = audible[0] if _SLOW < timing.speed < _FAST else max(0, audible[0] - 1)
    position = first = min(onset, timing.frame_count - PITCH_AHEAD_FRAMES - 1)
    if source.stop < position + PITCH_AHEAD_FRAMES:
        source.extend(source.stop + schedule.block_frames)
    vocoder.begin(source.pitch(0, position + PITCH_AHEAD_FRAMES))
    heard = position - _OVERLAP_FRAMES + _FAINT_FRAMES
    for size in chain(schedule.windows, repeat(schedule.windows[-1])):
        while not source.is_complete and source.stop < position + size + ahead:
            source.extend(source.stop + schedule.block_frames, drop=position - around)
            yield Stretch(np.zeros(0, np.float32), heard, heard)
        stop, is_last = _window(source, timing, position, size)
        low, high = max(0, position - around), min(timing.frame_count, stop + around)
        rows = model.spectrum(source.features(low, high), position - low, stop - low)
        samples = vocoder.push(rows, source.pitch(position, stop + PITCH_AHEAD_FRAMES))
        if position == first:
            samples = samples[_FAINT_FRAMES * vocoder.hop :]
        if is_last:
            break
        yield Stretch(samples, heard, stop - _OVERLAP_FRAMES)
        position, heard = stop, stop - _OVERLAP_FRAMES
    yield Stretch(np.concatenate((samples, vocoder.finish())), heard, timing.frame_count)


def _window(source: FrameSource, timing: Timing, position: int, size: int) -> tuple[int, bool]:
    """Where the window from `position` on stops, and whether it is the last one."""
    stop = position + size
    if not source.is_complete:
        return stop, False
    _, last = source.audible() or (0, position)
    end = min(max(position, last + _decay_frames(timing.speed)) + 1, timing.frame_count - PITCH_AHEAD_FRAMES)
    # A short rest is not worth a window of its own, most of which would be context.
    return (end, True) if end - stop < max(1, size // 4) else (stop, False)


def _decay_frames(speed: float) -> int:
    return round(_DECAY_FRAMES / min(1.0, speed))
