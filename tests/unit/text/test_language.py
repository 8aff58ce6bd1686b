"""The letters decide, the default only without letters or with as many of both."""

import pytest

from hiwar.text.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("أريد شراء iPhone اليوم", "ar"),
        ("I said شكرا to them", "en"),
        ("12", "en"),
        ("12 ١", "ar"),
        ("اب ab", "en"),
        ("", "en"),
    ],
)
def test_most_letters_decide(text: str, language: str) -> None:
    assert language_of(text, "en") == language
