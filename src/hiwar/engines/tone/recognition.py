"""Tones to text: finds each symbol by its strength over time, then reads characters between the longer pauses."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import EngineInfo, Hypothesis, Samples, UtteranceRecognizer, always
from hiwar.engines.tone import code
from hiwar.vocabulary import LANGUAGES, MODEL_SAMPLE_RATE, Language, Word

# Symbols are located to 1.25 ms; all positions below count such blocks.
_BLOCK_SAMPLES = 20
_BLOCK_MS = _BLOCK_SAMPLES * 1000 / MODEL_SAMPLE_RATE
_TONE_BLOCKS = round(code.TONE_MS / _BLOCK_MS)
_TONE_SAMPLES = _TONE_BLOCKS * _BLOCK_SAMPLES
# Strength grows with the share of the window that the tone fills: half is reached half a tone early.
_THRESHOLD = 0.5
_RISE_BLOCKS = _TONE_BLOCKS // 2 + 3
# The audio may begin inside a symbol. The rest of it, up to a quarter missing, keeps its distance from the next.
_WHOLE = 0.75
# Halfway between the steps within a character and those from one character to the next.
_LONGEST_STEP_BLOCKS = round((code.SYMBOL_MS + code.CHARACTER_PAUSE_MS / 2) / _BLOCK_MS)

# Arabic with its supplement and extensions, and the presentation forms.
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")

_BASIS = code.analysis_basis(_BLOCK_SAMPLES, MODEL_SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    start_ms: int
    end_ms: int


class ToneRecognition:
    """Hears `ToneSynthesis` exactly through 8 to 48 kHz, G.711 and white noise 10 dB below the speech.

    The text of a part of an utterance is a prefix of the text of the whole, a character that is cut left out, white
    space around it dropped: so `prefix` holds without being looked at. Neither context nor effort changes anything.
    """

    @property
    def info(self) -> EngineInfo:
        """What it is; `model` is `none`."""
        return EngineInfo("tone", code.MODEL, code.LICENCE, LANGUAGES, MODEL_SAMPLE_RATE, word_timestamps=True)

    def open(self, *, context: str = "") -> UtteranceRecognizer:  # noqa: ARG002 - it changes nothing
        """Itself: nothing is kept from one hearing to the next."""
        return self

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None,
        settled: str = "",  # noqa: ARG002 - heard again as it was
        prefix: str = "",  # noqa: ARG002 - holds by itself
        final: bool,  # noqa: ARG002 - nothing could be done better
        words: bool = False,
        wanted: Callable[[], bool] = always,  # noqa: ARG002 - it is one short step
    ) -> Hypothesis:
        """Confidence is the share of characters that could be read: 1.0, unless something was cut out of the audio."""
        characters, broken = _characters(*_symbols(samples))
        text = "".join(character.text for character in characters).strip()
        confidence = len(characters) / (len(characters) + broken) if text else 0.0
        spoken = language or _language(text)
        return Hypothesis(text, spoken, confidence, _words(characters, confidence) if words else ())

    def close(self) -> None:
        """Nothing is held."""


def _symbols(samples: Samples) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Where each symbol begins, in blocks, and its value."""
    sums, energy = _sliding_sums(samples)
    strength = code.pair_strength(sums, energy, _TONE_SAMPLES)
    starts = _peaks(strength)
    power = np.abs(sums[starts])
    values = 4 * power[:, :4].argmax(axis=1) + power[:, 4:].argmax(axis=1)
    return starts, values.astype(np.uint8)


def _sliding_sums(samples: Samples) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """The sum at each frequency and the energy of every window of one tone's length, a block apart.

    Each sample is multiplied once: windows are differences of running sums over blocks.
    """
    count = samples.size // _BLOCK_SAMPLES
    blocks = samples[: count * _BLOCK_SAMPLES].reshape(count, _BLOCK_SAMPLES)
    turns = np.outer(np.arange(count) * (_BLOCK_MS / 1000), code.LOW_HZ + code.HIGH_HZ)
    aligned = (blocks @ _BASIS) * np.exp(-2j * np.pi * turns)
    energy = np.einsum("ij,ij->i", blocks, blocks, dtype=np.float64)
    running_sums = np.pad(aligned.cumsum(axis=0), ((1, 0), (0, 0)))
    running_energy = np.pad(energy.cumsum(), (1, 0))
    window_energy = running_energy[_TONE_BLOCKS:] - running_energy[:-_TONE_BLOCKS]
    return running_sums[_TONE_BLOCKS:] - running_sums[:-_TONE_BLOCKS], np.maximum(window_energy, 0)


def _peaks(strength: NDArray[np.float64]) -> NDArray[np.int64]:
    """The best window of each symbol, a tone's length apart at the least."""
    found: list[int] = []
    strong = np.flatnonzero(strength > _THRESHOLD)
    position = 0
    while (index := int(np.searchsorted(strong, position))) < strong.size:
        rise = int(strong[index])
        peak = rise + int(strength[rise : rise + _RISE_BLOCKS].argmax())
        if peak == strength.size - 1:
            break  # it may still be rising: the rest of this symbol is not here yet
        if peak or strength[peak] > _WHOLE:
            found.append(peak)
        position = peak + _TONE_BLOCKS
    return np.array(found, dtype=np.int64)


def _characters(starts: NDArray[np.int64], values: NDArray[np.uint8]) -> tuple[list[_Character], int]:
    """The characters, and how many groups of symbols were none; the last group may just be unfinished."""
    if not starts.size:
        return [], 0
    bounds = np.flatnonzero(np.diff(starts) > _LONGEST_STEP_BLOCKS) + 1
    groups = list(zip(np.split(starts, bounds), np.split(values, bounds), strict=True))
    read = [(code.character_of(symbols), positions) for positions, symbols in groups]
    broken = sum(text is None for text, _ in read[:-1])
    characters = [
        _Character(text, round(where[0] * _BLOCK_MS), round(where[-1] * _BLOCK_MS) + code.TONE_MS)
        for text, where in read
        if text is not None
    ]
    return characters, broken


def _words(characters: list[_Character], confidence: float) -> tuple[Word, ...]:
    words: list[Word] = []
    inside = False
    for character in characters:
        if character.text.isspace():
            inside = False
            continue
        before = words.pop() if inside else Word("", character.start_ms, 0, confidence)
        words.append(Word(before.text + character.text, before.start_ms, character.end_ms, confidence))
        inside = True
    return tuple(words)


def _language(text: str) -> Language:
    """The script that most letters are of; English when they tie."""
    letters = [character for character in text if character.isalpha()]
    arabic = sum(_ARABIC.match(letter) is not None for letter in letters)
    return "ar" if arabic * 2 > len(letters) else "en"
