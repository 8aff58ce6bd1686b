"""The lexicon marks known words, whatever the writer left out, and leaves marked words alone."""

import pytest

from hiwar.text.arabic.lexicon import mark_known_words


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("اضغط صفر", "اِضْغَطْ صِفْر"),
        ("واضغط", "وَاِضْغَطْ"),
        ("ادخل الرمز", "أَدْخِلْ الرَّمْز"),
        ("اِضغط", "اِضغط"),
        ("كلمة أخرى، 5 PIN", "كلمة أخرى، 5 PIN"),
    ],
)
def test_marks_known_words(text: str, marked: str) -> None:
    assert mark_known_words(text) == marked
