"""Words with times and confidences, from the token times that CTranslate2 reads off Whisper's cross-attention."""

from collections.abc import Sequence

from hiwar.vocabulary import Word

_STEP_MS = 20
"""The encoder halves the frames of 10 ms."""


def timed_words(
    words: Sequence[tuple[str, int]],
    path: Sequence[tuple[int, int]],
    probabilities: Sequence[float],
    audio_ms: int,
) -> tuple[Word, ...]:
    """Join words (text, tokens) with their path of (token, encoder step), which goes on to the end token.

    A word lasts until the next one begins; times rise and stay within 0 to `audio_ms`.
    """
    begins_ms: dict[int, int] = {}
    for token, step in path:
        begins_ms.setdefault(token, min(audio_ms, step * _STEP_MS))
    timed: list[Word] = []
    first, start_ms = 0, begins_ms.get(0, 0)
    for text, count in words:
        end_ms = max(start_ms, begins_ms.get(first + count, audio_ms))
        sure = probabilities[first : first + count]
        confidence = sum(sure) / len(sure) if sure else 0.0
        if text:
            timed.append(Word(text, start_ms, end_ms, min(1.0, confidence)))
        first, start_ms = first + count, end_ms
    return tuple(timed)
