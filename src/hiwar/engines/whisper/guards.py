"""What tells an invention from a transcript: budgets, loops and doubt. What to do about it is left to the engine."""

import math
from collections.abc import Sequence

import numpy as np

from hiwar.engines.contracts import Samples
from hiwar.vocabulary import Language

_TOKENS_PER_SECOND: dict[Language, int] = {"ar": 8, "en": 6}
_SPARE_TOKENS = 8

_LOOP_TURNS = 4
_LOOP_TOKENS_MAX = 24
_BEFORE_LOOP_TOKENS_MIN = 4
"""Less than this before a loop is its beginning: noise becomes "Hmmmm" and "Aaaah"."""

_AGAIN_TOKENS = 4
_SAME_PLACE_STEPS = 10
"""0.2 s: how exactly the decoder finds a place in the audio again."""

NO_SPEECH_MAX = 0.6
"""Doubt that there is speech above which a decode that fails is neither tried again nor mended."""

_AUDIBLE_PEAK = 5e-4
"""-66 dB of full scale: speech is a hundred times louder."""

_FLOOR = 0.25
_FLOOR_AT_NO_SPEECH = 0.2


def is_silent(samples: Samples) -> bool:
    """Whether there is nothing that anybody could hear: Whisper says "you" to digital silence, and is rather sure."""
    return not samples.size or float(np.abs(samples).max()) < _AUDIBLE_PEAK


def token_budget(seconds: float, language: Language) -> int:
    """More tokens than fast speech of this length makes; a decode that reaches it has run away."""
    return math.ceil(seconds * _TOKENS_PER_SECOND[language]) + _SPARE_TOKENS


def before_loop(tokens: Sequence[int]) -> list[int]:
    """The tokens up to and with the first turn of a run of 1 to 24 tokens that comes four times in a row.

    Nothing at all when the loop is all there is, or nearly: then no turn of it is worth more than the others.
    """
    for start in range(len(tokens)):
        for length in range(1, _LOOP_TOKENS_MAX + 1):
            turn = tokens[start : start + length]
            if list(tokens[start : start + length * _LOOP_TURNS]) == list(turn) * _LOOP_TURNS:
                return list(tokens[: start + length]) if start >= _BEFORE_LOOP_TOKENS_MIN else []
    return list(tokens)


def ends_in_loop(tokens: Sequence[int]) -> bool:
    """Whether the last 1 to 24 tokens came four times in a row."""
    for length in range(1, min(_LOOP_TOKENS_MAX, len(tokens) // _LOOP_TURNS) + 1):
        turn = list(tokens[-length:])
        if list(tokens[-length * _LOOP_TURNS :]) == turn * _LOOP_TURNS:
            return True
    return False


def said_again(tokens: Sequence[int], places: Sequence[int]) -> int | None:
    """The token from which on what was said before is said once more of the same audio; None when nothing is.

    `places` are the encoder steps at which each token was read. Words that are truly repeated lie elsewhere.
    """
    known: dict[tuple[int, ...], int] = {}
    for later in range(len(tokens) - _AGAIN_TOKENS + 1):
        run = tuple(tokens[later : later + _AGAIN_TOKENS])
        earlier = known.setdefault(run, later)
        if later - earlier < _AGAIN_TOKENS:
            continue
        apart = (abs(places[earlier + step] - places[later + step]) for step in range(_AGAIN_TOKENS))
        if sum(distance <= _SAME_PLACE_STEPS for distance in apart) < _AGAIN_TOKENS - 1:
            continue
        while earlier and tokens[earlier - 1] == tokens[later - 1]:
            earlier, later = earlier - 1, later - 1  # noqa: PLW2901 - to where the repetition begins
        return later
    return None


def floor(no_speech: float) -> float:
    """The mean token probability below which text is dropped, by the model's own doubt that there is speech (0 to 1).

    Measured on forced decodes: noise, hum, music, DTMF and ringing 0.25 at the most, at any doubt; hard Arabic
    readings 0.28 and more at a doubt under 0.15; digits spelt over a telephone 0.50 at 0.92. Silence is not asked.
    """
    return _FLOOR + _FLOOR_AT_NO_SPEECH * no_speech**6
