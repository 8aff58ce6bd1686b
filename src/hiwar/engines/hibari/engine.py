"""The hibari engine: a segment to phonemes, one model run, frames shaped into a voice, hibari.dsp to sound them."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from hibari import dsp
from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors

from hiwar.engines.contracts import EngineInfo, EngineVoice, Samples
from hiwar.engines.hibari.phonemizer import Phonemizer
from hiwar.engines.hibari.shaping import Frames, shape_frames
from hiwar.engines.hibari.voices import SHAPES, VOICES
from hiwar.errors import EngineError
from hiwar.vocabulary import Language

_NOISE_SEED = 0
"""Constant, so that the same request gives the same samples."""

INFO = EngineInfo(
    name="hibari",
    model="hibari-tts 0.2.1 (heart)",
    licence="Apache-2.0",
    languages=("ar", "en"),
    sample_rate=dsp.SR,
)


class HibariEngine:
    """Shared by all streams: sessions, lexicons and tables are only read after construction."""

    def __init__(self, session: Any, phonemizer: Phonemizer, ids: Mapping[str, int]) -> None:  # noqa: ANN401
        self._session = session
        self._phonemizer = phonemizer
        self._ids = ids

    @property
    def info(self) -> EngineInfo:
        """Of the embedded model; the sample rate is what its signal processing emits."""
        return INFO

    @property
    def voices(self) -> tuple[EngineVoice, ...]:
        """All speak both languages."""
        return VOICES

    def synthesize(self, text: str, *, voice: str, language: Language, speed: float) -> Iterator[Samples]:
        """One piece per 250 phonemes (about 15 s of audio), nearly always one in all. Raises EngineError."""
        if voice not in SHAPES:
            raise EngineError("This engine has no such voice; choose one that it lists.")
        for phonemes in self._phonemizer(text, language):
            yield self._speak(phonemes, voice, speed * (SHAPES[voice].pace if language == "ar" else 1.0))

    def close(self) -> None:
        """Drop the model; the memory goes with the last reference."""
        self._session = None

    def _speak(self, phonemes: str, voice: str, speed: float) -> Samples:
        shape = SHAPES[voice]
        ids = [0, *(self._ids[character] for character in phonemes), 0]
        inputs = {"ids": np.array([ids], np.int64), "speed": np.array([speed], np.float32)}
        try:
            outputs = self._session.run(None, inputs)
        except (onnx_errors.Fail, onnx_errors.InvalidArgument, onnx_errors.RuntimeException) as error:
            raise EngineError from error
        frames = shape_frames(Frames(*(output[0] for output in outputs)), shape)
        samples: Samples = dsp.synth(*frames, np.random.default_rng(_NOISE_SEED))
        np.clip(samples * np.float32(shape.gain), -1.0, 1.0, out=samples)
        return samples
