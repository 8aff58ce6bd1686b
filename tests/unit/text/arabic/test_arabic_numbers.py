"""Numbers in Arabic words with their vowels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.arabic.letters import MARKS
from hiwar.text.arabic.numbers import LARGEST, cardinal, write_numbers


def bare(text: str) -> str:
    return "".join(character for character in text if character not in MARKS)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "صفر"),
        (8, "ثمانية"),
        (11, "أحد عشر"),
        (20, "عشرون"),
        (47, "سبعة وأربعون"),
        (100, "مئة"),
        (250, "مئتان وخمسون"),
        (999, "تسعمئة وتسعة وتسعون"),
        (1000, "ألف"),
        (2026, "ألفان وستة وعشرون"),
        (3000, "ثلاثة آلاف"),
        (11_000, "أحد عشر ألف"),
        (100_000, "مئة ألف"),
        (102_000, "مئة ألف وألفان"),
        (103_000, "مئة وثلاثة آلاف"),
        (1_500_000, "مليون وخمسمئة ألف"),
        (2_000_000_000, "ملياران"),
    ],
)
def test_counts(number: int, words: str) -> None:
    assert bare(cardinal(number)) == words


@given(st.integers(0, LARGEST))
def test_every_word_carries_vowels(number: int) -> None:
    assert all(not MARKS.isdisjoint(word) for word in cardinal(number).split())


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_refuses_what_has_no_words(number: int) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        cardinal(number)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("الغرفة 12", "الغرفة اثنا عشر"),
        ("الغرفة ١٢", "الغرفة اثنا عشر"),
        ("۱۲", "اثنا عشر"),
        ("1,250 ريال", "ألف ومئتان وخمسون ريال"),
        ("٣٫٥", "ثلاثة فاصلة خمسة"),
        ("2.05", "اثنان فاصلة صفر خمسة"),
        ("50%", "خمسون بالمئة"),
        ("٥٠ ٪", "خمسون بالمئة"),
        ("0501", "صفر خمسة صفر واحد"),
        ("+966", "زائد تسعة ستة ستة"),
        ("-5", "سالب خمسة"),
        ("12345678", "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية"),
        ("و5 ريالات", "وخمسة ريالات"),
        ("غرفة5ب", "غرفة خمسة ب"),
        ("لا أرقام هنا", "لا أرقام هنا"),
    ],
)
def test_writes_numbers_in_their_place(text: str, written: str) -> None:
    assert bare(write_numbers(text)) == written


@given(st.text(st.sampled_from("0123456789٠١٢۳۴.,٫٬%٪+- وبا"), max_size=300))
def test_leaves_no_digit_whatever_stands_there(text: str) -> None:
    assert not any(character.isdigit() for character in write_numbers(text))
