"""The signs of a phoneme string: those of the model, marks of length, and sounds between two that the model knows.

Which sounds an Arabic word is said with is `arabic_sounds`'.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

from hiwar.engines.reading.phonemizer import WordSpan

LENGTHS: Mapping[str, float] = {"ː": 1.5, "̆": 0.5}
"""Marks of the IPA behind a sign: what its duration is multiplied by."""

BLENDS: Mapping[str, Mapping[str, float]] = {
    "a": {"æ": 0.5, "ʌ": 0.5},
    "œ": {"æ": 0.5, "ɑ": 0.5},
    "x": {"h": 0.7, "k": 0.3},
}
"""Signs that the model has a place for and never learned: weighted means of what it makes of sounds that it knows.

Arabic vowels lie between two English ones, in the middle of the mouth; as a consonant the fricative of خ.
"""


def vocabulary() -> dict[str, int]:
    """The model's own number of each sign, as its package lists them; it never learned about half of them."""
    ids: dict[str, int] = json.loads((files("hibari") / "assets" / "vocab.json").read_text(encoding="utf-8"))
    return ids


@dataclass(frozen=True, slots=True)
class Spelling:
    """A phoneme string as the model takes it, with the silent phoneme at both ends. `lengths` multiply durations."""

    ids: tuple[int, ...]
    lengths: tuple[float, ...]
    words: tuple[WordSpan, ...]
    """Where they sound, counted in phonemes without the first silence; marks of length are none."""


def spelling(phonemes: str, words: Iterable[WordSpan], ids: Mapping[str, int]) -> Spelling:
    """What the model takes for a string of signs of `ids` and marks of length, and for the words that sound in it."""
    said: list[int] = [0]
    lengths = [1.0]
    places: list[int] = []
    for sign in phonemes:
        places.append(len(said) - 1)
        if sign in LENGTHS:
            lengths[-1] *= LENGTHS[sign] if len(said) > 1 else 1.0
        else:
            said.append(ids[sign])
            lengths.append(1.0)
    places.append(len(said) - 1)
    counted = tuple(replace(word, first=places[word.first], last=places[word.last]) for word in words)
    return Spelling((*said, 0), (*lengths, 1.0), counted)
