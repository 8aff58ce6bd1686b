"""Where a recording holds speech: one pass of Silero over the whole file, the same for every system measured."""

from collections.abc import Iterable

import numpy as np
from captions import Stretch

from hiwar.engines.contracts import Samples, VoiceActivityEngine
from hiwar.vocabulary import MODEL_SAMPLE_RATE

THRESHOLD = 0.5
"""Probability of voice in a window of 32 ms from which on it counts."""

VOICE_MIN_S = 0.096
"""Less voice than this in a row is a click; the server asks for as much before speech begins."""

PAUSE_S = 0.5
"""Shorter silence does not part a stretch: it ends no utterance."""


def stretches(engine: VoiceActivityEngine, samples: Samples) -> tuple[Stretch, ...]:
    """The stretches of speech in samples at 16 kHz, in their order."""
    size, stream = engine.window_samples, engine.open()
    padded = np.pad(samples, (0, -len(samples) % size))
    voiced = [stream.probability(padded[start : start + size]) >= THRESHOLD for start in range(0, len(padded), size)]
    return joined(voiced, size / MODEL_SAMPLE_RATE)


def joined(voiced: Iterable[bool], window_s: float) -> tuple[Stretch, ...]:
    """Stretches from one answer a window."""
    runs: list[list[int]] = []
    for place, voice in enumerate(voiced):
        if voice and runs and runs[-1][1] == place:
            runs[-1][1] = place + 1
        elif voice:
            runs.append([place, place + 1])
    found: list[Stretch] = []
    for begin, end in runs:
        if (end - begin) * window_s < VOICE_MIN_S:
            continue
        if found and begin * window_s - found[-1].end_s < PAUSE_S:
            found[-1] = Stretch(found[-1].begin_s, end * window_s)
        else:
            found.append(Stretch(begin * window_s, end * window_s))
    return tuple(found)
