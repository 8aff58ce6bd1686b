"""Number words: gender, case, construct, ordinals, digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.arabic.grammar import Case, Gender
from hiwar.text.arabic.letters import MARKS
from hiwar.text.arabic.numbers import LARGEST, cardinal, digit_by_digit, ordinal


def bare(text: str) -> str:
    return "".join(character for character in text if character not in MARKS)


@pytest.mark.parametrize(
    ("number", "masculine", "feminine"),
    [
        (0, "صفر", "صفر"),
        (1, "واحد", "واحدة"),
        (2, "اثنان", "اثنتان"),
        (3, "ثلاثة", "ثلاث"),
        (8, "ثمانية", "ثمان"),
        (10, "عشرة", "عشر"),
        (11, "أحد عشر", "إحدى عشرة"),
        (12, "اثنا عشر", "اثنتا عشرة"),
        (15, "خمسة عشر", "خمس عشرة"),
        (18, "ثمانية عشر", "ثماني عشرة"),
        (20, "عشرون", "عشرون"),
        (21, "واحد وعشرون", "إحدى وعشرون"),
        (22, "اثنان وعشرون", "اثنتان وعشرون"),
        (47, "سبعة وأربعون", "سبع وأربعون"),
        (100, "مئة", "مئة"),
        (250, "مئتان وخمسون", "مئتان وخمسون"),
        (999, "تسعمئة وتسعة وتسعون", "تسعمئة وتسع وتسعون"),
        (1000, "ألف", "ألف"),
        (2026, "ألفان وستة وعشرون", "ألفان وست وعشرون"),
        (3005, "ثلاثة آلاف وخمسة", "ثلاثة آلاف وخمس"),
        (10_000, "عشرة آلاف", "عشرة آلاف"),
        (11_000, "أحد عشر ألفا", "أحد عشر ألفا"),
        (100_000, "مئة ألف", "مئة ألف"),
        (101_000, "مئة ألف وألف", "مئة ألف وألف"),
        (102_000, "مئة ألف وألفان", "مئة ألف وألفان"),
        (103_000, "مئة وثلاثة آلاف", "مئة وثلاثة آلاف"),
        (200_000, "مئتا ألف", "مئتا ألف"),
        (1_500_000, "مليون وخمسمئة ألف", "مليون وخمسمئة ألف"),
        (2_000_000_000, "ملياران", "ملياران"),
        (5 * 10**12, "خمسة تريليونات", "خمسة تريليونات"),
        (-5, "سالب خمسة", "سالب خمس"),
        (10**15, "واحد" + " صفر" * 15, "واحد" + " صفر" * 15),
    ],
)
def test_counts_in_both_genders(number: int, masculine: str, feminine: str) -> None:
    assert bare(cardinal(number)) == masculine
    assert bare(cardinal(number, "f")) == feminine


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (2, "اثنين"),
        (12, "اثني عشر"),
        (20, "عشرين"),
        (25, "خمسة وعشرين"),
        (200, "مئتين"),
        (2000, "ألفين"),
        (2020, "ألفين وعشرين"),
        (202_000, "مئتي ألف وألفين"),
    ],
)
@pytest.mark.parametrize("case", ["genitive", "accusative"])
def test_tens_and_twos_change_with_case(number: int, words: str, case: Case) -> None:
    assert bare(cardinal(number, case=case)) == words


@pytest.mark.parametrize(
    ("number", "gender", "case", "words"),
    [
        (3, "m", "nominative", "ثَلَاثَةُ"),
        (3, "m", "accusative", "ثَلَاثَةَ"),
        (5, "f", "genitive", "خَمْسِ"),
        (8, "f", "nominative", "ثَمَانِي"),
        (200, "m", "nominative", "مِئَتَا"),
        (200, "m", "genitive", "مِئَتَيْ"),
        (300, "m", "nominative", "ثَلَاثُمِئَةُ"),
        (300, "m", "genitive", "ثَلَاثِمِئَةِ"),
        (2000, "m", "nominative", "أَلْفَا"),
        (15_000, "m", "nominative", "خَمْسَةَ عَشَر أَلْفَ"),
        (500_000, "m", "nominative", "خَمْسُمِئَةُ أَلْفِ"),
    ],
)
def test_binds_to_the_noun_that_follows(number: int, gender: Gender, case: Case, words: str) -> None:
    assert cardinal(number, gender, case, bound=True) == words


@pytest.mark.parametrize(
    ("number", "words"), [(5, "الخمسة"), (12, "الاثنا عشر"), (25, "الخمسة والعشرون"), (100, "المئة")]
)
def test_takes_the_article_at_every_part(number: int, words: str) -> None:
    assert bare(cardinal(number, article=True)) == words


@pytest.mark.parametrize(
    ("number", "masculine", "feminine"),
    [
        (1, "الأول", "الأولى"),
        (2, "الثاني", "الثانية"),
        (5, "الخامس", "الخامسة"),
        (10, "العاشر", "العاشرة"),
        (11, "الحادي عشر", "الحادية عشرة"),
        (12, "الثاني عشر", "الثانية عشرة"),
        (19, "التاسع عشر", "التاسعة عشرة"),
        (20, "العشرون", "العشرون"),
        (21, "الحادي والعشرون", "الحادية والعشرون"),
        (95, "الخامس والتسعون", "الخامسة والتسعون"),
        (100, "المئة", "المئة"),
        (123, "الثالث والعشرون بعد المئة", "الثالثة والعشرون بعد المئة"),
        (0, "صفر", "صفر"),
        (-3, "سالب ثلاثة", "سالب ثلاث"),
    ],
)
def test_places_in_an_order(number: int, masculine: str, feminine: str) -> None:
    assert bare(ordinal(number)) == masculine
    assert bare(ordinal(number, "f")) == feminine


def test_ordinals_have_case_and_may_stand_without_article() -> None:
    assert bare(ordinal(22, case="genitive")) == "الثاني والعشرين"
    assert bare(ordinal(3, article=False)) == "ثالث"


def test_digits_by_name() -> None:
    assert bare(digit_by_digit("0 5a7")) == "صفر خمسة سبعة"


@given(st.integers(0, LARGEST), st.sampled_from(["m", "f"]), st.booleans(), st.booleans())
def test_every_word_carries_vowels(number: int, gender: Gender, bound: bool, article: bool) -> None:
    words = cardinal(number, gender, bound=bound, article=article).split()
    assert all(not MARKS.isdisjoint(word) for word in words)


@given(st.integers() | st.integers(10**500, 10**600))
def test_any_number_has_words(number: int) -> None:
    for words in (cardinal(number), ordinal(number)):
        assert words
        assert not any(character.isdigit() for character in words)
