import sys
from dataclasses import replace

import pytest

from hiwar.errors import HiwarError
from hiwar.pipelines.writing import Writing
from hiwar.vocabulary import DigitStyle, Language, LanguageChoice, RecognitionConfig, Transcript, Word


def partial(text: str, stable: str, language: Language = "ar", segment: int = 0) -> Transcript:
    return Transcript(segment, text, stable, 0.75, language, 120, 900, is_final=False)


def final(text: str, language: Language = "ar", words: tuple[Word, ...] = ()) -> Transcript:
    return Transcript(0, text, text, 0.75, language, 120, 900, is_final=True, words=words)


def writing(digits: DigitStyle = "western", *, itn: bool = False, language: Language = "ar") -> Writing:
    return Writing(RecognitionConfig("r", language, digits=digits, itn=itn))


def test_text_and_stable_are_written_and_all_else_stays() -> None:
    heard = partial("قَالَ ٢٥ \u200f ثم ٣", "قَالَ ٢٥ \u200f")
    assert writing().of(heard) == replace(heard, text="قال 25 ثم 3", stable="قال 25")
    assert writing("words").of(heard) == replace(heard, text="قال خمسة وعشرون ثم ثلاثة", stable="قال خمسة وعشرون")


def test_a_timed_word_stays_one_with_its_times_and_confidence() -> None:
    words = (Word("قَالَ", 100, 300, 0.5), Word("\u200f", 300, 310, 0.1), Word("25", 320, 700, 0.25))
    written = writing("words").of(final("قَالَ \u200f 25", words=words))
    assert written.words == (Word("قال", 100, 300, 0.5), Word("خمسة وعشرون", 320, 700, 0.25))
    assert written.text == "قال خمسة وعشرون"


def test_stable_words_keep_the_language_they_were_first_written_in() -> None:
    stream = writing("eastern")
    assert stream.of(partial("25", "", "en")).text == "25"
    assert stream.of(partial("25 كتابا", "25", "ar")).stable == "٢٥"
    assert stream.of(partial("25 books", "25", "en")).text == "٢٥ books"
    assert stream.of(partial("25 books", "25", "en", segment=1)).stable == "25"


def test_what_is_heard_of_an_english_number_in_arabic() -> None:
    assert writing("eastern").of(final("عندي 3 أجهزة iPhone 15")).text == "عندي ٣ أجهزة iPhone ١٥"


def test_itn_stands_beside_a_final_and_never_in_a_partial() -> None:
    stream = writing(itn=True, language="en")
    assert stream.of(partial("twenty five dollars", "", "en")).itn is None
    said = stream.of(final("It was twenty five dollars.", "en"))
    assert (said.text, said.itn) == ("It was twenty five dollars.", "It was $25.")
    assert writing().of(final("twenty five", "en")).itn is None


def test_itn_has_the_digits_that_were_heard_whatever_the_transcript_has() -> None:
    said = Writing(RecognitionConfig("r", "en", digits="words", itn=True)).of(final("$25 or thirty dollars, 7", "en"))
    assert (said.text, said.itn) == ("twenty five dollars or thirty dollars, seven", "$25 or $30, 7")


@pytest.mark.parametrize(("digits", "itn"), [("western", "عمره 25 عاما و 3"), ("eastern", "عمره ٢٥ عاما و ٣")])
def test_itn_of_arabic_has_its_digits_in_the_style_of_the_stream(digits: DigitStyle, itn: str) -> None:
    pytest.importorskip("arabic_itn")
    assert writing(digits, itn=True).of(final("عُمره خمسة وعشرون عاما و ٣")).itn == itn


def test_a_stream_that_may_be_arabic_needs_the_package_for_itn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arabic_itn", None)
    languages: tuple[LanguageChoice, ...] = ("ar", "auto")
    for language in languages:
        with pytest.raises(HiwarError, match="itn"):
            Writing(RecognitionConfig("r", language, itn=True))
        Writing(RecognitionConfig("r", language))
    assert writing(itn=True, language="en").of(final("twenty five", "en")).itn == "25"
