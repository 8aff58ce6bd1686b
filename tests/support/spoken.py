"""English speech for tests, made by the embedded voice: no recording is kept here."""

from pathlib import Path

import numpy as np
import soxr

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, Samples
from hiwar.vocabulary import MODEL_SAMPLE_RATE


def speak(text: str, models_dir: Path, speaker: str = "hibari", voice: str | None = None) -> Samples:
    """The text at 16 kHz by a voice of an engine, its first English one unless another is named."""
    engine = registry.load_synthesis(speaker, EngineContext(models_dir))
    chosen = voice or next(voice.name for voice in engine.voices if "en" in voice.languages)
    rate = engine.info.sample_rate
    pieces = [
        piece.samples for piece in engine.synthesize(text, voice=chosen, language="en", speed=1.0, sample_rate=rate)
    ]
    engine.close()
    samples: Samples = soxr.resample(np.concatenate(pieces), rate, MODEL_SAMPLE_RATE).astype(np.float32)
    return samples
