"""What tells an invention from a transcript: budgets, loops and doubt. What to do about it is left to the engine."""

import math
from collections.abc import Sequence

from hiwar.vocabulary import Language

_TOKENS_PER_SECOND: dict[Language, int] = {"ar": 8, "en": 6}
_SPARE_TOKENS = 8

_LOOP_TURNS = 4
_LOOP_TOKENS_MAX = 24
_BEFORE_LOOP_TOKENS_MIN = 4
"""Less than this before a loop is its beginning: noise becomes "Hmmmm" and "Aaaah"."""

NO_SPEECH_MAX = 0.6
"""Doubt that there is speech above which a decode that fails is neither tried again nor mended."""

_FLOOR = 0.25
_FLOOR_AT_NO_SPEECH = 0.55


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


def floor(no_speech: float) -> float:
    """The mean token probability below which text is dropped, by the model's own doubt that there is speech (0 to 1).

    Measured on forced decodes: noise, hum, music, DTMF and ringing 0.24 at the most at a doubt up to 0.66, silence
    and beeps 0.52 at 0.87 to 0.94; hard Arabic readings 0.28 and more at 0.11, spelt digits 0.61 at 0.82, synthetic
    Arabic 0.36 at 0.65. So only high doubt may raise the floor.
    """
    return _FLOOR + _FLOOR_AT_NO_SPEECH * no_speech**6
