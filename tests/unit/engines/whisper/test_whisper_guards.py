"""Unit tests of what tells an invention from a transcript."""

import numpy as np
import pytest

from hiwar.engines.whisper import guards


def test_fast_speech_stays_within_the_budget() -> None:
    assert guards.token_budget(10, "en") > 10 * 5
    assert guards.token_budget(10, "ar") > guards.token_budget(10, "en")


@pytest.mark.parametrize("turn", [[7], [7, 8], list(range(24))])
def test_a_loop_is_cut_after_its_first_turn(turn: list[int]) -> None:
    assert guards.before_loop([100, 101, 102, 103, *turn * 4, 104]) == [100, 101, 102, 103, *turn]


@pytest.mark.parametrize("tokens", [[7, 8] * 10, [39, *[2174] * 10], [1, 2, 3, *[4, 5] * 4]])
def test_a_loop_and_hardly_anything_else_leaves_nothing(tokens: list[int]) -> None:
    assert guards.before_loop(tokens) == []


@pytest.mark.parametrize("tokens", [[], [1, 2, 3], [5, 5, 5], [1, 2] * 3, [1, 2, 1, 2, 1, 3, 1, 2]])
def test_what_comes_three_times_at_most_is_kept(tokens: list[int]) -> None:
    assert guards.before_loop(tokens) == tokens


def test_the_surer_the_model_is_of_no_speech_the_surer_the_text_must_be() -> None:
    assert 0.22 < guards.floor(0.0) < guards.floor(0.65) < 0.3 < guards.floor(0.95) < guards.floor(1.0) < 0.5


@pytest.mark.parametrize("turn", [[7], [7, 8], list(range(24))])
def test_a_loop_is_noticed_at_its_fourth_turn(turn: list[int]) -> None:
    assert guards.ends_in_loop([100, *turn * 4])
    assert not guards.ends_in_loop([100, *turn * 3])
    assert not guards.ends_in_loop([*turn * 4, 100])


PLACES = list(range(0, 80, 10))


def test_the_same_words_of_the_same_audio_are_said_once() -> None:
    tokens = [1, 2, 3, 4, 5, 6, 7, 8]
    assert guards.said_again([*tokens, *tokens], [*PLACES, *PLACES]) == 8
    assert guards.said_again([*tokens, *tokens[2:]], [*PLACES, *PLACES[2:]]) == 8
    assert guards.said_again([*tokens, 9, *tokens], [*PLACES, 79, 79, 79, *PLACES[2:]]) == 9, "where it begins"


def test_words_that_are_repeated_lie_elsewhere() -> None:
    tokens = [1, 2, 3, 4, 5, 6, 7, 8]
    assert guards.said_again([*tokens, *tokens], [*PLACES, *(place + 100 for place in PLACES)]) is None


@pytest.mark.parametrize("tokens", [[], [1, 2, 3], [1, 2, 3, 1, 2, 3], [5] * 7])
def test_less_than_four_words_may_be_said_again(tokens: list[int]) -> None:
    assert guards.said_again(tokens, [0] * len(tokens)) is None


def test_silence_is_known_by_its_level() -> None:
    quiet = np.full(16_000, 1e-4, np.float32)
    assert guards.is_silent(quiet)
    assert guards.is_silent(quiet[:0])
    quiet[8000] = -0.001
    assert not guards.is_silent(quiet)
