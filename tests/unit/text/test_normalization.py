"""Clean-up: one spelling, nothing invisible, never an exception."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.normalization import clean


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("ﷲ", "الله"),
        ("مـــرحبا", "مرحبا"),
        ("\u200fمرحبا\u200e \u202bبك\u202c", "مرحبا بك"),
        ("می\u200cخواهم کتاب", "ميخواهم كتاب"),
        ("ＡＢＣ　１２３", "ABC 123"),
        ("cafe\u0301", "café"),
        ("a\x00b\x07c", "abc"),
        ("tab\tand\u00a0no-break", "tab and no-break"),
        ("one \r\n\r\n  two", "one\ntwo"),
        ("a\ud800b", "ab"),
        ("بِسْمِ", "بِسْمِ"),
        ("  \n ", ""),
    ],
)
def test_writes_the_text_in_one_spelling(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


def test_vowel_marks_come_in_one_order() -> None:
    assert clean("دّ\u064e") == clean("د\u064e\u0651")


def test_keeps_digits_and_punctuation_of_both_scripts() -> None:
    text = "٣٫٥، 3.5; ۷؟ ok!"
    assert clean(text) == text


@given(st.text(st.characters(codec=None)))
def test_any_text_is_cleaned_once_and_for_all(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in cleaned.replace("\n", ""))
    assert "  " not in cleaned


@pytest.mark.parametrize("hostile", [" ", "\n ", "\u064b", "a\u0301\u0323", "\ud800", " \u2028", "\u200f"])
def test_long_hostile_text_stays_bounded(hostile: str) -> None:
    assert len(clean(hostile * 10_000)) <= 20_000
