"""Unit tests of what tells an invention from a transcript."""

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
    assert 0.22 < guards.floor(0.0) < 0.28
    assert guards.floor(0.82) < 0.6
    assert guards.floor(0.0) < guards.floor(0.65) < 0.36 < 0.52 < guards.floor(0.9) < guards.floor(1.0) < 0.9


@pytest.mark.parametrize("turn", [[7], [7, 8], list(range(24))])
def test_a_loop_is_noticed_at_its_fourth_turn(turn: list[int]) -> None:
    assert guards.ends_in_loop([100, *turn * 4])
    assert not guards.ends_in_loop([100, *turn * 3])
    assert not guards.ends_in_loop([*turn * 4, 100])
