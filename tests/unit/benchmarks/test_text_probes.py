"""The probes of the text front end are well written, and their checker tells right from wrong."""

import re

import pytest
from text_front_end import Outcome, Probe, check, failures, probes, table
from text_variants import comparable, pattern

from hiwar.vocabulary import LANGUAGES, Language


def says(expected: str, spoken: str, language: Language) -> bool:
    return pattern(expected, language).fullmatch(comparable(spoken)) is not None


@pytest.mark.parametrize(("language", "fewest"), [("ar", 200), ("en", 150)])
def test_the_probes_are_many_and_no_text_stands_twice(language: Language, fewest: int) -> None:
    texts = [probe.text for probe in probes(language)]
    assert len(texts) >= fewest
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_expectation_is_well_written_and_wants_something_said(language: Language) -> None:
    for probe in probes(language):
        assert re.fullmatch("[a-z]+", probe.category), probe
        assert pattern(probe.expected, language).fullmatch("") is None, probe
        assert not re.search(r"\d", re.sub("<[^>]*>", "", probe.expected)), probe


def test_escapes_of_what_cannot_be_seen_are_resolved() -> None:
    texts = [probe.text for language in LANGUAGES for probe in probes(language)]
    assert any("\u200f" in text for text in texts)
    assert any("\n" in text for text in texts)
    assert not any("\\" in text for text in texts)


@pytest.mark.parametrize(
    ("expected", "spoken", "language"),
    [
        ("one hundred [and] twenty two", "One hundred twenty-two.", "en"),
        ("five (thirty|past) {pm}", "five thirty p.m.", "en"),
        ("code <40 B>", "code four oh B", "en"),
        ("مئتان وخمسون ريال^", "مائتين و خمسين رِيَالًا", "ar"),
        ("ثلاثمئة وثماني~ وستون", "ثلاثُ مِئَةٍ وثمانيةٍ وستين", "ar"),
        ("ثمانمئة {percent}", "ثماني مائة بالمائة", "ar"),
        ("اثنا عشر ألف^", "اِثْنَيْ عَشَرَ أَلْفًا", "ar"),
        ("<ATM 2>", "إيه تي إم اثنين", "ar"),
        ("بأربعة وخمسون", "ب أربعة و خمسين", "ar"),
        ("اذهب إلى أحمد", "إذهب الى احمد", "ar"),
    ],
)
def test_legitimate_variants_are_right(expected: str, spoken: str, language: Language) -> None:
    assert says(expected, spoken, language)


@pytest.mark.parametrize(
    ("expected", "spoken", "language"),
    [
        ("one hundred [and] twenty", "one hundred and twenty one", "en"),
        ("five dollars", "$five dollars", "en"),
        ("info at hiwar", "info@hiwar", "en"),
        ("five p m", "five pm", "en"),
        ("done", "done 🎉", "en"),
        ("ثلاث رسائل", "ثلاثة رسائل", "ar"),
        ("خمس عشرة", "خمس عشر", "ar"),
        ("مئتا ريال", "مئتان ريال", "ar"),
        ("مرحبا", "مرحـبا", "ar"),
        ("كيف", "کیف", "ar"),
    ],
)
def test_what_is_left_or_bent_is_wrong(expected: str, spoken: str, language: Language) -> None:
    assert not says(expected, spoken, language)


@pytest.mark.parametrize("expected", ["(a|b", "a]", "[a)", "a {nobody}", "a > b"])
def test_an_expectation_that_is_not_well_written_is_refused(expected: str) -> None:
    with pytest.raises(ValueError, match=r"expectation|Brackets|variants"):
        pattern(expected, "en")


def test_the_report_counts_by_category_and_shows_what_is_wrong() -> None:
    asked = [Probe("I have 3", "cardinal", "I have three"), Probe("3%", "percent", "three")]
    outcomes = list(check(asked, "en", lambda text, _: text.replace("3", "three ")))
    assert outcomes == [Outcome(asked[0], "I have three ", right=True), Outcome(asked[1], "three %", right=False)]
    assert "| cardinal | 1/1 | 100.0 % |" in table(outcomes)
    assert "| all | 1/2 | 50.0 % |" in table(outcomes)
    assert failures(outcomes).startswith("[percent] '3%'")
    assert "I have" not in failures(outcomes)
