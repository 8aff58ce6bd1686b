"""Unit tests of word times from token times."""

from hiwar.engines.whisper.alignment import timed_words
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
