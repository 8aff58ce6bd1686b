"""Speech to stream at a server: recordings, or what the server's own voices say at the beginning of a benchmark."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from crowd import Utterance
from recordings import Wire, read_recordings
from spoken_texts import text_of

from hiwar.client import AsyncClient
from hiwar.engines.contracts import Samples
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language

_SILENCE_S = 1.0
"""Behind each utterance: twice the endpoint."""
_CHARACTERS = (60, 100, 150)
"""Of the texts that are spoken: four to ten seconds."""


def recorded_utterances(folder: Path, wire: Wire) -> list[Utterance]:
    """The recordings of a folder with a manifest in which somebody speaks, Arabic and English in turn."""
    found = read_recordings(folder)
    return [
        _utterance(one.language, one.samples, wire)
        for one in sorted(found, key=lambda one: one.name)
        if one.language is not None
    ]


async def own_utterances(
    client: AsyncClient, voices: Sequence[tuple[str, Language]], wire: Wire, *, each: int = 4
) -> list[Utterance]:
    """Sentences as the server's voices say them, `each` by every voice; the voices take turns."""
    made: list[Utterance] = []
    for seed in range(each):
        for voice, language in voices:
            text = text_of(language, _CHARACTERS[seed % len(_CHARACTERS)], seed)
            speech = client.speak(text, voice=voice, sample_rate=MODEL_SAMPLE_RATE)
            pcm = b"".join([audio async for audio in speech])
            made.append(_utterance(language, np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768), wire))
    return made


def _utterance(language: Language, samples: Samples, wire: Wire) -> Utterance:
    """Padded to whole frames: what follows in the stream begins with a frame of its own."""
    frame_samples = round(wire.frame_s * MODEL_SAMPLE_RATE)
    length = len(samples) + round(_SILENCE_S * MODEL_SAMPLE_RATE)
    padded = np.pad(samples, (0, -(-length // frame_samples) * frame_samples - len(samples)))
    return Utterance(language, tuple(wire.frames(padded)))
