"""Unit tests of the choice between Arabic and English."""

import pytest

from hiwar.engines.whisper.detection import is_doubtful, pick_language


@pytest.mark.parametrize(
    ("probabilities", "language"),
    [
        ({"en": 0.9, "ar": 0.02}, "en"),
        ({"en": 0.06, "ar": 0.76}, "ar"),
        ({"ur": 0.62, "en": 0.22, "ar": 0.07}, "ar"),
        ({"zh": 0.85, "en": 0.11}, "en"),
        ({"jw": 0.32, "id": 0.31, "en": 0.018, "ar": 0.004}, "ar"),
        ({}, "ar"),
    ],
)
def test_the_likelier_wins_and_english_must_be_likely_at_all(probabilities: dict[str, float], language: str) -> None:
    assert pick_language(probabilities) == language


@pytest.mark.parametrize(
    ("english", "doubtful"), [(0.0, False), (0.02, False), (0.3, True), (0.9, True), (0.99, False)]
)
def test_only_what_is_neither_clear_english_nor_clearly_not_is_doubtful(english: float, doubtful: bool) -> None:
    assert is_doubtful({"en": english, "ar": 1 - english}) == doubtful
