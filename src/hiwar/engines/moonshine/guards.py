"""What tells Moonshine's inventions from transcripts, measured on English recordings, noise, DTMF and silence."""

import math
from collections.abc import Sequence

_TOKENS_PER_SECOND = 6.5
"""The model's authors' bound; recordings had 4.5 at the most."""
_SPARE_TOKENS = 4

_LOOP_TURNS = 4
_LOOP_TOKENS_MAX = 12

_FIRST_MIN = 0.3
"""Inventions begin in doubt: nearly all under 0.4 but for the one below, utterances with 0.46 at the least."""
_MEAN_MIN = 0.4
_LONE_MIN = 0.9
"""A single token, without a mark: on nothing the model says "You", with a probability of up to 0.78."""
_LATIN_LAST = "\u024f"
_MARKS = frozenset("‘’“”–—…€")


def token_budget(seconds: float) -> int:
    """More tokens than fast speech of this length makes; a decode that reaches it has run away."""
    return math.ceil(seconds * _TOKENS_PER_SECOND) + _SPARE_TOKENS


def loop_begin(tokens: Sequence[int]) -> int | None:
    """Where the second turn begins when the tokens end with four turns of 1 to 12 tokens; None without a loop."""
    for length in range(1, min(_LOOP_TOKENS_MAX, len(tokens) // _LOOP_TURNS) + 1):
        tail = list(tokens[-length * _LOOP_TURNS :])
        if tail == tail[:length] * _LOOP_TURNS:
            return len(tokens) - length * (_LOOP_TURNS - 1)
    return None


def mean(probabilities: Sequence[float]) -> float:
    """The geometric mean, 0 of none."""
    if not probabilities:
        return 0.0
    return math.exp(sum(math.log(max(value, 1e-9)) for value in probabilities) / len(probabilities))


def believable(text: str, tokens: Sequence[int], probabilities: Sequence[float]) -> bool:
    """Whether it is speech that was heard: `probabilities` are of the tokens and of the end after them."""
    sure = mean(probabilities)
    return (
        bool(text)
        and all(letter <= _LATIN_LAST or letter in _MARKS for letter in text)
        and probabilities[0] >= _FIRST_MIN
        and sure >= (_LONE_MIN if len(tokens) == 1 else _MEAN_MIN)
    )
