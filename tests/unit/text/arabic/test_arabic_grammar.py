"""The article and one-letter words, joined to a word."""

import pytest

from hiwar.text.arabic.grammar import definite, has_article, has_preposition, joined


@pytest.mark.parametrize(
    ("word", "with_article"),
    [
        ("خَامِس", "الْخَامِس"),
        ("ثَالِث", "الثَّالِث"),
        ("سِتَّة", "السِّتَّة"),
        ("اِثْنَان", "الِاثْنَان"),
        ("السَّاعَة", "السَّاعَة"),
    ],
)
def test_article_before_moon_sun_and_joining_letters(word: str, with_article: str) -> None:
    assert definite(word) == with_article


@pytest.mark.parametrize(
    ("prefix", "words", "expected"),
    [
        ("", "خَمْسُون", "خَمْسُون"),
        ("و", "خَمْسُون", "وَخَمْسُون"),
        ("و", "اِثْنَان", "وَاثْنَان"),
        ("ب", "خَمْسِين", "بِخَمْسِين"),
        ("ب", "اِثْنَيْن", "بِاثْنَيْن"),
        ("ك", "ثَلَاثَة", "كَثَلَاثَة"),
        ("ال", "خَمْسُون", "الْخَمْسُون"),
        ("بال", "خَمْسِين", "بِالْخَمْسِين"),
        ("لل", "ثَالِث", "لِلثَّالِث"),
        ("ل", "السَّاعَة", "لِلسَّاعَة"),
        ("ولل", "خَامِسَة", "وَلِلْخَامِسَة"),
        ("وب", "السَّاعَة", "وَبِالسَّاعَة"),
        ("فال", "اِثْنَان", "فَالِاثْنَان"),
        ("قبل", "خَمْسَة", "قبل خَمْسَة"),
    ],
)
def test_prefixes_join_the_first_word(prefix: str, words: str, expected: str) -> None:
    assert joined(prefix, words) == expected


def test_prefixes_tell_what_they_hold() -> None:
    assert [prefix for prefix in ("", "و", "ب", "ال", "وبال", "لل") if has_article(prefix)] == ["ال", "وبال", "لل"]
    assert [prefix for prefix in ("", "و", "ب", "ال", "وبال", "لل") if has_preposition(prefix)] == ["ب", "وبال", "لل"]
