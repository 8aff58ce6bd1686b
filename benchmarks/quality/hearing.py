"""What a recogniser makes of speech on a clean line, over the telephone or in noise, compared with the text."""

import re
import statistics
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import jiwer
import numpy as np
import soxr

from hiwar.engines.contracts import RecognitionEngine, Samples
from hiwar.text.normalization import clean
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language

VOWELLED = Path(__file__).with_name("voice_sentences.tsv")
"""Half (search or held), kind, and an Arabic sentence with its vowels marked by hand."""

PLAIN = Path(__file__).with_name("round_trip_sentences.tsv")
"""Language and an everyday sentence as people write it."""

_TELEPHONE_HZ = 8000
_NOISE_DB = {"clean": None, "telephone": None, "noise": 15.0}
CONDITIONS = tuple(_NOISE_DB)
"""Telephone: nothing above 4 kHz. Noise: white, 15 dB below the speech."""

_ONE_LETTER = str.maketrans("أإآٱىةؤئ", "ااااي\u0647وي")


@dataclass(frozen=True, slots=True)
class Rates:
    """Errors of all sentences together, and the median of the sentences' CER, in per cent."""

    cer: float
    wer: float
    median: float


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples and their rate in Hz."""

    samples: Samples = field(repr=False)
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


def vowelled(half: str) -> list[str]:
    """The sentences of one half."""
    lines = (line.split("\t") for line in VOWELLED.read_text(encoding="utf-8").splitlines())
    return [text for name, _, text in lines if name == half]


def plain(language: Language) -> list[str]:
    """The everyday sentences of a language."""
    lines = (line.split("\t") for line in PLAIN.read_text(encoding="utf-8").splitlines())
    return [text for code, text in lines if code == language]


def bare(text: str) -> str:
    """Without vowel marks."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Mn")


def comparable(text: str) -> str:
    """The text as the rates compare it."""
    return " ".join(re.sub(r"[^\w\s']", " ", bare(clean(text)).lower().translate(_ONE_LETTER)).split())


def rates(said: Sequence[str], heard: Sequence[str]) -> Rates:
    """Of texts and what was heard of each."""
    references, hypotheses = [*map(comparable, said)], [*map(comparable, heard)]
    each = [jiwer.cer(*pair) for pair in zip(references, hypotheses, strict=True)]
    cer, wer = jiwer.cer(references, hypotheses), jiwer.wer(references, hypotheses)
    return Rates(100 * cer, 100 * wer, 100 * statistics.median(each))


def received(sound: Sound, condition: str) -> Samples:
    """At the recogniser's rate, as it arrives under one of CONDITIONS."""
    samples, rate = sound.samples, sound.rate
    if condition == "telephone":
        samples, rate = soxr.resample(samples, rate, _TELEPHONE_HZ), _TELEPHONE_HZ
    samples = np.asarray(soxr.resample(samples, rate, MODEL_SAMPLE_RATE), np.float32)
    if (below_db := _NOISE_DB[condition]) is not None:
        level = np.float32(np.sqrt(np.mean(samples**2)) * 10 ** (-below_db / 20))
        # Constant seed: a sentence is heard through the same noise in every run.
        samples += np.random.default_rng(0).standard_normal(len(samples), np.float32) * level
    return samples


def heard(engine: RecognitionEngine, sound: Sound, condition: str, language: Language) -> str:
    """What the recogniser makes of it."""
    return engine.open().recognize(received(sound, condition), language=language, final=True).text
