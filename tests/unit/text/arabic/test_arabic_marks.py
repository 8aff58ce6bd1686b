"""Letters with their marks, and which of them are still to be marked."""

import pytest

from hiwar.text.arabic.marks import ASK, letters, undecided


def test_marks_belong_to_the_letter_before_them() -> None:
    assert letters("\u064eك\u064eب\u0651\u0650") == [("ك", "\u064e"), ("ب", "\u0651\u0650")]


@pytest.mark.parametrize(
    ("word", "open_letters"),
    [
        ("كتب", "كتب"),
        ("كِتَاب", ""),
        ("كِتاب", "تب"),
        ("كِت" + ASK, "ت"),
        ("السَّلَام", ""),
        ("الْبَيْت", ""),
        ("علّم", "علم"),
        ("رُوحِي", ""),
        ("مَوعِد", ""),
        ("مَكتَب", "كب"),
        ("عَرَبِيّة", "ية"),
        ("سُئِل", ""),
    ],
)
def test_what_is_undecided(word: str, open_letters: str) -> None:
    found = letters(word)
    wanted = undecided(found)
    assert "".join(base for (base, _), want in zip(found, wanted, strict=True) if want) == open_letters
