"""When each token sounds, from where Whisper's alignment heads looked as they read it; and words with their times.

The method is that of https://github.com/openai/whisper (whisper/timing.py): dynamic time warping of the attention.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hiwar.vocabulary import Word

STEP_MS = 20
"""The encoder halves the frames of 10 ms."""

_MEDIAN_STEPS = 7


def time_path(attention: NDArray[np.float32], steps: int) -> list[tuple[int, int]]:
    """The path of (row, step), rising in both, through the first `steps` of attention of shape (rows, all steps)."""
    seen = attention[:, :steps].astype(np.float64)
    if not seen.size:
        return []
    # A place that all tokens look at tells nothing of any of them.
    spread = seen.std(axis=0)
    seen = (seen - seen.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    padded = np.pad(seen, ((0, 0), (_MEDIAN_STEPS // 2, _MEDIAN_STEPS // 2)), mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(padded, _MEDIAN_STEPS, axis=1), axis=2)
    return _warped(-smooth)


def timed_words(
    words: Sequence[tuple[str, int]],
    path: Sequence[tuple[int, int]],
    probabilities: Sequence[float],
    audio_ms: int,
) -> tuple[Word, ...]:
    """Join words (text, count of tokens) with their path of (token, encoder step), which goes on to the end token.

    `probabilities` (0 to 1) are those of the tokens.
    A word lasts until the next one begins; times rise and stay within 0 to `audio_ms`.
    """
    begins_ms: dict[int, int] = {}
    for token, step in path:
        begins_ms.setdefault(token, min(audio_ms, step * STEP_MS))
    timed: list[Word] = []
    first, start_ms = 0, begins_ms.get(0, 0)
    for text, count in words:
        end_ms = max(start_ms, begins_ms.get(first + count, audio_ms))
        sure = probabilities[first : first + count]
        confidence = sum(sure) / len(sure) if sure else 0.0
        timed.append(Word(text, start_ms, end_ms, min(1.0, confidence)))
        first, start_ms = first + count, end_ms
    return tuple(timed)


def _warped(cost: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The cheapest path from the first to the last place of `cost`, each step on by one in either or both ways."""
    rows, columns = cost.shape
    least = np.full((rows + 1, columns + 1), np.inf)
    least[0, 0] = 0.0
    for row in range(rows):
        # Coming from the left adds up along the row: running sums turn that into a running minimum.
        sums = np.concatenate(((0.0,), np.cumsum(cost[row])))
        entered = np.minimum(least[row, :-1], least[row, 1:]) - sums[:-1]
        least[row + 1, 1:] = np.minimum.accumulate(entered) + sums[1:]
    path: list[tuple[int, int]] = []
    row, column = rows, columns
    while row and column:
        path.append((row - 1, column - 1))
        both, up, left = least[row - 1, column - 1], least[row - 1, column], least[row, column - 1]
        if both <= up and both <= left:
            row, column = row - 1, column - 1
        elif up <= left:
            row -= 1
        else:
            column -= 1
    return path[::-1]
