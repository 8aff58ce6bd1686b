"""Recordings that a manifest names, as samples, and as the bytes that a client sends. None are in this repository.

The manifest is a tab-separated file with the columns file, language (ar, en), category and text at the least.
"""

import csv
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr

from hiwar.audio.g711 import encode_alaw, encode_mulaw
from hiwar.audio.pcm import to_int16
from hiwar.engines.contracts import Samples
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE, AudioEncoding, Language

NOISE = "noise"
"""The category of recordings in which nobody speaks: they must give no text."""

_FRAME_BYTES = {AudioEncoding.LINEAR16: 2048, AudioEncoding.MULAW: 160, AudioEncoding.ALAW: 160}
"""G.711 goes in packets of 20 ms, as a telephone sends it: 2048 bytes of it would be a quarter of a second."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Mono samples at 16 kHz. `language` None: nobody speaks. `text` is empty when nobody wrote down what is said."""

    name: str
    language: Language | None
    category: str
    text: str
    samples: Samples = field(repr=False)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / MODEL_SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Wire:
    """How audio is sent: `rate` in Hz."""

    rate: int = MODEL_SAMPLE_RATE
    encoding: AudioEncoding = AudioEncoding.LINEAR16

    @property
    def frame_s(self) -> float:
        """How long one frame sounds."""
        return _FRAME_BYTES[self.encoding] / self.encoding.bytes_per_s(self.rate)

    def frames(self, samples: Samples) -> Iterator[bytes]:
        """Samples at 16 kHz as the frames that are sent; the last one may be shorter."""
        audio = self._encoded(np.asarray(soxr.resample(samples, MODEL_SAMPLE_RATE, self.rate), np.float32))
        size = _FRAME_BYTES[self.encoding]
        return (audio[start : start + size] for start in range(0, len(audio), size))

    def _encoded(self, samples: Samples) -> bytes:
        if self.encoding is AudioEncoding.MULAW:
            return encode_mulaw(samples)
        if self.encoding is AudioEncoding.ALAW:
            return encode_alaw(samples)
        return to_int16(samples).astype("<i2").tobytes()


def read_recordings(folder: Path, only: str = "") -> list[Recording]:
    """What `manifest.tsv` names and can be read here, in its order; `only` is a part of the name.

    What cannot be read is left out, which is printed.
    """
    found: list[Recording] = []
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if only not in row["file"]:
                continue
            samples = _samples(folder / row["file"])
            if samples is None:
                print(f"{row['file']}: neither libsndfile nor PyAV reads it here, left out")
                continue
            language = next((code for code in LANGUAGES if code == row["language"]), None)
            found.append(Recording(row["file"], language, row["category"], (row["text"] or "").strip(), samples))
    return found


def _samples(path: Path) -> Samples | None:
    try:
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        return _decoded(path)
    return np.asarray(soxr.resample(audio.mean(axis=1), rate, MODEL_SAMPLE_RATE), np.float32)


def _decoded(path: Path) -> Samples | None:
    """By PyAV, where it is installed."""
    try:
        av = importlib.import_module("av")
    except ImportError:
        return None
    resampler = av.AudioResampler(format="flt", layout="mono", rate=MODEL_SAMPLE_RATE)
    try:
        with av.open(str(path)) as container:
            frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    except (OSError, ValueError, IndexError):
        return None
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.float32)
