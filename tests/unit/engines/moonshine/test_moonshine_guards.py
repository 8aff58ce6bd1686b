"""What is believed of a decode."""

import pytest

from hiwar.engines.moonshine import guards

SURE = [0.9, 0.8, 0.9]


def test_sure_english_is_believed() -> None:
    assert guards.believable("In being “comparatively” modern — café.", [5, 6], SURE)


@pytest.mark.parametrize(
    ("text", "tokens", "probabilities"),
    [
        ("", [], [0.9]),
        ("You", [5], [0.72, 0.84]),
        ("Thank you for watching.", [5, 6, 7, 8, 9], [0.22, 0.9, 0.9, 0.9, 0.9, 0.98]),
        ("I'm going to", [5, 6, 7], [0.4, 0.3, 0.4, 0.45]),
        ("我们要学", [5, 6], SURE),
        ("مرحبا", [5, 6], SURE),
        ("♪♪♪", [5, 6], SURE),
    ],
)
def test_inventions_are_not(text: str, tokens: list[int], probabilities: list[float]) -> None:
    assert not guards.believable(text, tokens, probabilities)


def test_a_loop_is_four_turns_at_the_end() -> None:
    assert guards.loop_begin([1, 2, 7, 7, 7]) is None
    assert guards.loop_begin([1, 2, 7, 7, 7, 7]) == 3
    assert guards.loop_begin([9, *[1, 2, 3] * 4]) == 4
    assert guards.loop_begin([*[1, 2, 3] * 4, 9]) is None
    assert guards.loop_begin([]) is None


def test_the_budget_grows_with_the_audio() -> None:
    assert guards.token_budget(2.0) == 17
    assert guards.token_budget(0.0) == 4


def test_the_mean_is_geometric() -> None:
    assert guards.mean([0.25, 1.0]) == pytest.approx(0.5)
    assert guards.mean([]) == 0.0
    assert guards.mean([0.0, 1.0]) < 0.01
