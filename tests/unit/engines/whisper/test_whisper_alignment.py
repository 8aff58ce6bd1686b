"""Unit tests of word times from token times."""

import numpy as np

from hiwar.engines.whisper.alignment import time_path, timed_words
from hiwar.vocabulary import Word


def test_a_word_lasts_until_the_next_begins_and_the_last_until_the_end_token() -> None:
    path = [(0, 5), (0, 6), (1, 10), (2, 20), (2, 21), (3, 40)]
    words = timed_words([("Hello", 2), ("there.", 1)], path, [0.9, 0.7, 0.5], audio_ms=2000)
    assert words == (Word("Hello", 100, 400, 0.8), Word("there.", 400, 800, 0.5))


def test_times_stay_within_the_audio() -> None:
    words = timed_words([("a", 1), ("b", 1)], [(0, 0), (1, 90), (2, 100)], [1.0, 1.0], audio_ms=1500)
    assert [(word.start_ms, word.end_ms) for word in words] == [(0, 1500), (1500, 1500)]


def test_a_path_that_misses_a_token_still_rises() -> None:
    words = timed_words([("a", 1), ("b", 1), ("c", 1)], [(0, 10), (2, 20), (3, 30)], [1.0] * 3, audio_ms=1000)
    assert [word.start_ms for word in words] == sorted(word.start_ms for word in words)


def test_nothing_said_has_no_words() -> None:
    assert timed_words([], [], [], audio_ms=1000) == ()


def test_the_path_follows_the_attention_and_ignores_what_all_tokens_look_at() -> None:
    attention = np.zeros((4, 60), np.float32)
    for token, step in enumerate((0, 15, 25, 45)):
        attention[token, step : step + 10] = 0.08
    attention[:, 30:33] += 0.3
    attention[:, 50] += 0.5
    path = time_path(attention, 55)
    assert path == sorted(path)
    assert (path[0], path[-1]) == ((0, 0), (3, 54))
    begins = {token: min(step for row, step in path if row == token) for token in range(4)}
    assert begins[0] == 0
    assert [abs(begins[token] - step) <= 5 for token, step in ((1, 15), (2, 25), (3, 45))] == [True] * 3


def test_no_attention_has_no_path() -> None:
    assert time_path(np.zeros((0, 10), np.float32), 10) == []
